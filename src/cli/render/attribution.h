// What a picture says and shows of attributions.
#pragma once

#include <string>

#include "attnviz/attention_map.h"

namespace attnviz {

/// Each row divided by its sum of |values|, see signed_shares().
void divide_by_row_sums(AttentionMap& map);

/// The same, as metadata["note"] then says: for maps that are subtracted.
void divide_with_note(AttentionMap& map);

/// What the map's metadata say of it, where they do: "gold_mass" and "overlap" (numbers); on a
/// second line "check", how many values are undefined: masked, but not with all of END's column;
/// and how many rows are faint: their values are next to nothing, though their shares are drawn.
std::string attribution_caption(const AttentionMap& map);

}  // namespace attnviz

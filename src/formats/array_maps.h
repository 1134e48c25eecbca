// Maps out of an array of numbers with any number of axes.
#pragma once

#include <string>
#include <vector>

#include "formats/chosen_maps.h"
#include "formats/npy.h"

namespace attnviz {

/// Adds the maps that ArrayChoice::index chooses: the last two axes are their rows and columns
/// unless it says q and k. Two axes before these are called layer and head. `known` is what the
/// file has beside the weights, for each map: labels (else positions), gold, metadata. `place` is
/// the array's name, for messages. Throws SettingError "index" for what the array does not have,
/// "combine" where no rollout is possible, and for labels as ChosenMaps::add does; InputError for
/// an array without numbers or of fewer than two axes; LimitError. What is averaged or rolled out
/// is checked and masked before, as ChosenMaps::add does it with a map.
void add_array_maps(const NpyArray& array, const std::string& place, AttentionMap known,
                    Orientation orientation, ChosenMaps& maps);

}  // namespace attnviz

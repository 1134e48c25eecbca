// Maps changed before they are drawn or scored: cropped, and the pieces of words joined.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/attention_map.h"

namespace attnviz {

/// Places of a side, from `begin` up to, not including, `end`.
struct SideRange {
  std::size_t begin = 0;
  std::size_t end = 0;

  std::size_t size() const { return end - begin; }
};

/// The places of a side of `size` that a text names as Python does: "0:15", "2:", ":-1"; "" for all
/// of them. Throws SettingError `setting` for another text, for places outside the side and for
/// none.
SideRange side_range(std::string_view text, std::size_t size, const std::string& setting);

/// Leaves these rows and columns; the weights are not changed. metadata["note"] says what is left
/// and how much of the gold was cut off, "cut_off" the share of the rows' weight (left out where
/// weights are negative). All of both sides changes nothing.
void crop(AttentionMap& map, SideRange rows, SideRange columns);

/// The marks of tokenizers that cut words into pieces: "@@" (subword-nmt) ends one that the next
/// continues, "##" (WordPiece) begins one that continues the last, "▁" (SentencePiece) and "Ġ"
/// (byte-level BPE) begin a word, "</w>" (BPE) ends it.
const std::vector<std::string>& piece_marks();

/// Joins the pieces of words on both sides. The columns of a word are summed, its rows averaged, so
/// that rows that sum to one still do; labels are joined without the mark (of byte-level BPE as the
/// text that its letters stand for), gold is united. A cell
/// is masked where all its pieces are. Labels such as <s> and [CLS] are words of their own, and a
/// side without the mark stays as it is. metadata["note"] says what was joined; false for nothing.
bool merge_pieces(AttentionMap& map, const std::string& mark);

}  // namespace attnviz

// A gold alignment in a file of its own.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/attention_map.h"

namespace attnviz {

/// A line of links for each sentence, see read_links (formats/alignment_text.h).
struct GoldFile {
  std::vector<std::string> lines;
  std::vector<std::string> places;
};

/// "-" for standard input. Throws as LineReader does, InputError for what is not UTF-8, LimitError
/// over 2^20 lines.
GoldFile read_gold_file(const std::string& path);

/// Gives a map the gold of a line; the positions of it that are only possible. END, a last row or
/// column labelled </s>, has no links. Throws as read_links does.
GoldAlignment set_gold(AttentionMap& map, const GoldFile& gold, std::size_t line);

}  // namespace attnviz

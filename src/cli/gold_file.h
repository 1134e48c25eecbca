// A gold alignment in a file of its own.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/attention_map.h"
#include "cli/matrix_source.h"

namespace attnviz {

/// A line of links for each sentence, see read_links (formats/alignment_text.h).
struct GoldFile {
  std::vector<std::string> lines;
  std::vector<std::string> places;
};

/// "-" for standard input. Throws as LineReader does, InputError for what is not UTF-8, LimitError
/// over 2^20 lines.
///
/// Links count from the first row and column of a map: UsageError where `matrix` crops these away.
GoldFile read_gold_file(const std::string& path, const MatrixOptions& matrix);

/// Sentences whose gold is looked for: their numbers in a file of so many.
struct WantedGold {
  std::vector<std::size_t> numbers;  // from 1
  std::size_t of = 0;
  std::size_t heads = 1;  // maps of each
  bool heads_may_be_sentences = false;
};

/// The line of each sentence: there is one for each of the file, or for each that is wanted. Where
/// there is only one sentence, whose heads may be sentences, as many lines as heads say so: then
/// the line of each head. Throws InputError for another number of lines; `path` is the file's.
std::vector<std::size_t> match_lines(const GoldFile& gold, const std::string& path,
                                     const WantedGold& wanted);

/// Gives a map the gold of a line; the positions of it that are only possible. END, a last row or
/// column labelled </s>, has no links. Throws as read_links does.
GoldAlignment set_gold(AttentionMap& map, const GoldFile& gold, std::size_t line);

}  // namespace attnviz

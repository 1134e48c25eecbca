// Sentence pairs from files, line by line.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/attention_map.h"
#include "base/line_reader.h"
#include "text/tokenizer.h"

namespace attnviz {

/// The files of pairs: one with a pair per line, or one for each side.
struct PairFiles {
  std::string pairs = {};   // source TAB target [TAB gold]; "" for none
  std::string source = {};  // the same line of both belongs together
  std::string target = {};

  bool given() const { return !pairs.empty() || !source.empty(); }
  /// For messages and files.
  std::string name() const { return pairs.empty() ? source + " and " + target : pairs; }
};

/// One pair as it is read.
struct TextPair {
  std::vector<std::string> source;
  std::vector<std::string> target;
  bool has_gold = false;   // the third column is there
  GoldAlignment gold;      // one entry a target symbol: every right position
  GoldAlignment possible;  // those of them that need not be aligned, marked with ?
};

/// Reads pairs in order. A faulty line is recorded and skipped, so that the faults of a file can be
/// reported together after its last line.
class PairReader {
 public:
  /// Throws InputError when a file cannot be opened.
  PairReader(const PairFiles& files, Tokenizer source, Tokenizer target);

  /// The next pair, false after the last. Blank lines of a pair file are skipped. At the end, or at
  /// the tenth fault, throws InputError with a line for each fault: invalid UTF-8, a line without
  /// TAB or with more than two, an empty side, gold that does not fit, files of different lengths.
  bool next(TextPair& pair);

  /// The place of the pair read last: "pairs.tsv:3".
  std::string source_place() const { return first_.place(); }
  std::string target_place() const { return second_ ? second_->place() : first_.place(); }

 private:
  bool next_of_one(TextPair& pair);
  bool next_of_two(TextPair& pair);
  void split_pair_line(TextPair& pair) const;
  template <typename F>
  bool is_right(const LineReader& reader, F&& split_line);

  Tokenizer source_;
  Tokenizer target_;
  LineReader first_;
  std::optional<LineReader> second_;
  std::string line_;
  std::string target_line_;
  std::vector<std::string> faults_;
};

/// A gold column: for each target symbol the source positions from 0, `-` for none, `2,3` for
/// several, `2?` for one that is possible and need not be aligned. Throws InputError without a
/// place, naming the entry: a count that is not `rows`, a position that is none of the `columns`
/// symbols or is listed twice.
void read_gold(std::string_view text, std::size_t rows, std::size_t columns, TextPair& pair);

/// The gold column of an alignment.
std::string gold_text(const GoldAlignment& gold, const GoldAlignment& possible = {});

}  // namespace attnviz

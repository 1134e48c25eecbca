// Sentence pairs from files, line by line.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "attnviz/attention_map.h"
#include "attnviz/error.h"
#include "base/line_reader.h"
#include "text/tokenizer.h"

namespace attnviz {

/// The files of pairs: one with a pair per line, or one for each side.
struct PairFiles {
  std::string pairs = {};   // source TAB target [TAB gold]; "" for none
  std::string source = {};  // the same line of both belongs together
  std::string target = {};
  /// Columns of `pairs`, from 1: source, target and perhaps gold, each another. Any others are left
  /// out. Empty for the first two, or three, and no others.
  std::vector<int> columns = {};

  bool given() const { return !pairs.empty() || !source.empty(); }
  /// For messages and files.
  std::string name() const { return pairs.empty() ? source + " and " + target : pairs; }
};

/// Columns as a text: "1,2", "1,2,3". Nothing for a text that is not two or three different numbers
/// in 1..1000.
std::optional<std::vector<int>> columns_from(std::string_view text);
std::string columns_text(const std::vector<int>& columns);

/// One pair as it is read.
struct TextPair {
  std::vector<std::string> source;
  std::vector<std::string> target;
  bool has_gold = false;   // the third column is there
  GoldAlignment gold;      // one entry a target symbol: every right position
  GoldAlignment possible;  // those of them that need not be aligned, marked with ?
};

/// What a reader has skipped, and what it has read that may not have been meant.
struct PairNotes {
  std::size_t empty = 0;         // lines with an empty side, skipped
  std::size_t labels = 0;        // symbols that look like a reserved one, such as <unk>
  std::string first_label = {};  // and its place: pairs.tsv:3: "<unk>"
  std::size_t quoted = 0;        // sides in double quotes
  std::string header = {};       // the place of a first line that names its columns

  PairNotes& operator+=(const PairNotes& other);
};

/// The faults of a file of pairs, a line each.
class PairFileError : public InputError {
 public:
  PairFileError(const std::string& faults, bool too_many_columns, std::vector<int> gold_columns)
      : InputError(faults),
        too_many_columns_(too_many_columns),
        gold_columns_(std::move(gold_columns)) {}
  bool too_many_columns() const { return too_many_columns_; }  // than two or three
  /// Where gold was malformed, which may be something else: the columns that were read, gold last.
  const std::vector<int>& gold_columns() const { return gold_columns_; }

 private:
  bool too_many_columns_;
  std::vector<int> gold_columns_;
};

/// Reads pairs in order. A faulty line is recorded and skipped, so that the faults of a file can be
/// reported together after its last line.
class PairReader {
 public:
  /// Throws InputError when a file cannot be opened.
  PairReader(const PairFiles& files, Tokenizer source, Tokenizer target);

  /// The next pair, false after the last. Lines with an empty side are skipped. At the end, or at
  /// the tenth fault, throws PairFileError with a line for each fault: invalid UTF-8, a NUL, a line
  /// break inside a line, too few or too many columns, gold that does not fit, files of different
  /// lengths. Throws InputError at once for a file that is not UTF-8 at all, such as a gzip file.
  bool next(TextPair& pair);

  /// Of the pairs read so far.
  const PairNotes& notes() const { return notes_; }

  /// The place of the pair read last: "pairs.tsv:3".
  std::string source_place() const { return first_.place(); }
  std::string target_place() const { return second_ ? second_->place() : first_.place(); }

 private:
  bool next_of_one(TextPair& pair);
  bool next_of_two(TextPair& pair);
  std::vector<std::string_view> split_cells();
  void split_pair_line(TextPair& pair);
  void read_gold_cell(std::string_view cell, std::size_t column, TextPair& pair);
  void report_lengths(LineReader& longer);
  bool is_filled(const TextPair& pair);
  void note_labels(const std::vector<std::string>& symbols, const std::string& place);
  template <typename F>
  bool is_right(const LineReader& reader, F&& split_line);

  Tokenizer source_;
  Tokenizer target_;
  std::vector<int> columns_;
  PairNotes notes_;
  bool too_many_columns_ = false;
  bool gold_is_wrong_ = false;
  LineReader first_;
  std::optional<LineReader> second_;
  std::string line_;
  std::string target_line_;
  std::vector<std::string> faults_;
};

}  // namespace attnviz

// What machine translation programs print: Marian's and Nematus' alignments.
#include <fmt/core.h>

#include <optional>

#include "attnviz/error.h"
#include "base/number.h"
#include "base/split.h"
#include "base/utf8.h"
#include "formats/attention_io.h"

namespace attnviz {
namespace {

using Parts = std::vector<std::string_view>;

/// The parts between spaces that are not empty.
Parts words_of(std::string_view text) {
  Parts words = split(text, " ");
  std::erase(words, std::string_view());
  return words;
}

/// The lines of a file, one after the other.
class Lines {
 public:
  Lines(std::string_view text, std::string_view name) : rest_(text), name_(name) {
    if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
  }

  /// Nothing at the end of the file.
  std::optional<std::string_view> next() {
    if (rest_.empty()) return std::nullopt;
    std::string_view line = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(std::min(line.size() + 1, rest_.size()));
    ++number_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  /// The line that was read last: "maps.txt:3".
  std::string place() const { return fmt::format("{}:{}", name_, number_); }

 private:
  std::string_view rest_;
  std::string_view name_;
  std::size_t number_ = 0;
};

[[noreturn]] void refuse_sentence(std::size_t count, std::string_view name, std::size_t got) {
  if (count == 0)
    throw InputError(fmt::format("{}: expected at least one sentence, got none", name));
  throw SettingError("sentence",
                     fmt::format("expected 1..{}, the sentences in {}, got {}", count, name, got));
}

/// The words and END, or positions where the user gives labels. Words that were joined from pieces
/// cannot be assigned to rows.
std::vector<std::string> labels_of(std::string_view text, std::size_t count,
                                   const std::vector<std::string>& given, const std::string& place,
                                   MissingLabelsError::Side side) {
  if (!given.empty()) return position_labels(count);  // the reader of files replaces them
  const Parts words = words_of(text);
  if (words.size() + 1 != count) {
    throw MissingLabelsError(
        fmt::format("{}: expected {} words and END, got {} words", place, count - 1, words.size()),
        side);
  }
  std::vector<std::string> labels(words.begin(), words.end());
  labels.emplace_back(end_label);
  return labels;
}

/// Adds a row of weights and checks that it is as long as the first.
void add_row(const Parts& cells, std::size_t columns, const std::string& place, AttentionMap& map) {
  if (cells.size() != columns) {
    throw InputError(fmt::format("{}: expected {} weights, got {}", place, columns, cells.size()));
  }
  check_weight_count(map.weights.size(), columns, place);
  for (std::size_t i = 0; i < columns; ++i) {
    const std::optional<float> weight = parse_float(cells[i]);
    if (!weight) {
      throw InputError(fmt::format("{}: weight {}: expected a finite number, got \"{}\"", place,
                                   i + 1, printable(cells[i])));
    }
    map.weights.push_back(*weight);
  }
}

/// The fields of a line of Marian's that hold the words and the weights.
struct MarianLine {
  std::string_view words;
  std::string_view weights;
};

MarianLine split_marian(std::string_view line, const std::string& place) {
  const Parts fields = split(line, " ||| ");
  // words ||| weights [||| WordScores= ..], or of an n-best list
  // number ||| words ||| weights [||| WordScores= ..] ||| F0= .. ||| score
  if (fields.size() == 2 || (fields.size() == 3 && fields[2].starts_with("WordScores="))) {
    return {fields[0], fields[1]};
  }
  if (fields.size() >= 5 && parse_integer<std::size_t>(fields[0])) return {fields[1], fields[2]};
  throw InputError(fmt::format(
      "{}: expected words ||| weights, as marian-decoder --alignment soft writes, got {} field{}",
      place, fields.size(), fields.size() == 1 ? "" : "s"));
}

/// The line before the weights of a sentence of Nematus'.
struct NematusHeader {
  std::string_view target;
  std::string_view source;
  std::size_t columns = 0;
  std::size_t rows = 0;
};

NematusHeader read_header(std::string_view line, const std::string& place) {
  const Parts fields = split(line, " ||| ");
  const Parts sizes = words_of(fields.back());
  const auto size = [&](std::size_t i) {
    return sizes.size() == 2 ? parse_integer<std::size_t>(sizes[i]) : std::nullopt;
  };
  // A sentence without an answer has neither rows nor columns.
  if (fields.size() != 5 || !size(0) || !size(1) || (*size(0) == 0) != (*size(1) == 0)) {
    throw InputError(
        fmt::format("{}: expected number ||| output words ||| score ||| source words ||| columns "
                    "rows, got \"{}\"",
                    place, printable(line)));
  }
  return {fields[1], fields[3], *size(0), *size(1)};
}

}  // namespace

AttentionMap attention_from_marian(std::string_view text, std::string_view name,
                                   std::size_t sentence, const GivenLabels& given) {
  require_utf8(text, std::string(name));
  Lines lines(text, name);
  std::optional<std::string_view> line;
  for (std::size_t count = 0; count < sentence; ++count) {
    line = lines.next();
    if (!line) refuse_sentence(count, name, sentence);
  }
  const std::string place = lines.place();
  const MarianLine fields = split_marian(*line, place);
  const Parts rows = words_of(fields.weights);
  if (rows.empty()) throw InputError(place + ": expected weights after |||, got none");
  AttentionMap map;
  const std::size_t columns = split(rows[0], ",").size();
  for (std::size_t r = 0; r < rows.size(); ++r) {
    add_row(split(rows[r], ","), columns, fmt::format("{}: row {}", place, r + 1), map);
  }
  map.source = position_labels(columns);
  map.target =
      labels_of(fields.words, rows.size(), given.rows, place, MissingLabelsError::Side::rows);
  return map;
}

AttentionMap attention_from_nematus(std::string_view text, std::string_view name,
                                    std::size_t sentence, const GivenLabels& given) {
  require_utf8(text, std::string(name));
  Lines lines(text, name);
  for (std::size_t count = 0;;) {
    const std::optional<std::string_view> line = lines.next();
    if (!line) refuse_sentence(count, name, sentence);
    if (words_of(*line).empty()) continue;
    const std::string place = lines.place();
    const NematusHeader header = read_header(*line, place);
    AttentionMap map;
    const bool is_chosen = ++count == sentence;
    for (std::size_t r = 0; r < header.rows; ++r) {
      const std::optional<std::string_view> row = lines.next();
      if (!row) {
        throw InputError(
            fmt::format("{}: expected {} rows of weights, got {}", place, header.rows, r));
      }
      if (is_chosen) add_row(words_of(*row), header.columns, lines.place(), map);
    }
    if (!is_chosen) continue;
    if (header.rows == 0) throw InputError(place + ": this sentence has no answer and no map");
    map.source = labels_of(header.source, header.columns, given.columns, place + ": source",
                           MissingLabelsError::Side::columns);
    map.target = labels_of(header.target, header.rows, given.rows, place + ": output",
                           MissingLabelsError::Side::rows);
    return map;
  }
}

}  // namespace attnviz

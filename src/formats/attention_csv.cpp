#include <fmt/core.h>

#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>

#include "attnviz/error.h"
#include "base/number.h"
#include "base/utf8.h"
#include "formats/attention_io.h"

namespace attnviz {
namespace {

std::string quoted_if_needed(const std::string& cell, char separator) {
  if (cell.find(separator) == std::string::npos &&
      cell.find_first_of("\"\r\n") == std::string::npos) {
    return cell;
  }
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

/// The rows of a CSV text, one after the other.
class Reader {
 public:
  Reader(std::string_view text, std::string name, char separator)
      : rest_(text), name_(std::move(name)), separator_(separator) {
    if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
  }

  /// Begins the next row that is not blank; false at the end.
  bool next_row() {
    while (take_line_end()) continue;
    row_line_ = line_;
    column_ = 0;
    return !rest_.empty();
  }

  /// The next cell of the row; false at its end.
  bool next_cell(std::string& cell) {
    if (column_ > 0 && !take({&separator_, 1})) {
      if (rest_.empty() || take_line_end()) return false;
      refuse(column_, fmt::format("{} or the end of the line after the cell",
                                  separator_ == '\t' ? "a tab" : "a comma"));
    }
    cell = take_cell(++column_);
    return true;
  }

  /// Of the last cell, from 1.
  std::size_t column() const { return column_; }

  [[noreturn]] void refuse(std::size_t column, const std::string& expected) const {
    throw InputError(fmt::format("{}: column {}: expected {}", place(), column, expected));
  }

  /// The line on which the last row starts, for messages: "maps.csv:3".
  std::string place() const { return fmt::format("{}:{}", name_, row_line_); }

 private:
  bool take(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }

  bool take_line_end() {
    if (!take("\r\n") && !take("\n")) return false;
    ++line_;
    return true;
  }

  std::string take_cell(std::size_t column) {
    if (take("\"")) return take_quoted(column);
    const char ends[] = {separator_, '"', '\r', '\n'};
    const std::string cell(rest_.substr(0, rest_.find_first_of({ends, sizeof ends})));
    rest_.remove_prefix(cell.size());
    return cell;
  }

  std::string take_quoted(std::size_t column) {
    std::string cell;
    while (true) {
      const std::size_t quote = rest_.find('"');
      if (quote == std::string_view::npos)
        refuse(column, "a closing quote, got the end of the file");
      cell += rest_.substr(0, quote);
      for (const char c : rest_.substr(0, quote)) line_ += c == '\n' ? 1 : 0;
      rest_.remove_prefix(quote + 1);
      if (!take("\"")) return cell;
      cell += '"';  // two quotes stand for one
    }
  }

  std::string_view rest_;
  std::string name_;
  char separator_;
  std::size_t line_ = 1;      // of what comes next
  std::size_t row_line_ = 1;  // of the start of the last row
  std::size_t column_ = 0;
};

/// Also one that is not finite: it was not meant as a label.
bool is_number(std::string_view cell) {
  double value = 0;
  const auto result = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  return !cell.empty() && result.ec != std::errc::invalid_argument &&
         result.ptr == cell.data() + cell.size();
}

/// A cell that is no weight.
struct BadCell {
  std::size_t column = 0;
  std::string text;
};

[[noreturn]] void refuse_cell(const Reader& reader, const BadCell& bad) {
  reader.refuse(bad.column, fmt::format("a finite number with a decimal point, got \"{}\"",
                                        printable(bad.text)));
}

/// Takes rows of a label, where `has_labels`, and numbers, which have the row's line in messages.
void read_rows(Reader& reader, bool has_labels, AttentionMap& map) {
  const std::size_t columns = map.columns();
  const std::size_t expected = columns + (has_labels ? 1 : 0);
  std::string cell;
  do {
    check_weight_count(map.weights.size(), columns, reader.place());
    check_label_count(map.weights.size() / columns + 1, reader.place());
    std::optional<BadCell> bad;
    while (reader.next_cell(cell)) {
      if (has_labels && reader.column() == 1) {
        map.target.push_back(cell);
      } else if (reader.column() <= expected && !bad) {
        const std::optional<float> weight = parse_float(cell);
        if (!weight) bad = BadCell{reader.column(), cell};
        map.weights.push_back(weight.value_or(0));
      }
    }
    if (reader.column() != expected) {
      throw InputError(fmt::format("{}: expected {}{} numbers, got {} cells", reader.place(),
                                   has_labels ? "a label and " : "", columns, reader.column()));
    }
    if (bad) refuse_cell(reader, *bad);
  } while (reader.next_row());
}

/// The rest of a first row of numbers, which has no labels.
void read_first_row(Reader& reader, std::string cell, AttentionMap& map) {
  do {
    const std::optional<float> weight = parse_float(cell);
    if (!weight) refuse_cell(reader, {reader.column(), cell});
    if (map.weights.size() == max_attention_labels) refuse_label_count(reader.place());
    map.weights.push_back(*weight);
  } while (reader.next_cell(cell));
  map.source = position_labels(map.weights.size());
}

}  // namespace

std::string attention_to_csv(const AttentionMap& map, char separator) {
  std::string csv;
  for (const std::string& label : map.source) {
    csv += separator + quoted_if_needed(label, separator);
  }
  csv += '\n';
  for (std::size_t r = 0; r < map.rows(); ++r) {
    csv += quoted_if_needed(map.target[r], separator);
    for (std::size_t c = 0; c < map.columns(); ++c) csv += separator + weight_text(map, r, c);
    csv += '\n';
  }
  return csv;
}

AttentionMap attention_from_csv(std::string_view text, std::string_view name, char separator) {
  require_utf8(text, std::string(name));
  Reader reader(text, std::string(name), separator);
  AttentionMap map;
  std::string cell;
  if (!reader.next_row() || !reader.next_cell(cell)) {
    throw InputError(fmt::format("{}: expected a row of labels, got an empty file", name));
  }
  if (is_number(cell)) {
    read_first_row(reader, cell, map);
    if (reader.next_row()) read_rows(reader, false, map);
    map.target = position_labels(map.weights.size() / map.columns());
    return map;
  }
  while (reader.next_cell(cell)) {
    if (map.source.size() == max_attention_labels) refuse_label_count(reader.place());
    map.source.push_back(cell);
  }
  if (map.source.empty()) reader.refuse(2, "a label, got the end of the line");
  if (!reader.next_row()) {
    throw InputError(fmt::format("{}: expected rows of numbers below the labels, got none", name));
  }
  read_rows(reader, true, map);
  return map;
}

}  // namespace attnviz

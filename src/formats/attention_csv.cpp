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

  /// Reads the next row that is not blank into `cells`; false at the end.
  bool next_row(std::vector<std::string>& cells) {
    cells.clear();
    while (take_line_end()) continue;
    if (rest_.empty()) return false;
    row_line_ = line_;
    cells.push_back(take_cell(1));
    while (take({&separator_, 1})) cells.push_back(take_cell(cells.size() + 1));
    if (!rest_.empty() && !take_line_end()) {
      refuse(cells.size(), fmt::format("{} or the end of the line after the cell",
                                       separator_ == '\t' ? "a tab" : "a comma"));
    }
    return true;
  }

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
};

float read_weight(const Reader& reader, const std::string& cell, std::size_t column) {
  const std::optional<float> weight = parse_float(cell);
  if (!weight) {
    reader.refuse(column,
                  fmt::format("a finite number with a decimal point, got \"{}\"", printable(cell)));
  }
  return *weight;
}

/// Also one that is not finite: it was not meant as a label.
bool is_number(std::string_view cell) {
  double value = 0;
  const auto result = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  return !cell.empty() && result.ec != std::errc::invalid_argument &&
         result.ptr == cell.data() + cell.size();
}

/// Rows of numbers, after `labels` cells each. `cells` holds the first one.
void read_rows(Reader& reader, std::vector<std::string>& cells, std::size_t columns,
               std::size_t labels, AttentionMap& map) {
  do {
    if (cells.size() != columns + labels) {
      throw InputError(fmt::format("{}: expected {}{} numbers, got {} cells", reader.place(),
                                   labels > 0 ? "a label and " : "", columns, cells.size()));
    }
    check_weight_count(map.weights.size(), columns, reader.place());
    if (labels > 0) map.target.push_back(cells[0]);
    for (std::size_t i = labels; i < cells.size(); ++i) {
      map.weights.push_back(read_weight(reader, cells[i], i + 1));
    }
  } while (reader.next_row(cells));
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
  std::vector<std::string> cells;
  if (!reader.next_row(cells)) {
    throw InputError(fmt::format("{}: expected a row of labels, got an empty file", name));
  }
  if (is_number(cells[0])) {
    map.source = position_labels(cells.size());
    read_rows(reader, cells, cells.size(), 0, map);
    map.target = position_labels(map.weights.size() / map.columns());
    return map;
  }
  map.source.assign(cells.begin() + 1, cells.end());
  if (map.source.empty()) reader.refuse(2, "a label, got the end of the line");
  if (!reader.next_row(cells)) {
    throw InputError(fmt::format("{}: expected rows of numbers below the labels, got none", name));
  }
  read_rows(reader, cells, map.columns(), 1, map);
  return map;
}

}  // namespace attnviz

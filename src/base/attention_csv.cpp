#include <cstddef>
#include <optional>
#include <utility>

#include "attnviz/base/attention_io.h"
#include "attnviz/base/error.h"
#include "attnviz/base/number.h"
#include "attnviz/base/utf8.h"

namespace attnviz {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

std::string quoted_if_needed(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
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
  Reader(std::string_view text, std::string name) : rest_(text), name_(std::move(name)) {
    if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
  }

  /// Reads the next row that is not blank into `cells`; false at the end.
  bool next_row(std::vector<std::string>& cells) {
    cells.clear();
    while (take_line_end()) continue;
    if (rest_.empty()) return false;
    row_line_ = line_;
    cells.push_back(take_cell(1));
    while (take(",")) cells.push_back(take_cell(cells.size() + 1));
    if (!rest_.empty() && !take_line_end()) {
      refuse(cells.size(), "a comma or the end of the line after the cell");
    }
    return true;
  }

  [[noreturn]] void refuse(std::size_t column, const std::string& expected) const {
    throw InputError(name_ + ':' + std::to_string(row_line_) + ": column " +
                     std::to_string(column) + ": expected " + expected);
  }

  /// The line on which the last row starts, for messages: "maps.csv:3".
  std::string place() const { return name_ + ':' + std::to_string(row_line_); }

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
    const std::string cell(rest_.substr(0, rest_.find_first_of(",\"\r\n")));
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
  std::size_t line_ = 1;      // of what comes next
  std::size_t row_line_ = 1;  // of the start of the last row
};

float read_weight(const Reader& reader, const std::string& cell, std::size_t column) {
  const std::optional<float> weight = parse_float(cell);
  if (!weight) {
    reader.refuse(column, "a finite number with a decimal point, got \"" + printable(cell) + '"');
  }
  return *weight;
}

}  // namespace

std::string attention_to_csv(const AttentionMap& map) {
  std::string csv;
  for (const std::string& label : map.source) csv += ',' + quoted_if_needed(label);
  csv += '\n';
  for (std::size_t r = 0; r < map.rows(); ++r) {
    csv += quoted_if_needed(map.target[r]);
    for (std::size_t c = 0; c < map.columns(); ++c) csv += ',' + weight_text(map, r, c);
    csv += '\n';
  }
  return csv;
}

AttentionMap attention_from_csv(std::string_view text, std::string_view name) {
  require_utf8(text, std::string(name));
  Reader reader(text, std::string(name));
  AttentionMap map;
  std::vector<std::string> cells;
  if (!reader.next_row(cells)) {
    throw InputError(std::string(name) + ": expected a row of labels, got an empty file");
  }
  map.source.assign(cells.begin() + 1, cells.end());
  if (map.source.empty()) reader.refuse(2, "a label, got the end of the line");
  while (reader.next_row(cells)) {
    if (cells.size() != map.columns() + 1) {
      throw InputError(reader.place() + ": expected a label and " + std::to_string(map.columns()) +
                       " numbers, got " + std::to_string(cells.size()) + " cells");
    }
    if (map.weights.size() + map.columns() > max_attention_weights) {
      throw LimitError(reader.place() + ": expected at most " +
                       std::to_string(max_attention_weights) + " weights, got more");
    }
    map.target.push_back(cells[0]);
    for (std::size_t i = 1; i < cells.size(); ++i) {
      map.weights.push_back(read_weight(reader, cells[i], i + 1));
    }
  }
  if (map.target.empty()) {
    throw InputError(std::string(name) + ": expected rows of numbers below the labels, got none");
  }
  return map;
}

}  // namespace attnviz

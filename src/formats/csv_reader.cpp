#include "formats/csv_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "attnviz/error.h"
#include "base/split.h"
#include "base/utf8.h"
#include "formats/attention_io.h"

namespace attnviz {
namespace {

/// "# " begins a comment, and so does # alone; "##ing" and "#,0.5" begin with a label.
bool is_comment(std::string_view line, char separator) {
  if (!line.starts_with('#')) return false;
  const char next = line.size() > 1 ? line[1] : '\n';
  return next == ' ' || next == '\n' || next == '\r' || (next == '\t' && separator != '\t');
}

/// The first rows of a text that are no comments, each at most so long as to end in quotes.
std::vector<std::string_view> first_rows(std::string_view text, char separator, std::size_t count) {
  std::vector<std::string_view> rows;
  while (!text.empty() && rows.size() < count) {
    bool quoted = false;
    std::size_t end = 0;
    while (end < text.size() && (quoted || text[end] != '\n')) quoted ^= text[end++] == '"';
    std::string_view row = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (row.ends_with('\r')) row.remove_suffix(1);
    if (!row.empty() && !is_comment(row, separator)) rows.push_back(row);
  }
  return rows;
}

/// Whether the row has several cells of which all after the first are numbers or empty.
bool fits(std::string_view row, CsvDialect dialect) {
  dialect.spelled = true;
  if (dialect.separator == ' ') row = trimmed(row);
  std::size_t count = 0;
  for (bool ended = false; !ended;) {
    bool quoted = false;
    std::size_t end = 0;
    const auto ends = [&](char c) {
      return c == dialect.separator || (dialect.separator == ' ' && c == '\t');
    };
    while (end < row.size() && (quoted || !ends(row[end]))) quoted ^= row[end++] == '"';
    std::string_view cell = row.substr(0, end);
    if (cell.size() > 1 && cell.starts_with('"') && cell.ends_with('"')) {
      cell = cell.substr(1, cell.size() - 2);
    }
    if (count++ > 0 && !weight_of_cell(cell, dialect)) return false;
    ended = end == row.size();
    row.remove_prefix(std::min(end + 1, row.size()));
    if (dialect.separator == ' ') row = trimmed(row);
  }
  return count > 1;
}

/// Whether the separator stands in the row outside of quotes.
bool holds(std::string_view row, char separator) {
  bool quoted = false;
  return std::ranges::any_of(row, [&](char c) {
    quoted ^= c == '"';
    return !quoted && c == separator;
  });
}

/// The length of Excel's first line that names the separator, `sep=;`; 0 where there is none.
std::size_t separator_line(std::string_view text) {
  if (!text.starts_with("sep=") || text.size() < 6 ||
      std::string_view(",;\t ").find(text[4]) == std::string_view::npos) {
    return 0;
  }
  const std::string_view rest = text.substr(5);
  return rest.starts_with("\r\n") ? 7 : rest.starts_with('\n') ? 6 : 0;
}

/// That of a cell that is no plain number.
std::optional<float> spelled_weight(std::string_view cell, CsvDialect dialect) {
  dialect.spelled = false;
  if (cell == "True" || cell == "TRUE" || cell == "true") return 1.0F;
  if (cell == "False" || cell == "FALSE" || cell == "false") return 0.0F;
  const bool is_percent = cell.ends_with('%');
  if (is_percent) cell.remove_suffix(1);
  if (cell.size() > 1 && cell.front() == '+' && cell[1] != '-') cell.remove_prefix(1);
  const std::optional<float> weight = weight_of_cell(cell, dialect);
  if (!weight || is_masked(*weight)) return std::nullopt;
  return is_percent ? *weight / 100 : *weight;
}

}  // namespace

CsvDialect detect_dialect(std::string_view text, char usual, const std::string& name) {
  constexpr std::size_t enough = 256;  // rows
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (separator_line(text) > 0) return {text[4], text[4] != ','};
  const std::vector<std::string_view> rows = first_rows(text, usual, enough);
  if (rows.empty()) return {usual, false};
  const std::array<CsvDialect, 5> dialects = {
      {{usual, usual == '\t'}, {';', true}, {'\t', true}, {',', false}, {' ', true}}};
  const std::string_view header = rows.front();
  const std::span below = std::span(rows).subspan(rows.size() > 1 ? 1 : 0);
  if (holds(header, ';') && !holds(header, ',') && !holds(header, '\t') &&
      std::ranges::any_of(below, [](auto row) { return holds(row, ';'); })) {
    return dialects[1];
  }
  std::array<std::ptrdiff_t, 5> counts{};
  for (std::size_t i = 0; i < dialects.size(); ++i) {
    counts[i] = std::ranges::count_if(below, [&](auto row) { return fits(row, dialects[i]); });
  }
  const std::size_t best =
      static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin());
  const bool is_either = dialects[best].separator == ',' && counts[best] == counts[1];
  if (is_either && counts[1] > 0 && !header.starts_with(',') &&
      (holds(header, ';') || !holds(header, ','))) {
    throw InputError(fmt::format(
        "{}: expected cells separated by commas or by semicolons, got \"{}\", which can be read "
        "both ways; a first line sep=, or sep=; chooses",
        name, printable(below.front())));
  }
  return dialects[best];
}

std::optional<float> weight_of_cell(std::string_view cell, const CsvDialect& dialect) {
  cell = trimmed(cell);
  if (cell.empty()) return std::nanf("");
  if (const std::optional<float> weight = parse_weight(cell)) return weight;
  if (dialect.spelled) return spelled_weight(cell, dialect);
  if (!dialect.decimal_comma || std::ranges::count(cell, ',') != 1) return std::nullopt;
  std::string number(cell);
  number[number.find(',')] = '.';
  return parse_weight(number);
}

CsvReader::CsvReader(std::string_view text, std::string name, const CsvDialect& dialect)
    : rest_(text), name_(std::move(name)), dialect_(dialect) {
  if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
  const std::size_t skipped = separator_line(rest_);
  rest_.remove_prefix(skipped);
  line_ += skipped > 0 ? 1 : 0;
}

bool CsvReader::next_row() {
  while (true) {
    if (dialect_.separator == ' ') skip_blanks();
    if (is_comment(rest_, dialect_.separator)) {
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
    }
    if (!take_line_end()) break;
  }
  row_line_ = line_;
  column_ = 0;
  return !rest_.empty();
}

bool CsvReader::next_cell(std::string& cell) {
  if (column_ > 0) {
    if (rest_.empty() || take_line_end()) return false;
    if (!take_separator()) {
      refuse(column_, fmt::format("{} or the end of the line after the cell; a label with a "
                                  "quote stands in quotes, with the quote twice",
                                  dialect_.separator == '\t'  ? "a tab"
                                  : dialect_.separator == ' ' ? "a blank"
                                  : dialect_.separator == ';' ? "a semicolon"
                                                              : "a comma"));
    }
    if (dialect_.separator == ' ' && (rest_.empty() || take_line_end())) return false;
  }
  ++column_;
  cell = take_cell();
  return true;
}

void CsvReader::refuse(std::size_t column, const std::string& expected) const {
  throw InputError(
      fmt::format("{}: column {}: expected {}{}", place(), column, expected, quote_hint_));
}

std::string CsvReader::place() const {
  return fmt::format("{}:{}", name_, row_line_);
}

bool CsvReader::take(std::string_view expected) {
  if (!rest_.starts_with(expected)) return false;
  rest_.remove_prefix(expected.size());
  return true;
}

bool CsvReader::take_line_end() {
  if (!take("\r\n") && !take("\n")) return false;
  ++line_;
  return true;
}

void CsvReader::skip_blanks() {
  rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
}

bool CsvReader::take_separator() {
  if (dialect_.separator != ' ') return take({&dialect_.separator, 1});
  const std::size_t before = rest_.size();
  skip_blanks();
  return rest_.size() < before;
}

std::string CsvReader::take_cell() {
  const char separator = dialect_.separator;
  const std::string_view start = rest_;
  if (separator != '\t') skip_blanks();
  quoted_ = take("\"");
  if (quoted_) {
    std::string cell = take_quoted();
    if (separator == '\t' && cell.starts_with('\t') && cell.ends_with('\n')) {
      refuse(column_, "a label, got a quote that may be one, or begin one of several lines");
    }
    if (separator != ' ' && separator != '\t') skip_blanks();
    return cell;
  }
  rest_ = start;
  const char ends[] = {separator, '"', '\r', '\n', '\t'};
  const std::size_t count = separator == ' ' ? 5 : 4;
  const std::string_view cell = rest_.substr(0, rest_.find_first_of({ends, count}));
  rest_.remove_prefix(cell.size());
  const std::string_view bare = trimmed(cell);
  return std::string(bare.empty() ? cell : bare);
}

std::string CsvReader::take_quoted() {
  std::string cell;
  const std::size_t opened = line_;
  while (true) {
    const std::size_t quote = rest_.find('"');
    if (quote == std::string_view::npos) {
      refuse(
          column_,
          "a closing quote, got the end of the file; a label that is a quote is written \"\"\"\"");
    }
    cell += rest_.substr(0, quote);
    line_ += static_cast<std::size_t>(std::ranges::count(rest_.substr(0, quote), '\n'));
    rest_.remove_prefix(quote + 1);
    if (!take("\"")) {
      if (cell.ends_with('\n') && quote_hint_.empty()) {
        quote_hint_ = fmt::format(
            "; the quote on line {}, column {} is closed on line {}: a label that is a quote is "
            "written \"\"\"\"",
            opened, column_, line_);
      }
      return cell;
    }
    cell += '"';  // two stand for one
  }
}

}  // namespace attnviz

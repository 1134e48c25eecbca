// The cells of a text of CSV, or of a similar table.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace attnviz {

/// What separates cells, and how numbers are written.
struct CsvDialect {
  char separator = ',';        // ' ': any blanks and tabs
  bool decimal_comma = false;  // or a point
  bool spelled = false;        // +.5, 21.5% and True are numbers too
};

/// That of a text: the one its first line `sep=;` names; semicolons where only they can separate
/// the first row; else the one by which the numbers of most of the first rows can be read, `usual`
/// where several are. Throws InputError, with `name`, where commas and semicolons may separate.
CsvDialect detect_dialect(std::string_view text, char usual, const std::string& name);

/// The weight in a cell, see parse_weight(); NaN for an empty one.
std::optional<float> weight_of_cell(std::string_view cell, const CsvDialect& dialect);

/// The rows of a text, one after the other. Comments and blank lines are skipped.
class CsvReader {
 public:
  CsvReader(std::string_view text, std::string name, const CsvDialect& dialect);

  /// Begins the next row; false at the end.
  bool next_row();
  /// The next cell of the row, without blanks around it unless it is quoted or blank; false at the
  /// end of the row.
  bool next_cell(std::string& cell);

  /// Of the last cell, from 1.
  std::size_t column() const { return column_; }
  /// Whether it is in quotes.
  bool is_quoted() const { return quoted_; }

  [[noreturn]] void refuse(std::size_t column, const std::string& expected) const;
  /// For messages: names a quote that was closed at the start of a later line, where a label that
  /// is a quote may stand.
  const std::string& quote_hint() const { return quote_hint_; }
  /// The line on which the last row starts, for messages: "maps.csv:3".
  std::string place() const;

 private:
  bool take(std::string_view expected);
  bool take_line_end();
  void skip_blanks();
  bool take_separator();
  std::string take_cell();
  std::string take_quoted();

  std::string_view rest_;
  std::string name_;
  CsvDialect dialect_;
  std::size_t line_ = 1;      // of what comes next
  std::size_t row_line_ = 1;  // of the start of the last row
  std::size_t column_ = 0;
  bool quoted_ = false;
  std::string quote_hint_;
};

}  // namespace attnviz

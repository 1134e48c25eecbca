#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "attnviz/error.h"
#include "base/split.h"
#include "base/utf8.h"
#include "formats/attention_io.h"
#include "formats/csv_reader.h"
#include "formats/map_kind.h"

namespace attnviz {
namespace {

std::string quoted_if_needed(const std::string& cell, char separator) {
  // Blanks around a cell are not part of it, "# " begins a comment, and an empty last cell may be
  // left by a separator at the end of the line.
  const bool has_blanks = trimmed(cell) != cell && !trimmed(cell).empty();
  if (cell.find(separator) == std::string::npos &&
      cell.find_first_of("\"\r\n") == std::string::npos && !has_blanks && !cell.empty() &&
      !cell.starts_with("# ") && !cell.starts_with("#\t")) {
    return cell;
  }
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

/// A table of which the first row and the first column may be labels or numbers.
struct Table {
  std::vector<std::string> first_row;
  bool ends_quoted = false;               // the first row
  std::vector<std::string> first_column;  // below the first row
  std::vector<float> rest;                // below and beside these
  std::size_t columns = 0;                // of the rows below the first

  std::size_t rows() const { return first_column.size(); }
  std::span<const float> rest_of(std::size_t row) const {
    return std::span(rest).subspan(row * (columns - 1), columns - 1);
  }
};

void read_first_row(CsvReader& reader, Table& table) {
  std::string cell;
  while (reader.next_cell(cell)) {
    if (table.first_row.size() > max_attention_labels) refuse_label_count(reader.place());
    table.first_row.push_back(cell);
    table.ends_quoted = reader.is_quoted();
  }
}

/// Whether a row of labels may have none for the first column below, as R's write.table has it.
bool lacks_corner(const std::vector<std::string>& first_row) {
  const auto is_label = [](const std::string& cell) { return !weight_of_cell(cell, {}); };
  return !first_row.front().empty() && std::ranges::any_of(first_row, is_label);
}

[[noreturn]] void refuse_count(const Table& table, std::size_t expected, std::size_t got,
                               const CsvReader& reader) {
  const std::string& first = table.first_row.front();
  const bool has_numbers = !first.empty() && weight_of_cell(first, {});
  throw InputError(fmt::format("{}: expected {}{} numbers, got {} cells{}", reader.place(),
                               has_numbers ? "" : "a label and ", expected - (has_numbers ? 0 : 1),
                               got, reader.quote_hint()));
}

/// How many cells a row has, as the first below the labels has `count`, of which the last is empty
/// or not.
std::size_t expected_columns(const Table& table, std::size_t count, bool ends_empty,
                             const CsvReader& reader) {
  const std::size_t above = table.first_row.size();
  if (count == above + 1 && ends_empty) return above;  // "1,2,"
  if (count == above + 1 && lacks_corner(table.first_row)) return count;
  const bool is_open = table.first_row.back().empty() && !table.ends_quoted;  // ",a,b,"
  if (count == above || (count + 1 == above && is_open)) return count;
  refuse_count(table, above, count, reader);
}

/// Names what makes a number unreadable: "1.234,5".
const char* separator_hint(std::string_view cell) {
  const bool has_both = cell.find('.') != std::string_view::npos &&
                        cell.find(',') != std::string_view::npos &&
                        cell.find_first_not_of("0123456789.,+-") == std::string_view::npos;
  if (!has_both) return "";
  return cell.find('.') < cell.find(',') ? "; leave out the point, a thousands separator"
                                         : "; leave out the comma, a thousands separator";
}

/// Finds out whether the numbers are spelled, see CsvDialect: labels such as "True" and "50%" are
/// numbers only in a table of them.
void read_rows(CsvReader& reader, CsvDialect& dialect, Table& table) {
  CsvDialect spelled = dialect;
  spelled.spelled = true;
  std::string cell;
  while (reader.next_row()) {
    std::optional<std::pair<std::size_t, std::string>> bad;
    const std::size_t before = table.rest.size();
    bool ends_empty = false;
    while (reader.next_cell(cell)) {
      ends_empty = cell.empty();
      if (reader.column() == 1) {
        check_label_count(table.rows() + 1, reader.place());
        table.first_column.push_back(cell);
        continue;
      }
      std::optional<float> weight = weight_of_cell(cell, dialect);
      if (!weight && (weight = weight_of_cell(cell, spelled))) dialect.spelled = true;
      if (!weight && !bad) bad.emplace(reader.column(), cell);
      check_weight_count(table.rest.size(), 1, reader.place());
      table.rest.push_back(weight.value_or(0));
    }
    std::size_t count = reader.column();
    if (table.columns == 0) {
      table.columns = expected_columns(table, count, ends_empty, reader);
      if (table.first_row.size() > table.columns) table.first_row.pop_back();
    }
    if (count == table.columns + 1 && ends_empty) --count;
    if (count != table.columns) refuse_count(table, table.columns, count, reader);
    table.rest.resize(before + count - 1);
    if (!bad) continue;
    reader.refuse(bad->first, fmt::format("a finite number with a decimal point, got \"{}\"{}",
                                          printable(bad->second), separator_hint(bad->second)));
  }
}

/// Whether the cells of a row are a distribution.
bool row_sums_to_one(float first, std::span<const float> rest) {
  double sum = is_masked(first) ? 0 : first;
  for (const float weight : rest) {
    if (weight < 0) return false;
    sum += is_masked(weight) ? 0 : weight;
  }
  return !(first < 0) && sums_to_one(sum);
}

/// The numbers of cells, nothing where one is none.
std::optional<std::vector<float>> numbers_of(std::span<const std::string> cells,
                                             const CsvDialect& dialect) {
  std::vector<float> numbers;
  for (const std::string& cell : cells) {
    const std::optional<float> number = weight_of_cell(cell, dialect);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

bool are_whole(std::span<const float> numbers) {
  return std::ranges::all_of(numbers, [](float number) { return number == std::floor(number); });
}

/// 0, 1, 2, ...
bool are_positions(std::span<const float> numbers) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] != static_cast<float>(i)) return false;
  }
  return true;
}

[[noreturn]] void refuse_labels(const ChosenMaps& maps, const std::string& readings) {
  throw SettingError("labels", fmt::format("needed for {}, which can be read in two ways: {}",
                                           maps.file(), readings));
}

/// Which of first row and first column are labels. `above` and `left` are their numbers, where they
/// have only numbers.
LabelPlaces detect_places(const Table& table, const CsvDialect& dialect, ChosenMaps& maps) {
  const auto above = numbers_of(table.first_row, dialect);
  const auto left = numbers_of(table.first_column, dialect);
  const bool has_corner = table.first_row.front().empty();
  if (table.rows() == 0) {
    if (above && !has_corner) return LabelPlaces::none;
    throw InputError(maps.file() + ": expected rows of numbers below the labels, got none");
  }
  if (has_corner || table.columns == table.first_row.size() + 1) return LabelPlaces::both;
  if (table.columns == 1 && !above) return LabelPlaces::columns;
  const auto all_rows = [&](const auto& holds) {
    for (std::size_t r = 0; r < table.rows(); ++r) {
      if (!holds(r)) return false;
    }
    return true;
  };
  const bool rests_sum =
      all_rows([&](std::size_t r) { return row_sums_to_one(0, table.rest_of(r)); });
  if (above && left) {
    const std::span<const float> first(*above);
    const bool rows_sum =
        all_rows([&](std::size_t r) { return row_sums_to_one((*left)[r], table.rest_of(r)); });
    const bool first_sums = row_sums_to_one(first[0], first.subspan(1));
    if (rows_sum && !first_sums) {
      maps.note(
          "the first row, of numbers, is taken for column labels: it does not sum to one as the "
          "others do",
          "labels");
      return LabelPlaces::columns;
    }
    std::vector<float> column = *left;
    column.insert(column.begin(), first[0]);
    // Links, of 0 and 1, may sum to one by chance.
    const bool are_labels = are_positions(column) || (are_whole(column) && !are_whole(table.rest));
    if (!rows_sum && rests_sum && are_labels && row_sums_to_one(0, first.subspan(1))) {
      maps.note(fmt::format("the first column, {}, {}, ..., is taken for row labels: the rows sum "
                            "to one without it",
                            trimmed(table.first_row[0]), trimmed(table.first_column[0])),
                "labels");
      return LabelPlaces::rows;
    }
    if (are_positions(first) && first.size() > (rows_sum ? 1U : 2U) && !are_whole(table.rest)) {
      maps.note("the first row, 0, 1, ..., is taken for weights", "labels");
    }
    return LabelPlaces::none;
  }
  if (left) {
    refuse_labels(
        maps, fmt::format("columns takes the first row for labels and all {0} columns for weights, "
                          "both the first column for row labels as well ({1} x {0} or {1} x {2})",
                          table.columns, table.rows(), table.columns - 1));
  }
  const auto beside = numbers_of(std::span(table.first_row).subspan(1), dialect);
  if (!beside) return LabelPlaces::both;
  if (rests_sum && !row_sums_to_one(0, *beside)) {
    maps.note(
        "the first row, of a label and numbers, is taken for labels: it does not sum to one as the "
        "others do",
        "labels");
    return LabelPlaces::both;
  }
  if (rests_sum && !are_positions(*beside)) return LabelPlaces::rows;
  refuse_labels(maps, "both takes the first row for labels, rows for weights as the others");
}

/// Cells that must be numbers: of the first row or the first column.
std::vector<float> require_numbers(std::span<const std::string> cells, const CsvDialect& dialect,
                                   const char* where, const ChosenMaps& maps) {
  for (const std::string& cell : cells) {
    if (weight_of_cell(cell, dialect)) continue;
    throw InputError(fmt::format("{}: {}: expected finite numbers with a decimal point, got \"{}\"",
                                 maps.file(), where, printable(cell)));
  }
  return *numbers_of(cells, dialect);
}

/// Puts the first column before the rest.
std::vector<float> with_first_column(Table& table, const std::vector<float>& column) {
  std::vector<float> weights;
  weights.reserve(table.rest.size() + column.size());
  for (std::size_t r = 0; r < column.size(); ++r) {
    weights.push_back(column[r]);
    const std::span<const float> rest = table.rest_of(r);
    weights.insert(weights.end(), rest.begin(), rest.end());
  }
  return weights;
}

AttentionMap map_of(Table& table, LabelPlaces places, const CsvDialect& dialect,
                    const ChosenMaps& maps) {
  const bool has_column_labels = places == LabelPlaces::both || places == LabelPlaces::columns;
  const bool has_row_labels = places == LabelPlaces::both || places == LabelPlaces::rows;
  const bool no_corner = table.columns == table.first_row.size() + 1;
  if (table.columns == 0) table.columns = table.first_row.size();
  if (no_corner && places != LabelPlaces::both) {
    throw SettingError(
        "labels",
        fmt::format("expected both for {}, whose first row has one cell less than the others",
                    maps.file()));
  }
  AttentionMap map;
  std::span<const std::string> first_row = table.first_row;
  if (!has_column_labels) {  // it is one of the rows
    const auto numbers = require_numbers(first_row.subspan(1), dialect, "first row", maps);
    table.rest.insert(table.rest.begin(), numbers.begin(), numbers.end());
    table.first_column.insert(table.first_column.begin(), table.first_row.front());
  }
  if (has_row_labels) {
    map.weights = std::move(table.rest);
  } else {
    map.weights = with_first_column(
        table, require_numbers(table.first_column, dialect, "first column", maps));
  }
  const std::size_t columns = table.columns - (has_row_labels ? 1 : 0);
  if (columns == 0 || map.weights.empty())
    throw InputError(maps.file() + ": expected numbers beside the labels, got none");
  if (has_column_labels) {
    if (places == LabelPlaces::both && !no_corner) first_row = first_row.subspan(1);
    map.source.assign(first_row.begin(), first_row.end());
    map.source.resize(columns);
  } else {
    map.source = position_labels(columns);
  }
  const std::size_t rows = table.first_column.size();
  map.target = has_row_labels ? std::move(table.first_column) : position_labels(rows);
  return map;
}

/// A column without a label and without a weight is left by separators at the ends of lines.
void drop_empty_last_column(const Table& table, bool has_label, AttentionMap& map) {
  if (map.columns() < 2 || (has_label && (!map.source.back().empty() || table.ends_quoted))) return;
  for (std::size_t r = 0; r < map.rows(); ++r) {
    if (!is_masked(map.at(r, map.columns() - 1))) return;
  }
  std::vector<float> weights;
  for (std::size_t r = 0; r < map.rows(); ++r) {
    for (std::size_t c = 0; c + 1 < map.columns(); ++c) weights.push_back(map.at(r, c));
  }
  map.weights = std::move(weights);
  map.source.pop_back();
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
    for (std::size_t c = 0; c < map.columns(); ++c) csv += separator + weight_text(map, r, c, "");
    csv += '\n';
  }
  return csv;
}

void read_attention_csv(std::string_view text, char separator, ChosenMaps& maps) {
  require_utf8(text, maps.file());
  CsvDialect dialect = detect_dialect(text, separator, maps.file());
  CsvReader reader(text, maps.file(), dialect);
  Table table;
  if (!reader.next_row()) {
    throw InputError(maps.file() + ": expected a row of labels, got an empty file");
  }
  read_first_row(reader, table);
  read_rows(reader, dialect, table);
  if (table.rows() == 0 && !reader.quote_hint().empty()) {
    throw InputError(fmt::format("{}: expected rows of numbers below the labels, got none{}",
                                 maps.file(), reader.quote_hint()));
  }
  if (!maps.next()) return;
  LabelPlaces places = maps.options().label_places;
  if (places == LabelPlaces::detected) places = detect_places(table, dialect, maps);
  AttentionMap map = map_of(table, places, dialect, maps);
  drop_empty_last_column(table, places == LabelPlaces::both || places == LabelPlaces::columns, map);
  maps.add(std::move(map), Orientation::unknown);
}

}  // namespace attnviz

#include "formats/number_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/number.h"
#include "base/split.h"
#include "base/utf8.h"
#include "formats/attention_io.h"
#include "formats/csv_reader.h"
#include "formats/json_maps.h"
#include "formats/npy.h"
#include "formats/strict_json.h"
#include "formats/zip.h"

namespace attnviz {
namespace {

constexpr std::size_t max_text_bytes = std::size_t{1} << 28U;
constexpr double infinity = std::numeric_limits<double>::infinity();

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return result;
}

std::string ending_of(const std::string& path) {
  return lower(std::filesystem::path(path).extension().string());
}

void check_count(std::size_t rows, std::size_t columns, const std::string& name) {
  if (rows == 0 || columns == 0) throw InputError(name + ": expected numbers, got none");
  if (rows <= max_attention_weights / columns) return;
  throw LimitError(fmt::format("{}: expected at most {} numbers, got {} x {}", name,
                               max_attention_weights, rows, columns));
}

struct Number {
  double value = 0.0;
  bool is_logical = false;
};

std::optional<Number> number_of(std::string_view cell, bool decimal_comma) {
  std::string text = lower(trimmed(cell));
  if (text == "true" || text == "false") return Number{text == "true" ? 1.0 : 0.0, true};
  if (text == "-inf" || text == "-infinity") return Number{-infinity};
  if (decimal_comma) std::ranges::replace(text, ',', '.');
  if (text.starts_with('+') && !text.starts_with("+-")) text.erase(0, 1);
  const std::optional<double> value = parse_number(text);
  return value ? std::optional(Number{*value}) : std::nullopt;
}

/// A matrix as its rows are read.
class Rows {
 public:
  explicit Rows(std::string name) : name_(std::move(name)) {}

  /// `place` is that of the row.
  void add(Number number, const std::string& place) {
    const NumberType type = number.is_logical ? NumberType::logical : NumberType::real;
    if (table_.numbers.values.empty()) table_.type = type;
    if (type != table_.type) {
      throw InputError(place + ": expected numbers, or True and False, got both");
    }
    table_.numbers.values.push_back(number.value);
    ++columns_;
  }

  void end_row(const std::string& place) {
    RealMatrix& numbers = table_.numbers;
    if (numbers.rows++ == 0) numbers.columns = columns_;
    if (columns_ != numbers.columns) {
      throw InputError(fmt::format("{}: expected {} numbers, as in the first row, got {}", place,
                                   numbers.columns, columns_));
    }
    check_count(numbers.rows, numbers.columns, name_);
    columns_ = 0;
  }

  NumberTable take() {
    check_count(table_.numbers.rows, table_.numbers.columns, name_);
    return std::move(table_);
  }

 private:
  std::string name_;
  NumberTable table_;
  std::size_t columns_ = 0;  // of the row that is read
};

NumberTable read_csv(std::string_view text, char separator, const std::string& name) {
  require_utf8(text, name);
  const CsvDialect dialect = detect_dialect(text, separator, name);
  CsvReader reader(text, name, dialect);
  Rows rows(name);
  std::string cell;
  while (reader.next_row()) {
    while (reader.next_cell(cell)) {
      const auto number = number_of(cell, dialect.decimal_comma);
      if (!number) {
        reader.refuse(reader.column(), fmt::format("a finite number, got \"{}\"", printable(cell)));
      }
      rows.add(*number, reader.place());
    }
    rows.end_row(reader.place());
  }
  return rows.take();
}

using Json = nlohmann::ordered_json;

Number json_number(const Json& value, const std::string& place) {
  if (value.is_boolean()) return {value.get<bool>() ? 1.0 : 0.0, true};
  if (value.is_null()) return {-infinity};  // masked, as in maps
  if (value.is_number()) return {value.get<double>()};
  throw InputError(
      fmt::format("{}: expected lists of numbers, got {}", place, printable(value.dump(), 40)));
}

NumberTable read_json(std::string_view text, const std::string& name) {
  const Json document = parse_strict_json<Json>(without_python_numbers(text), name);
  if (!document.is_array()) throw InputError(name + ": expected a list of lists of numbers");
  Rows rows(name);
  const auto add_row = [&](const Json& row, const std::string& place) {
    for (const Json& value : row) rows.add(json_number(value, place), place);
    rows.end_row(place);
  };
  if (!document.empty() && !document.front().is_array()) {
    add_row(document, name);
    return rows.take();
  }
  for (std::size_t i = 0; i < document.size(); ++i) {
    const std::string place = fmt::format("{}: row {}", name, i + 1);
    if (!document[i].is_array()) throw InputError(place + ": expected a list of numbers");
    add_row(document[i], place);
  }
  return rows.take();
}

NumberTable table_of(const NpyArray& array, const std::string& name) {
  const bool is_vector = array.shape.size() == 1;
  if (is_text(array) || (!is_vector && array.shape.size() != 2)) {
    throw InputError(fmt::format("{}: expected numbers in rows and columns, got {} of shape {}",
                                 name, is_text(array) ? "texts" : "an array",
                                 npy_shape_text(array.shape)));
  }
  const std::size_t rows = is_vector ? 1 : array.shape.front();
  check_count(rows, array.shape.back(), name);
  NumberTable table{zero_matrix(rows, array.shape.back()), NumberType::real};
  if (array.kind == 'b') table.type = NumberType::logical;
  if (array.kind == 'i' || array.kind == 'u') table.type = NumberType::integer;
  const std::vector<std::size_t> strides = npy_strides(array);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t start = is_vector ? 0 : i * strides.front();
    for (std::size_t j = 0; j < table.numbers.columns; ++j) {
      const double number = npy_double(array, start + j * strides.back());
      if (!std::isfinite(number) && number != -infinity) {
        throw InputError(fmt::format("{}: row {}, column {}: expected a finite number, got {}",
                                     name, i + 1, j + 1, format_shortest(number)));
      }
      table.numbers.row(i)[j] = number;
    }
  }
  return table;
}

NumberTable read_npz(std::string_view bytes, const std::string& name, const std::string& array) {
  const std::vector<ZipMember> members = read_zip(bytes, name);
  auto member = std::ranges::find(members, array + ".npy", &ZipMember::name);
  if (member == members.end() && members.size() == 1) member = members.begin();
  if (member == members.end()) {
    std::string names;
    for (const ZipMember& each : members) names += (names.empty() ? "" : ", ") + each.name;
    throw InputError(fmt::format("{}: expected an array {}, or a single one, got {}", name, array,
                                 names.empty() ? "none" : printable(names)));
  }
  const std::string extracted = extract(*member, max_array_bytes, name);
  return table_of(read_npy(extracted, name + ": " + printable(member->name)),
                  name + ": " + printable(member->name));
}

}  // namespace

bool is_number_file(const std::string& path) {
  const std::string ending = ending_of(path);
  return ending == ".npy" || ending == ".csv" || ending == ".tsv" || ending == ".json" ||
         holds_arrays(path);
}

bool holds_arrays(const std::string& path) {
  return ending_of(path) == ".npz";
}

NumberTable read_number_file(const std::string& path, const std::string& array) {
  const std::string ending = ending_of(path);
  const std::string name = printable(path, no_limit);
  const bool is_array = ending == ".npy" || ending == ".npz";
  const std::string bytes = read_file(path, is_array ? max_array_bytes : max_text_bytes);
  if (ending == ".npy") return table_of(read_npy(bytes, name), name);
  if (ending == ".npz") return read_npz(bytes, name, array);
  if (ending == ".json") return read_json(bytes, name);
  return read_csv(bytes, ending == ".tsv" ? '\t' : ',', name);
}

NumberTable parse_number_rows(std::string_view text, const std::string& name) {
  Rows rows(name);
  std::size_t count = 0;
  for (const std::string_view row : split(text, ";")) {
    const std::string place = fmt::format("{}: row {}", name, ++count);
    for (const std::string_view cell : split(row, ",")) {
      const auto number = number_of(cell, false);
      if (!number) {
        throw InputError(
            fmt::format("{}: expected numbers, as in \"1,0; 0,1\", or a file that "
                        "ends in {}, got \"{}\"",
                        place, number_file_endings, printable(trimmed(cell))));
      }
      rows.add(*number, place);
    }
    rows.end_row(place);
  }
  return rows.take();
}

void require_finite_numbers(const RealMatrix& numbers, const std::string& name) {
  const auto found = std::ranges::find(numbers.values, -infinity);
  if (found == numbers.values.end()) return;
  const auto place = static_cast<std::size_t>(found - numbers.values.begin());
  throw InputError(fmt::format("{}: row {}, column {}: expected a finite number, got -inf, or null",
                               name, place / numbers.columns + 1, place % numbers.columns + 1));
}

}  // namespace attnviz

#include "cli/attend/attend_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/number.h"
#include "cli/table.h"

namespace attnviz {
namespace {

constexpr std::size_t shown_components = 4;
constexpr std::size_t shown_columns = 8;
constexpr std::size_t shown_rows = 32;
constexpr const char* left_out = "...";

/// "{1, 0}"
std::string label_of(std::span<const double> vector) {
  std::string text;
  for (const double number : vector.first(std::min(vector.size(), shown_components))) {
    text += (text.empty() ? "" : ", ") + fmt::format("{:.4g}", number == 0.0 ? 0.0 : number);
  }
  if (vector.size() > shown_components) text += fmt::format(", {}", left_out);
  return '{' + text + '}';
}

std::vector<std::string> labels_of(const RealMatrix& vectors) {
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < vectors.rows; ++i) labels.push_back(label_of(vectors.row(i)));
  return labels;
}

bool is_masked_cell(const AttendInputs& inputs, std::size_t query, std::size_t key) {
  return std::isinf(inputs.mask.at(query, key));
}

/// A row a query, `heads` above the columns.
std::string table_of(Cells heads, const RealMatrix& query, const RealMatrix& numbers,
                     const std::function<std::string(std::size_t, std::size_t)>& text) {
  const std::size_t columns = std::min(numbers.columns, shown_columns);
  std::vector<Cells> rows{std::move(heads)};
  for (std::size_t i = 0; i < std::min(numbers.rows, shown_rows); ++i) {
    rows.push_back({label_of(query.row(i))});
    for (std::size_t j = 0; j < columns; ++j) rows.back().push_back(text(i, j));
  }
  if (numbers.columns > columns) {
    for (Cells& row : rows) row.emplace_back(left_out);
  }
  if (numbers.rows > shown_rows) rows.push_back({left_out});
  return format_table(rows, TableStyle::figures);
}

std::string json_of(const RealMatrix& numbers) {
  std::string text = "[";
  for (std::size_t i = 0; i < numbers.rows; ++i) {
    text += i > 0 ? ",[" : "[";
    for (std::size_t j = 0; j < numbers.columns; ++j) {
      text += (j > 0 ? "," : "") + format_shortest(numbers.row(i)[j]);
    }
    text += ']';
  }
  return text + ']';
}

std::string counted(std::size_t count, const char* one, const char* several) {
  return fmt::format("{} {}", count, count == 1 ? one : several);
}

}  // namespace

std::string shapes_text(const AttendInputs& inputs, const AttendedValues& attended) {
  const RealMatrix& a = attended.weights;
  const RealMatrix& o = attended.output;
  return fmt::format(
      "output is {} x {}: for {}{} a weighted sum of {}; the weights are {} x {}{}", o.rows,
      o.columns, o.rows > 1 ? "each of " : "", counted(o.rows, "query", "queries"),
      counted(inputs.value.rows, "value", "values"), a.rows, a.columns,
      inputs.layer.hard ? "; hard, 1 for the largest score of a row: chosen, not trained" : "");
}

std::string attended_text(const AttendInputs& inputs, const AttendedValues& attended) {
  Cells keys{"weights"};
  for (std::size_t j = 0; j < std::min(inputs.key.rows, shown_columns); ++j) {
    keys.push_back(label_of(inputs.key.row(j)));
  }
  Cells components{"output"};
  for (std::size_t j = 0; j < std::min(attended.output.columns, shown_columns); ++j) {
    components.push_back(fmt::format("[{}]", j + 1));
  }
  const auto weight = [&](std::size_t i, std::size_t j) {
    constexpr int decimals = 6;
    return is_masked_cell(inputs, i, j) ? "-" : format_fixed(attended.weights.row(i)[j], decimals);
  };
  const auto number = [&](std::size_t i, std::size_t j) {
    return fmt::format("{:.7g}", attended.output.row(i)[j]);
  };
  return shapes_text(inputs, attended) + "\n\n" +
         table_of(keys, inputs.query, attended.weights, weight) + '\n' +
         table_of(components, inputs.query, attended.output, number);
}

std::string attended_json(const AttendInputs& inputs, const AttendedValues& attended) {
  return fmt::format(R"({{"score":"{}","shapes":"{}","weights":{},"output":{}}})",
                     to_string(inputs.layer.score), shapes_text(inputs, attended),
                     json_of(attended.weights), json_of(attended.output)) +
         '\n';
}

AttentionMap attended_map(const AttendInputs& inputs, const AttendedValues& attended) {
  AttentionMap map;
  map.source = labels_of(inputs.key);
  map.target = labels_of(inputs.query);
  for (std::size_t i = 0; i < map.rows(); ++i) {
    for (std::size_t j = 0; j < map.columns(); ++j) {
      map.weights.push_back(is_masked_cell(inputs, i, j)
                                ? std::nanf("")
                                : static_cast<float>(attended.weights.row(i)[j]));
    }
  }
  map.metadata["title"] = std::string(to_string(inputs.layer.score)) + " attention";
  map.metadata["note"] = shapes_text(inputs, attended);
  return map;
}

}  // namespace attnviz

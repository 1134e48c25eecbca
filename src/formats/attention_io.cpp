#include "formats/attention_io.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "attnviz/error.h"
#include "base/number.h"
#include "base/split.h"

namespace attnviz {

void check_weight(const AttentionMap& map, std::size_t row, std::size_t column) {
  const float weight = map.at(row, column);
  if (!std::isinf(weight)) return;
  throw OutputError(fmt::format("attention: weights[{}][{}]: expected a finite number, got {}", row,
                                column, format_shortest(weight)));
}

void check_weight_count(std::size_t before, std::size_t more, const std::string& place) {
  if (before + more <= max_attention_weights) return;
  throw LimitError(
      fmt::format("{}: expected at most {} weights, got more", place, max_attention_weights));
}

void check_label_count(std::size_t count, const std::string& place) {
  if (count > max_attention_labels) refuse_label_count(place);
}

void refuse_label_count(const std::string& place) {
  throw LimitError(
      fmt::format("{}: expected at most {} labels, got more", place, max_attention_labels));
}

void check_weight_shape(std::size_t rows, std::size_t columns, const std::string& name) {
  check_label_count(std::max(rows, columns), name);
  if (rows <= max_attention_weights / columns) return;
  throw LimitError(fmt::format("{}: expected at most {} weights, got {} x {}", name,
                               max_attention_weights, rows, columns));
}

bool is_missing(const AttentionMap& map) {
  return map.source.empty() && map.target.empty() && map.weights.empty() &&
         map.metadata.contains("error");
}

void require_map(const AttentionMap& map, const std::string& name) {
  if (!is_missing(map)) return;
  throw InputError(fmt::format("{}: an input without an answer, and so without a map: {}", name,
                               printable(map.metadata.at("error"))));
}

std::string weight_text(const AttentionMap& map, std::size_t row, std::size_t column,
                        const char* masked) {
  check_weight(map, row, column);
  const float weight = map.at(row, column);
  return is_masked(weight) ? masked : format_shortest(weight);
}

std::optional<float> parse_weight(std::string_view cell) {
  constexpr std::string_view masks[] = {"nan",  "na",   "n/a",  "<na>",      "null",
                                        "none", "-inf", "-nan", "-infinity", "--"};
  cell = trimmed(cell);
  if (const std::optional<float> weight = parse_float(cell)) return weight;
  // A double too small for a float.
  if (const auto number = parse_number(cell); number && std::abs(*number) < 1) {
    return static_cast<float>(*number);
  }
  std::string lower(cell);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  if (std::ranges::find(masks, lower) != std::end(masks)) return std::nanf("");
  return std::nullopt;
}

std::vector<std::string> position_labels(std::size_t count) {
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < count; ++i) labels.push_back(fmt::format("{}", i));
  return labels;
}

}  // namespace attnviz

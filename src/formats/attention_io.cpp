#include "formats/attention_io.h"

#include <cmath>

#include "attnviz/error.h"
#include "base/number.h"

namespace attnviz {

void check_weight(const AttentionMap& map, std::size_t row, std::size_t column) {
  const float weight = map.at(row, column);
  if (std::isfinite(weight)) return;
  throw OutputError("attention: weights[" + std::to_string(row) + "][" + std::to_string(column) +
                    "]: expected a finite number, got " + format_shortest(weight));
}

std::string weight_text(const AttentionMap& map, std::size_t row, std::size_t column) {
  check_weight(map, row, column);
  return format_shortest(map.at(row, column));
}

std::vector<std::string> position_labels(std::size_t count) {
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < count; ++i) labels.push_back(std::to_string(i));
  return labels;
}

}  // namespace attnviz

#include "formats/map_kind.h"

#include <algorithm>
#include <cmath>

#include "attnviz/attention_map.h"

namespace attnviz {

bool sums_to_one(double sum) {
  constexpr double tolerance = 0.015;  // weights written with two decimals
  return std::abs(sum - 1.0) <= tolerance;
}

bool is_distribution(std::span<const float> row) {
  double sum = 0.0;
  for (const float weight : row) {
    if (weight < 0.0F) return false;
    if (!is_masked(weight)) sum += weight;
  }
  return sums_to_one(sum) || std::ranges::all_of(row, is_masked);
}

bool are_zeros_and_ones(std::span<const float> weights) {
  return std::ranges::all_of(
      weights, [](float weight) { return weight == 0.0F || weight == 1.0F || is_masked(weight); });
}

bool are_links(std::span<const float> weights) {
  return are_zeros_and_ones(weights) && std::ranges::find(weights, 1.0F) != weights.end();
}

}  // namespace attnviz

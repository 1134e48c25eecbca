#include "formats/map_kind.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace attnviz {
namespace {

// value(phi_j) / sum_k |value(phi_k)|, in double: the sum of floats may be larger than any float.
// `none` where the sum is 0.
template <typename Value>
std::vector<float> shares_of(std::span<const float> row, Value value, float none) {
  double sum = 0.0;
  for (const float phi : row) sum += is_masked(phi) ? 0.0 : std::abs(value(phi));
  std::vector<float> shares(row.begin(), row.end());
  for (float& phi : shares) {
    if (is_masked(phi)) continue;
    phi = sum > 0.0 ? static_cast<float>(value(phi) / sum) : none;
  }
  return shares;
}

}  // namespace

std::string_view to_string(MapKind kind) {
  return kind == MapKind::attention ? "attention" : "attribution";
}

std::optional<MapKind> map_kind_from(std::string_view name) {
  for (const MapKind kind : {MapKind::attention, MapKind::attribution}) {
    if (name == to_string(kind)) return kind;
  }
  return std::nullopt;
}

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

std::vector<float> signed_shares(std::span<const float> row) {
  return shares_of(
      row, [](float phi) { return static_cast<double>(phi); }, 0.0F);
}

std::vector<float> positive_shares(std::span<const float> row) {
  return shares_of(
      row, [](float phi) { return std::max(static_cast<double>(phi), 0.0); },
      std::numeric_limits<float>::quiet_NaN());
}

}  // namespace attnviz

#include "render/figure/scale.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/number.h"

namespace attnviz {
namespace {

constexpr double most_decades = 1e6;  // of a fitted logarithm

// The weights of all maps: from what they reach to what, and whether each is a whole number.
struct Extent {
  Range range;
  double least_positive = 0;  // 0 when there is none
  bool whole = true;

  void include(double weight) {
    range.include(weight);
    whole = whole && std::round(weight) == weight;
    if (weight > 0 && (least_positive == 0 || weight < least_positive)) least_positive = weight;
  }
};

Extent extent_of(const std::vector<AttentionMap>& maps) {
  Extent extent;
  for (const AttentionMap& map : maps) {
    for (const float weight : map.weights) {
      if (!is_masked(weight)) extent.include(static_cast<double>(weight));
    }
  }
  return extent;
}

// For numbers up to `largest` of which a hundredth of `length` is to be told apart.
NumberStyle fit_numbers(double largest, double length, bool whole) {
  constexpr int most = 6;
  if (largest >= 1e6) return {.decimals = 2, .exponent = true};
  if (whole) return {.decimals = 0};
  const int decimals = static_cast<int>(std::ceil(-std::log10(length) - 1e-9)) + 1;
  if (decimals > most) return {.decimals = 2, .exponent = true};
  return {.decimals = std::max(2, decimals)};
}

}  // namespace

Scale fit_scale(const std::vector<AttentionMap>& maps, Centre centre, ScaleKind kind) {
  const auto [range, least_positive, whole] = extent_of(maps);
  if (centre == Centre::zero) {
    const double reach = std::max(std::abs(range.low), std::abs(range.high));
    return reach > 0 ? Scale{-reach, reach} : Scale{-1, 1};
  }
  if (kind == ScaleKind::logarithm) {
    if (least_positive == 0) return {0.001, 1, kind};
    return {std::max(least_positive, range.high / most_decades), range.high, kind};
  }
  if (range.empty) return {0, 1, kind};
  const double low = kind == ScaleKind::root ? std::min(0.0, range.low) : range.low;
  return {low, range.high, kind};
}

Outside count_outside(const AttentionMap& map, const Scale& scale) {
  Outside outside;
  outside.cells = map.weights.size();
  for (const float weight : map.weights) {
    const auto value = static_cast<double>(weight);
    outside.below += value < scale.low ? 1 : 0;
    outside.above += value > scale.high ? 1 : 0;
    outside.masked += is_masked(weight) ? 1 : 0;
  }
  return outside;
}

Outside count_outside(const std::vector<AttentionMap>& maps, const Scale& scale) {
  Outside all;
  for (const AttentionMap& map : maps) {
    const Outside one = count_outside(map, scale);
    all.below += one.below;
    all.above += one.above;
    all.masked += one.masked;
    all.cells += one.cells;
  }
  return all;
}

std::vector<AxisTick> scale_ticks(const Scale& scale, int count) {
  if (scale.low == scale.high) {
    return {{scale.low, number_text(scale.low, fit_numbers(scale))}};
  }
  if (scale.kind == ScaleKind::logarithm) {
    std::vector<AxisTick> decades = decade_ticks(scale.low, scale.high, count);
    if (decades.size() > 1) return decades;
  }
  return make_axis({scale.low, scale.high, false}, AxisKind::within, count).ticks;
}

std::string number_text(double value, const NumberStyle& style) {
  if (style.exponent) return fmt::format("{:.{}e}", value, style.decimals);
  if (style.percent) return format_fixed(100 * value, style.decimals) + '%';
  return format_fixed(value, style.decimals);
}

NumberStyle fit_numbers(const std::vector<AttentionMap>& maps) {
  const auto [range, least_positive, whole] = extent_of(maps);
  const double largest = std::max(std::abs(range.low), std::abs(range.high));
  return fit_numbers(largest, range.high > range.low ? range.high - range.low : largest, whole);
}

NumberStyle fit_numbers(const Scale& scale) {
  const auto& [low, high, kind] = scale;
  const double largest = std::max(std::abs(low), std::abs(high));
  const bool whole = std::round(low) == low && std::round(high) == high;
  const double length = kind == ScaleKind::logarithm ? 10 * low : high - low;
  return fit_numbers(largest, length > 0 ? length : largest, whole);
}

}  // namespace attnviz

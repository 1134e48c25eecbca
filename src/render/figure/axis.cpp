#include "render/figure/axis.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "base/number.h"

namespace attnviz {
namespace {

// mantissa x 10^exponent
struct Step {
  int mantissa = 1;
  int exponent = 0;
  double value() const { return mantissa * std::pow(10.0, exponent); }
};

Step round_up(double length) {
  const int exponent = static_cast<int>(std::floor(std::log10(length)));
  const double share = length / std::pow(10.0, exponent);
  for (const int mantissa : {1, 2, 5}) {
    if (share <= mantissa * (1 + 1e-9)) return {mantissa, exponent};
  }
  return {1, exponent + 1};
}

std::string superscript(int number) {
  constexpr std::array<const char*, 10> digits = {"\u2070", "\u00b9", "\u00b2", "\u00b3", "\u2074",
                                                  "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
  std::string text = number < 0 ? "\u207b" : "";
  for (const char digit : fmt::format("{}", std::abs(number))) {
    text += digits[static_cast<std::size_t>(digit - '0')];
  }
  return text;
}

// Labels of one axis have the same number of decimals and the same power of ten.
std::string tick_label(double value, double largest, const Step& step, AxisKind kind) {
  if (kind == AxisKind::share) {
    return format_fixed(100 * value, std::max(0, -step.exponent - 2)) + "%";
  }
  if (value == 0 && kind != AxisKind::within) return "0";
  if (largest < 1e7 && step.exponent >= -4) {
    return format_fixed(value, std::max(0, -step.exponent));
  }
  const int power = static_cast<int>(std::floor(std::log10(largest)));
  const double mantissa = value / std::pow(10.0, power);
  return format_fixed(mantissa, std::max(0, power - step.exponent)) + "\u00d710" +
         superscript(power);
}

// Widens a range without a length, or with one below the resolution of a double.
void widen_single(Range& range, AxisKind kind) {
  const double largest = std::max(std::abs(range.low), std::abs(range.high));
  const double least = largest * 1e-12;
  if (range.high - range.low > least && largest > 1e-290) return;
  const double middle = largest > 1e-290 ? range.low : 0;
  double room = middle == 0 ? 1 : std::abs(middle) / 10;
  if (kind == AxisKind::counts) room = std::max(room, 1.0);
  constexpr double max = std::numeric_limits<double>::max();
  range = {std::max(middle - room, -max), std::min(middle + room, max), false};
}

}  // namespace

void Range::include(double value) {
  if (!std::isfinite(value)) return;
  low = empty ? value : std::min(low, value);
  high = empty ? value : std::max(high, value);
  empty = false;
}

double Axis::place(double value) const {
  // Halved, as the difference of two doubles may be infinite.
  return (value / 2 - low / 2) / (high / 2 - low / 2);
}

Axis make_axis(const Range& given, AxisKind kind, int ticks) {
  Range range = given;
  if (kind == AxisKind::share || range.empty) range = {0, 1, false};
  widen_single(range, kind);
  const double near = kind == AxisKind::values ? range.high / 3 : range.high / 20;
  if (range.low > 0 && range.low < near && kind != AxisKind::within) range.low = 0;

  // With fewer than four, a step could exceed the largest double.
  const bool huge = std::max(std::abs(range.low), std::abs(range.high)) > 1e307;
  const int steps = std::max(huge ? 4 : 1, ticks);
  Step step = round_up(range.high / steps - range.low / steps);
  if (kind == AxisKind::counts && step.exponent < 0) step = {1, 0};
  const double length = step.value();
  // A tick within rounding errors of an end belongs to it.
  constexpr double slack = 1e-6;
  auto first = static_cast<std::int64_t>(std::ceil(range.low / length - slack));
  auto last = static_cast<std::int64_t>(std::floor(range.high / length + slack));
  if (kind == AxisKind::values) {
    first = static_cast<std::int64_t>(std::floor(range.low / length + slack));
    last = static_cast<std::int64_t>(std::ceil(range.high / length - slack));
    const double low = static_cast<double>(first) * length;
    const double high = static_cast<double>(last) * length;
    if (std::isfinite(low)) range.low = std::min(range.low, low);
    if (std::isfinite(high)) range.high = std::max(range.high, high);
  }

  Axis axis{range.low, range.high, {}};
  const double largest = std::max(std::abs(range.low), std::abs(range.high));
  for (std::int64_t i = first; i <= last; ++i) {
    const double value = static_cast<double>(i) * length;
    if (!std::isfinite(value)) continue;
    axis.ticks.push_back({value, tick_label(value, largest, step, kind)});
  }
  return axis;
}

std::vector<AxisTick> decade_ticks(double low, double high, int most) {
  constexpr double slack = 1e-9;
  const int first = static_cast<int>(std::ceil(std::log10(low) - slack));
  const int last = static_cast<int>(std::floor(std::log10(high) + slack));
  std::vector<AxisTick> ticks;
  for (int power = last; power >= first; power -= (last - first) / most + 1) {
    const bool plain = power >= -4 && power <= 4;
    const double value = std::pow(10.0, power);
    ticks.push_back(
        {value, plain ? format_fixed(value, std::max(0, -power)) : "10" + superscript(power)});
  }
  return ticks;
}

}  // namespace attnviz

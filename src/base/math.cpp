#include "base/math.h"

#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

namespace attnviz::math {
namespace {

// ln 2 in two parts: n * ln2_high is exact for |n| < 2^17 (Cody, Waite).
constexpr double ln2_high = 0x1.62e42fefap-1;
constexpr double ln2_low = 0x1.cf79abc9e3b3ap-40;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// 2^n for a normal result.
double power_of_two(int n) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52U);
}

/// 1 - u / (k (k + 1)) (1 - u / ((k + 2) (k + 3)) (1 - ...)) with u = x^2: cos x for k = 1, and
/// sin x / x for k = 2. The term after the last is below 1e-19 for x <= pi / 4.
double alternating_series(double u, int k) {
  double sum = 1.0;
  for (int last = k + 18; last >= k; last -= 2) sum = 1.0 - sum * u / (last * (last + 1));
  return sum;
}

}  // namespace

double log(double x) {
  if (!(x >= 0.0)) return std::numeric_limits<double>::quiet_NaN();
  if (x == 0.0) return -infinity;
  if (x == infinity) return infinity;
  constexpr double smallest_normal = std::numeric_limits<double>::min();
  if (x < smallest_normal) return log(x * 0x1p54) - 54.0 * std::numbers::ln2;
  // x = 2^n m with m in [sqrt(1/2), sqrt(2))
  constexpr auto root_half = std::bit_cast<std::int64_t>(std::numbers::sqrt2 / 2.0);
  const std::int64_t above = std::bit_cast<std::int64_t>(x) - root_half;
  constexpr std::int64_t mantissa = (std::int64_t{1} << 52) - 1;
  const auto n = static_cast<double>(above >> 52);
  const auto m = std::bit_cast<double>((above & mantissa) + root_half);
  // ln m = 2 artanh(s) = 2 (s + s^3 / 3 + s^5 / 5 + ...): |s| < 0.172, the next term below 1e-18
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double u = s * s;
  const double v = u * u;  // two sums at once
  const double odd =
      ((((v / 21.0 + 1.0 / 17.0) * v + 1.0 / 13.0) * v + 1.0 / 9.0) * v + 1.0 / 5.0) * v;
  const double even =
      ((((v / 23.0 + 1.0 / 19.0) * v + 1.0 / 15.0) * v + 1.0 / 11.0) * v + 1.0 / 7.0) * v +
      1.0 / 3.0;
  const double series = u * even + odd;
  // 2 s = f - s f, where f is exact
  return n * ln2_high + (f - (s * (f - 2.0 * series) - n * ln2_low));
}

double exp(double x) {
  if (std::isnan(x)) return x;
  if (x > 709.79) return infinity;
  if (x < -745.2) return 0.0;
  const double n = std::floor(x * std::numbers::log2e + 0.5);
  const double r = (x - n * ln2_high) - n * ln2_low;
  double series = 1.0;  // Taylor's, to r^14: the next term is below 1e-19
  for (int k = 14; k >= 1; --k) series = 1.0 + series * r / k;
  const int half = static_cast<int>(n) / 2;  // in two factors, as 2^n alone may be out of range
  return series * power_of_two(half) * power_of_two(static_cast<int>(n) - half);
}

double pow(double x, double y) {
  return exp(y * log(x));
}

double power(double x, std::int64_t n) {
  double result = 1.0;
  for (double square = x; n > 0; n /= 2, square *= square) {
    if (n % 2 == 1) result *= square;
  }
  return result;
}

double cos_of_turns(double u) {
  // Symmetries bring the angle to an eighth of a turn. All of these differences are exact.
  double turns = u > 0.5 ? 1.0 - u : u;
  const double sign = turns > 0.25 ? -1.0 : 1.0;
  if (turns > 0.25) turns = 0.5 - turns;
  if (turns <= 0.125) {
    const double angle = 2.0 * std::numbers::pi * turns;
    return sign * alternating_series(angle * angle, 1);
  }
  const double angle = 2.0 * std::numbers::pi * (0.25 - turns);
  return sign * angle * alternating_series(angle * angle, 2);
}

}  // namespace attnviz::math

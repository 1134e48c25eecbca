#include "base/math.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "catch.h"

using namespace attnviz;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// In units of the last place of the exact result.
double error(double ours, long double exact) {
  const auto rounded = static_cast<double>(exact);
  const double unit = std::nextafter(std::abs(rounded), infinity) - std::abs(rounded);
  return static_cast<double>(std::abs(ours - exact) / static_cast<long double>(unit));
}

}  // namespace

TEST_CASE("log is within two units of the last place, near one too", "[math]") {
  double worst = 0.0;
  for (double x = 3e-308; x < 1e308; x *= 1.0137) {
    worst = std::max(worst, error(math::log(x), std::log(static_cast<long double>(x))));
  }
  for (double x = 0.5; x < 2.0; x += 0.000137) {
    worst = std::max(worst, error(math::log(x), std::log(static_cast<long double>(x))));
  }
  CHECK(worst < 2.0);
  CHECK(math::log(1.0) == 0.0);
  CHECK(math::log(0.0) == -infinity);
  CHECK(math::log(infinity) == infinity);
  CHECK(std::isnan(math::log(-1.0)));
  CHECK(std::isnan(math::log(std::numeric_limits<double>::quiet_NaN())));
  CHECK(math::log(5e-324) == Catch::Approx(std::log(5e-324)).epsilon(1e-15));
}

TEST_CASE("exp is within two units of the last place", "[math]") {
  double worst = 0.0;
  for (double x = -708.0; x < 709.7; x += 0.0937) {
    worst = std::max(worst, error(math::exp(x), std::exp(static_cast<long double>(x))));
  }
  CHECK(worst < 2.0);
  CHECK(math::exp(0.0) == 1.0);
  CHECK(math::exp(710.0) == infinity);
  CHECK(math::exp(-infinity) == 0.0);
  CHECK(math::exp(-740.0) == Catch::Approx(std::exp(-740.0)));
  CHECK(std::isnan(math::exp(std::numeric_limits<double>::quiet_NaN())));
}

TEST_CASE("powers", "[math]") {
  CHECK(math::pow(2.0, 10.0) == Catch::Approx(1024.0).epsilon(1e-14));
  CHECK(math::pow(1.5, 0.0) == 1.0);
  CHECK(math::pow(1.75, 0.6) == Catch::Approx(std::pow(1.75, 0.6)).epsilon(1e-15));
  CHECK(math::power(0.9, 0) == 1.0);
  CHECK(math::power(0.9, 1) == 0.9);
  CHECK(math::power(3.0, 5) == 243.0);
  CHECK(math::power(0.98, 1'000'000'000'000) == 0.0);
}

TEST_CASE("the cosine of turns is within two units of the last place", "[math]") {
  double worst = 0.0;
  for (double u = 0.0; u <= 1.0; u += 0.000113) {
    const long double angle = 2.0L * std::numbers::pi_v<long double> * static_cast<long double>(u);
    if (std::abs(u - 0.25) < 1e-4 || std::abs(u - 0.75) < 1e-4) continue;  // pi is not long enough
    worst = std::max(worst, error(math::cos_of_turns(u), std::cos(angle)));
  }
  CHECK(worst < 2.0);
  CHECK(math::cos_of_turns(0.0) == 1.0);
  CHECK(math::cos_of_turns(0.25) == 0.0);
  CHECK(math::cos_of_turns(0.5) == -1.0);
  CHECK(math::cos_of_turns(0.75) == 0.0);
  CHECK(math::cos_of_turns(1.0) == 1.0);
}

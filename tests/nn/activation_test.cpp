#include "attnviz/nn/activation.h"

#include <array>
#include <limits>

#include "catch.h"

using namespace attnviz;

namespace {

double relative_error(double ours, double exact) {
  return std::abs(ours - exact) / std::abs(exact);
}

}  // namespace

TEST_CASE("exp is right to a few units in the last place", "[activation]") {
  double worst = 0.0;
  for (double x = -87.0; x <= 88.0; x += 0.0037) {
    const auto argument = static_cast<float>(x);
    worst = std::max(worst, relative_error(exponential(argument), std::exp(double{argument})));
  }
  CHECK(worst < 3e-7);
  CHECK(exponential(0.0F) == 1.0F);
}

TEST_CASE("tanh is right to a few units in the last place, near zero too", "[activation]") {
  double worst = 0.0;
  for (double x = 1e-6; x <= 30.0; x *= 1.0007) {
    const auto argument = static_cast<float>(x);
    worst =
        std::max(worst, relative_error(hyperbolic_tangent(argument), std::tanh(double{argument})));
    CHECK(hyperbolic_tangent(-argument) == -hyperbolic_tangent(argument));
  }
  CHECK(worst < 5e-7);
  CHECK(hyperbolic_tangent(0.0F) == 0.0F);
  for (float x = 7.0F; x < 1e4F; x *= 1.0003F) {
    CHECK(hyperbolic_tangent(x) <= 1.0F);
    CHECK(hyperbolic_tangent(x) > 0.9999F);
  }
}

TEST_CASE("the logistic function stays in 0..1", "[activation]") {
  for (float x = -200.0F; x <= 200.0F; x += 0.37F) {
    CHECK(sigmoid(x) >= 0.0F);
    CHECK(sigmoid(x) <= 1.0F);
    CHECK(sigmoid(x) == Catch::Approx(1.0 / (1.0 + std::exp(-double{x}))).margin(2e-7));
  }
}

TEST_CASE("NaN stays visible", "[activation]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(std::isnan(exponential(nan)));
  CHECK(std::isnan(hyperbolic_tangent(nan)));
  CHECK(std::isnan(sigmoid(nan)));
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK(std::isnan(exponential(infinity)));
  CHECK(hyperbolic_tangent(infinity) == hyperbolic_tangent(100.0F));
  CHECK(hyperbolic_tangent(-infinity) == -hyperbolic_tangent(100.0F));
}

TEST_CASE("a register of numbers gives what each of them gives", "[activation]") {
  std::array<Scalar, static_cast<std::size_t>(lane_count)> x;
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = Scalar(0.9) * static_cast<Scalar>(i) - 3;
  const Lanes y = hyperbolic_tangent(load(x.data()));
  for (std::size_t i = 0; i < x.size(); ++i) {
    CHECK(y[static_cast<Index>(i)] == Catch::Approx(hyperbolic_tangent(x[i])).epsilon(2e-7));
  }
  CHECK(sum(load(x.data(), 2)) == x[0] + x[1]);
}

TEST_CASE("a result does not depend on the place in an array", "[activation]") {
  // bodies and tails of vectorised loops, at every alignment
  constexpr int n = 67;
  volatile float unknown = 0.731F;  // or the compiler would compute some results itself
  std::vector<float> x(n + 16);
  std::vector<float> y(n + 16);
  for (int start = 0; start < 16; ++start) {
    for (int i = 0; i < n; ++i) x[static_cast<std::size_t>(start + i)] = unknown;
    for (int i = 0; i < n; ++i) {
      y[static_cast<std::size_t>(start + i)] =
          hyperbolic_tangent(x[static_cast<std::size_t>(start + i)]);
    }
    for (int i = 0; i < n; ++i) {
      CHECK(y[static_cast<std::size_t>(start + i)] == y[0]);
    }
  }
}

TEST_CASE("softmax sums to one, whatever the scores", "[activation]") {
  for (const float scale : {0.0F, 1.0F, 30.0F, 1e4F}) {
    Vector scores(7);
    for (Index j = 0; j < 7; ++j) scores[j] = scale * static_cast<float>(j - 3);
    softmax(scores);
    CHECK(scores.sum() == Catch::Approx(1.0).epsilon(1e-6));
    CHECK(scores.minCoeff() >= 0.0F);
  }
  Vector one(1);
  one[0] = -1e4F;
  softmax(one);
  CHECK(one[0] == 1.0F);
}

#include "attnviz/nn/activation.h"

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
  CHECK(hyperbolic_tangent(1e4F) == 1.0F);
}

TEST_CASE("the logistic function stays in 0..1", "[activation]") {
  for (float x = -200.0F; x <= 200.0F; x += 0.37F) {
    CHECK(sigmoid(x) >= 0.0F);
    CHECK(sigmoid(x) <= 1.0F);
    CHECK(sigmoid(x) == Catch::Approx(1.0 / (1.0 + std::exp(-double{x}))).margin(2e-7));
  }
}

TEST_CASE("what is not finite stays visible", "[activation]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float x : {nan, infinity, -infinity}) {
    CHECK(std::isnan(exponential(x)));
    CHECK(std::isnan(hyperbolic_tangent(x)));
    CHECK(std::isnan(sigmoid(x)));
  }
}

TEST_CASE("a result does not depend on the place in an array", "[activation]") {
  // bodies and tails of vectorised loops, at every alignment
  constexpr int n = 67;
  std::vector<float> x(n + 16);
  std::vector<float> y(n + 16);
  for (int start = 0; start < 16; ++start) {
    for (int i = 0; i < n; ++i) x[static_cast<std::size_t>(start + i)] = 0.731F;
    for (int i = 0; i < n; ++i) {
      y[static_cast<std::size_t>(start + i)] =
          hyperbolic_tangent(x[static_cast<std::size_t>(start + i)]);
    }
    for (int i = 0; i < n; ++i) {
      CHECK(y[static_cast<std::size_t>(start + i)] == hyperbolic_tangent(0.731F));
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

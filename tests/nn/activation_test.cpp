#include "nn/activation.h"

#include <array>
#include <limits>

#include "catch.h"

using namespace attnviz;

namespace {

double relative_error(double ours, double exact) {
  return std::abs(ours - exact) / std::abs(exact);
}

// One number through a whole register; volatile, or the compiler would compute some results itself,
// without the fused operations of the processor.
float exp_of(float x) {
  const volatile float unknown = x;
  return exp(Simd{} + unknown)[0];
}
float tanh_of(float x) {
  const volatile float unknown = x;
  return tanh(Simd{} + unknown)[0];
}
float log_of(float x) {
  const volatile float unknown = x;
  return log(Simd{} + unknown)[0];
}
float sigmoid_of(float x) {
  const volatile float unknown = x;
  return sigmoid(Simd{} + unknown)[0];
}

}  // namespace

TEST_CASE("exp is right to a few units in the last place", "[activation]") {
  double worst = 0.0;
  for (double x = -87.0; x <= 88.0; x += 0.0037) {
    const auto argument = static_cast<float>(x);
    worst = std::max(worst, relative_error(exp_of(argument), std::exp(double{argument})));
  }
  CHECK(worst < 3e-7);
  CHECK(exp_of(0.0F) == 1.0F);
}

TEST_CASE("tanh is right to a few units in the last place, near zero too", "[activation]") {
  double worst = 0.0;
  for (double x = 1e-6; x <= 30.0; x *= 1.0007) {
    const auto argument = static_cast<float>(x);
    worst = std::max(worst, relative_error(tanh_of(argument), std::tanh(double{argument})));
    CHECK(tanh_of(-argument) == -tanh_of(argument));
  }
  CHECK(worst < 6e-7);
  CHECK(tanh_of(0.0F) == 0.0F);
  for (float x = 7.0F; x < 1e4F; x *= 1.0003F) {
    CHECK(tanh_of(x) <= 1.0F);
    CHECK(tanh_of(x) > 0.9999F);
  }
}

TEST_CASE("log is right to a few units in the last place, near one too", "[activation]") {
  double worst = 0.0;
  for (float x = 1.2e-38F; x < 3e38F; x *= 1.0007F) {
    const double exact = std::log(double{x});
    worst = std::max(worst, std::abs(log_of(x) - exact) / std::max(1.0, std::abs(exact)));
  }
  CHECK(worst < 2e-7);
  worst = 0.0;
  for (float x = 0.9F; x < 1.1F; x += 1e-5F) {
    if (x != 1.0F) worst = std::max(worst, relative_error(log_of(x), std::log(double{x})));
  }
  CHECK(worst < 4e-7);
  CHECK(log_of(1.0F) == 0.0F);
}

TEST_CASE("the logistic function stays in 0..1", "[activation]") {
  for (float x = -200.0F; x <= 200.0F; x += 0.37F) {
    CHECK(sigmoid_of(x) >= 0.0F);
    CHECK(sigmoid_of(x) <= 1.0F);
    CHECK(sigmoid_of(x) == Catch::Approx(1.0 / (1.0 + std::exp(-double{x}))).margin(2e-7));
  }
}

TEST_CASE("NaN stays visible", "[activation]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(std::isnan(exp_of(nan)));
  CHECK(std::isnan(tanh_of(nan)));
  CHECK(std::isnan(sigmoid_of(nan)));
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK(exp_of(-infinity) == exp_of(-87.0F));
  CHECK(tanh_of(infinity) == tanh_of(100.0F));
  CHECK(tanh_of(-infinity) == -tanh_of(100.0F));
}

TEST_CASE("every element of a register is computed alike, whatever the others are",
          "[activation]") {
  std::array<Scalar, static_cast<std::size_t>(simd_size)> x;
  volatile float step = 0.9F;
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = step * static_cast<Scalar>(i) - 3;
  const Simd e = exp(load(x.data()));
  const Simd t = tanh(load(x.data()));
  const Simd l = log(e);
  for (std::size_t i = 0; i < x.size(); ++i) {
    CHECK(e[static_cast<Index>(i)] == exp_of(x[i]));
    CHECK(t[static_cast<Index>(i)] == tanh_of(x[i]));
    CHECK(l[static_cast<Index>(i)] == log_of(e[static_cast<Index>(i)]));
  }
}

TEST_CASE("loading, storing and reducing a part of a register", "[activation]") {
  std::array<Scalar, static_cast<std::size_t>(simd_size)> x;
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<Scalar>(i + 1);
  const auto n = static_cast<Scalar>(simd_size);
  CHECK(reduce_add(load(x.data())) == n * (n + 1) / 2);
  CHECK(reduce_add(load(x.data(), 3, 10)) == 6 + 10 * (n - 3));
  CHECK(reduce_max(load(x.data())) == n);
  CHECK(reduce_max(-load(x.data())) == -1);
  store(Simd{}, x.data(), 2);
  CHECK(x[1] == 0);
  CHECK(x[2] == 3);
}

TEST_CASE("softmax sums to one, whatever the scores and their number", "[activation]") {
  for (const float scale : {0.0F, 1.0F, 30.0F, 1e4F}) {
    for (const Index count : {1, 2, 7, 16, 17, 40}) {
      Vector scores(count + 1);
      for (Index j = 0; j <= count; ++j) scores[j] = scale * static_cast<float>(j % 7 - 3);
      const Vector before = scores;
      const Normaliser total = softmax(scores.data(), count, scores.data());
      CHECK(scores.head(count).sum() == Catch::Approx(1.0).epsilon(1e-6));
      CHECK(scores.head(count).minCoeff() >= 0.0F);
      CHECK(scores[count] == before[count]);
      CHECK(total.highest == before.head(count).maxCoeff());
      CHECK(scores[0] ==
            Catch::Approx(std::exp(before[0] - total.highest) / total.sum).margin(1e-7));
    }
  }
}

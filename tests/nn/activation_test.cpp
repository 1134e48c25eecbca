#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "catch.h"
#include "nn/processor.h"

using namespace attnviz;

namespace {

double relative_error(double ours, double exact) {
  return std::abs(ours - exact) / std::abs(exact);
}

/// The functions of one kind of processor, by what kernels make of them.
struct Functions {
  const Kernels& kernels;

  float tanh(float x) const {
    kernels.tanh(1, &x);
    return x;
  }
  float log(float x) const {
    float minus_c_log = 0.0F;
    kernels.add_entropy_backward(1, -1.0F, &x, &minus_c_log);
    return minus_c_log;
  }
  /// Of x up to 0.
  float exp(float x) const {
    const std::array<float, 2> scores = {0.0F, x};
    std::array<float, 2> a{};
    kernels.softmax(2, scores.data(), 1.0F, a.data());
    return a[1] / a[0];
  }
  /// As the update gate of a GRU.
  float sigmoid(float x) const {
    const std::array<float, 3> input = {0.0F, x, 0.0F};
    const std::array<float, 3> bias{};
    const float before = 0.0F;
    std::array<float, 3> gates{};
    float u = 0.0F;
    float after = 0.0F;
    kernels.gru_gates({.size = 1,
                       .count = 1,
                       .b_hh = bias.data(),
                       .input = {input.data(), 3},
                       .ids = nullptr,
                       .before = {&before, 1},
                       .gates = {gates.data(), 3},
                       .u = {&u, 1},
                       .after = {&after, 1}});
    return gates[1];
  }
};

/// Calls test(functions) for each kind of processor that this machine can be.
template <typename Test>
void for_each_processor(Test&& test) {
  for (const Processor& processor : processors()) {
    if (!processor.is_here()) continue;
    CAPTURE(processor.name);
    test(Functions{*processor.kernels});
  }
}

}  // namespace

TEST_CASE("exp is right to a few units in the last place", "[activation]") {
  for_each_processor([](const Functions& f) {
    double worst = 0.0;
    for (double x = -86.9; x <= 0.0; x += 0.0037) {
      const auto argument = static_cast<float>(x);
      worst = std::max(worst, relative_error(f.exp(argument), std::exp(double{argument})));
    }
    CHECK(worst < 3e-7);
    CHECK(f.exp(0.0F) == 1.0F);
    CHECK(f.exp(-std::numeric_limits<float>::infinity()) == f.exp(-87.0F));
  });
}

TEST_CASE("tanh is right to a few units in the last place, near zero too", "[activation]") {
  for_each_processor([](const Functions& f) {
    double worst = 0.0;
    bool odd = true;
    for (double x = 1e-6; x <= 30.0; x *= 1.0007) {
      const auto argument = static_cast<float>(x);
      worst = std::max(worst, relative_error(f.tanh(argument), std::tanh(double{argument})));
      odd = odd && f.tanh(-argument) == -f.tanh(argument);
    }
    CHECK(worst < 6e-7);
    CHECK(odd);
    CHECK(f.tanh(0.0F) == 0.0F);
    float highest = 0.0F;
    float lowest = 1.0F;
    for (float x = 7.0F; x < 1e4F; x *= 1.0003F) {
      highest = std::max(highest, f.tanh(x));
      lowest = std::min(lowest, f.tanh(x));
    }
    CHECK(highest <= 1.0F);
    CHECK(lowest > 0.9999F);
  });
}

TEST_CASE("log is right to a few units in the last place, near one too", "[activation]") {
  for_each_processor([](const Functions& f) {
    double worst = 0.0;
    for (float x = 1.2e-30F; x < 3e38F; x *= 1.0007F) {
      const double exact = std::log(double{x});
      worst = std::max(worst, std::abs(f.log(x) - exact) / std::max(1.0, std::abs(exact)));
    }
    CHECK(worst < 2e-7);
    worst = 0.0;
    for (float x = 0.9F; x < 1.1F; x += 1e-5F) {
      if (x != 1.0F) worst = std::max(worst, relative_error(f.log(x), std::log(double{x})));
    }
    CHECK(worst < 4e-7);
    CHECK(f.log(1.0F) == 0.0F);
  });
}

TEST_CASE("the logistic function stays in 0..1", "[activation]") {
  for_each_processor([](const Functions& f) {
    for (float x = -200.0F; x <= 200.0F; x += 0.37F) {
      CHECK(f.sigmoid(x) >= 0.0F);
      CHECK(f.sigmoid(x) <= 1.0F);
      CHECK(f.sigmoid(x) == Catch::Approx(1.0 / (1.0 + std::exp(-double{x}))).margin(2e-7));
    }
  });
}

TEST_CASE("NaN stays visible", "[activation]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  for_each_processor([=](const Functions& f) {
    CHECK(std::isnan(f.exp(nan)));
    CHECK(std::isnan(f.tanh(nan)));
    CHECK(std::isnan(f.sigmoid(nan)));
    CHECK(f.tanh(infinity) == f.tanh(100.0F));
    CHECK(f.tanh(-infinity) == -f.tanh(100.0F));
  });
}

TEST_CASE("a place in an array does not matter to what is computed there", "[activation]") {
  for_each_processor([](const Functions& f) {
    std::vector<float> x(37);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.3F * static_cast<float>(i) - 5.0F;
    std::vector<float> y = x;
    f.kernels.tanh(static_cast<Index>(y.size()), y.data());
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(y[i] == f.tanh(x[i]));
  });
}

TEST_CASE("softmax sums to its scale, whatever the scores and their number", "[activation]") {
  for_each_processor([](const Functions& f) {
    for (const float spread : {0.0F, 1.0F, 30.0F, 1e4F}) {
      for (const int count : {1, 2, 7, 16, 17, 40}) {
        std::vector<float> scores(static_cast<std::size_t>(count) + 1);
        for (int j = 0; j <= count; ++j) {
          scores[static_cast<std::size_t>(j)] = spread * static_cast<float>(j % 7 - 3);
        }
        const std::vector<float> before = scores;
        const float scale = 0.25F;
        const Normaliser total = f.kernels.softmax(count, scores.data(), scale, scores.data());
        CHECK(std::accumulate(scores.begin(), scores.end() - 1, 0.0) ==
              Catch::Approx(scale).epsilon(1e-6));
        CHECK(*std::min_element(scores.begin(), scores.end() - 1) >= 0.0F);
        CHECK(scores.back() == before.back());
        CHECK(total.highest == *std::max_element(before.begin(), before.end() - 1));
        const double exact = scale * std::exp(before[0] - total.highest) / total.sum;
        CHECK(scores[0] == Catch::Approx(exact).margin(1e-7));
      }
    }
  });
}

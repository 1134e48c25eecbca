// tanh and softmax over arrays that stay in the first-level cache.
#include "eigen_reference.h"
#include "nn/activation.h"
#include "nn/processor.h"
#include "nn/types.h"
#include "register.h"

namespace attnviz::bench {
namespace {

Matrix test_values() {
  return 3 * Matrix::Random(64, 32);
}

/// `f` works on a copy, because repeated tanh approaches zero.
template <typename F>
void measure(benchmark::State& state, F&& f) {
  const Matrix x = test_values();
  Matrix y = x;
  for (auto _ : state) {
    y = x;
    f(y);
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  state.counters["elements/s"] = per_second(static_cast<double>(x.size()));
}

}  // namespace

void register_all() {
  add("tanh/attnviz",
      [](benchmark::State& state) { measure(state, [](Matrix& m) { tanh_in_place(m); }); });
  add("tanh/Eigen", [](benchmark::State& state) {
    measure(state, [](Matrix& m) { eigen_tanh(m.size(), m.data(), m.data()); });
  });
  add("tanh/std", [](benchmark::State& state) {
    measure(state, [](Matrix& m) { m = m.unaryExpr([](Scalar x) { return std::tanh(x); }); });
  });
  add("exp/Eigen", [](benchmark::State& state) {
    measure(state, [](Matrix& m) { eigen_exp(m.size(), m.data(), m.data()); });
  });
  for (const int length : {11, 64}) {
    add("softmax/attnviz/" + std::to_string(length), [length](benchmark::State& state) {
      measure(state, [length](Matrix& m) {
        for (Index j = 0; j < m.cols(); ++j) {
          kernels().softmax(length, m.col(j).data(), 1, m.col(j).data());
        }
      });
      state.counters["elements/s"] = per_second(32.0 * length);
    });
  }
}

}  // namespace attnviz::bench

// tanh and softmax over arrays that stay in the first-level cache.
#include "nn/activation.h"
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
    measure(state, [](Matrix& m) { m.array() = m.array().tanh(); });
  });
  add("tanh/std", [](benchmark::State& state) {
    measure(state, [](Matrix& m) { m = m.unaryExpr([](Scalar x) { return std::tanh(x); }); });
  });
  add("exp/Eigen", [](benchmark::State& state) {
    measure(state, [](Matrix& m) { m.array() = m.array().exp(); });
  });
  for (const int length : {11, 64}) {
    add("softmax/attnviz/" + std::to_string(length), [length](benchmark::State& state) {
      measure(state, [length](Matrix& m) {
        for (Index j = 0; j < m.cols(); ++j) softmax(m.col(j).data(), length, m.col(j).data());
      });
      state.counters["elements/s"] = per_second(32.0 * length);
    });
  }
}

}  // namespace attnviz::bench

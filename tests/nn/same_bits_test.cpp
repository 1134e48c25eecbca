// All kinds of processors that have a fused multiply-add give the same bits.
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/random.h"
#include "catch.h"
#include "nn/processor.h"

using namespace attnviz;

namespace {

using Numbers = std::vector<Scalar>;

class Drawn {
 public:
  Numbers operator()(Index count) {
    Numbers numbers(static_cast<std::size_t>(count));
    for (Scalar& x : numbers) x = static_cast<Scalar>(random_.normal());
    return numbers;
  }

 private:
  Random random_{1, 2};
};

/// Everything that the kernels make of the same numbers, columns of `size`.
Numbers results(const Kernels& kernels, Index size) {
  constexpr Index columns = 7;
  Drawn drawn;
  Numbers all;
  const auto keep = [&](const Numbers& numbers) {
    all.insert(all.end(), numbers.begin(), numbers.end());
  };
  const Numbers x = drawn(size * columns);
  const Numbers column = drawn(size);
  const auto strided = [](auto& numbers, Index stride) {
    return Strided<std::remove_pointer_t<decltype(numbers.data())>>{numbers.data(), stride};
  };

  Numbers c = drawn(size * columns);
  const Numbers b = drawn(columns * 150);
  const Numbers a = drawn(size * 150);
  kernels.product({.A = strided(a, size),
                   .B = b.data(),
                   .B_row = columns,
                   .B_column = 1,
                   .C = strided(c, size),
                   .rows = size,
                   .columns = columns,
                   .depth = 150,
                   .add = true});
  keep(c);

  Numbers y = x;
  kernels.tanh(size * columns, y.data());
  keep(y);
  Numbers weights(static_cast<std::size_t>(size));
  const Normaliser total = kernels.softmax(size, x.data(), 1, weights.data());
  keep({total.highest, total.sum, kernels.normaliser(size, column.data()).sum});
  keep(weights);
  y = column;
  kernels.add_entropy_backward(size, Scalar(0.3), weights.data(), y.data());
  kernels.softmax_backward(size, weights.data(), y.data(), y.data());
  keep(y);

  const Numbers input = drawn(3 * size * columns);
  Numbers gates = drawn(3 * size * columns);
  Numbers u(x.size());
  Numbers after(x.size());
  const Numbers bias = drawn(3 * size);
  kernels.gru_gates({.size = size,
                     .count = columns,
                     .b_hh = bias.data(),
                     .input = strided(input, 3 * size),
                     .ids = nullptr,
                     .before = strided(x, size),
                     .gates = strided(gates, 3 * size),
                     .u = strided(u, size),
                     .after = strided(after, size)});
  keep(gates);
  keep(after);
  Numbers d_input(gates.size());
  Numbers d_recurrent(gates.size());
  Numbers d_state = drawn(size * columns);
  kernels.gru_gates_backward({.size = size,
                              .count = columns,
                              .before = strided(x, size),
                              .gates = strided(std::as_const(gates), 3 * size),
                              .u = strided(std::as_const(u), size),
                              .d_input = strided(d_input, 3 * size),
                              .d_recurrent = strided(d_recurrent, 3 * size),
                              .d_state = strided(d_state, size)});
  keep(d_input);
  keep(d_recurrent);
  keep(d_state);

  const Numbers lstm_input = drawn(4 * size * columns);
  const Numbers lstm_bias = drawn(4 * size);
  Numbers lstm_gates = drawn(4 * size * columns);
  Numbers memory(x.size());
  kernels.lstm_gates({.size = size,
                      .count = columns,
                      .b_hh = lstm_bias.data(),
                      .input = strided(lstm_input, 4 * size),
                      .ids = nullptr,
                      .memory_before = strided(x, size),
                      .gates = strided(lstm_gates, 4 * size),
                      .u = strided(u, size),
                      .memory_after = strided(memory, size),
                      .after = strided(after, size)});
  for (const Numbers& made : {lstm_gates, u, memory, after}) keep(made);
  Numbers d_gates(lstm_gates.size());
  Numbers d_memory = drawn(size * columns);
  kernels.lstm_gates_backward({.size = size,
                               .count = columns,
                               .memory_before = strided(x, size),
                               .gates = strided(std::as_const(lstm_gates), 4 * size),
                               .u = strided(std::as_const(u), size),
                               .d_state = strided(std::as_const(d_state), size),
                               .d_gates = strided(d_gates, 4 * size),
                               .d_memory = strided(d_memory, size)});
  keep(d_gates);
  keep(d_memory);

  const Numbers v = drawn(size);
  const Numbers w = drawn(size);
  const Numbers k = drawn(columns);
  const AdditiveScoreTask score{.units = size,
                                .inputs = columns,
                                .v = v.data(),
                                .w = w.data(),
                                .query = column.data(),
                                .keys = strided(x, size),
                                .k = k.data()};
  Numbers e(columns);
  kernels.additive_score(score, e.data());
  keep(e);
  Numbers d_query(v.size());
  Numbers d_keys(x.size());
  Numbers d_v(v.size());
  Numbers d_w(v.size());
  Numbers d_k(columns);
  Numbers parts(simd_size * columns);
  kernels.additive_score_backward(score, {.d_e = e.data(),
                                          .d_query = d_query.data(),
                                          .d_keys = strided(d_keys, size),
                                          .d_v = d_v.data(),
                                          .d_w = d_w.data(),
                                          .d_k = d_k.data(),
                                          .parts = strided(parts, simd_size)});
  for (const Numbers& d : {d_query, d_keys, d_v, d_w, d_k}) keep(d);
  kernels.dot_each(size, columns, strided(x, size), column.data(), e.data());
  keep(e);

  const Numbers log_a = drawn(columns);
  const MixtureTask mixture{
      .symbols = size, .inputs = columns, .log_a = log_a.data(), .log_p = strided(x, size)};
  Numbers log_sum(column.size());
  kernels.mix(mixture, log_sum.data());
  keep(log_sum);
  kernels.mix_backward(mixture, log_sum.data(), column.data(), e.data(), strided(d_keys, size));
  keep(e);
  keep(d_keys);

  y = column;
  kernels.add(size, x.data(), y.data());
  kernels.add_columns(size, columns, strided(x, size), y.data());
  kernels.tanh_backward(size, weights.data(), y.data());
  kernels.average(size, Scalar(0.1), x.data(), y.data());
  keep(y);
  keep({kernels.squared_norm(size * columns, x.data())});
  Numbers m = drawn(size);
  Numbers squares(m.size(), 1);
  const AdamFactors factors{.clip = Scalar(0.7),
                            .beta1 = Scalar(0.9),
                            .beta2 = Scalar(0.98),
                            .epsilon = Scalar(1e-8),
                            .m_rate = Scalar(0.01),
                            .v_scale = Scalar(1.3)};
  kernels.adam(factors, size, x.data(), m.data(), squares.data(), y.data());
  for (const Numbers& moments : {m, squares, y}) keep(moments);
  return all;
}

}  // namespace

TEST_CASE("every kind of processor with a fused multiply-add gives the same bits", "[kernel]") {
  const Processor* first = nullptr;
  for (const Processor& processor : processors()) {
    if (!processor.is_here() || processor.name == "x86-64-v2") continue;
    if (first == nullptr) first = &processor;
    CAPTURE(first->name, processor.name);
    for (Index size = 1; size <= 130; ++size) {
      const Numbers expected = results(*first->kernels, size);
      const Numbers found = results(*processor.kernels, size);
      CAPTURE(size);
      CHECK(std::memcmp(expected.data(), found.data(), expected.size() * sizeof(Scalar)) == 0);
    }
  }
}

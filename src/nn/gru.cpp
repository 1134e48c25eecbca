#include "nn/gru.h"

#include "nn/activation.h"
#include "nn/product.h"

namespace attnviz {

void GruWeights::resize(Index inputs, Index hidden) {
  W_ih.resize(3 * hidden, inputs);
  W_hh.resize(3 * hidden, hidden);
  b_ih.resize(3 * hidden);
  b_hh.resize(3 * hidden);
}

void GruTape::grow(Index hidden, Index total) {
  for (Matrix* of_three_gates : {&gates, &d_input, &d_recurrent}) {
    attnviz::grow(*of_three_gates, 3 * hidden, total);
  }
  for (Matrix* of_state : {&before, &after, &recurrent_n}) attnviz::grow(*of_state, hidden, total);
}

void gru_step(const GruWeights& weights, const GruInput& input, Columns step, GruTape& tape) {
  const Index H = weights.W_hh.cols();
  product(weights.W_hh, columns(tape.before, step), columns(tape.gates, step));

  const Scalar* b = weights.b_hh.data();
  for (Index k = step.first; k < step.first + step.count; ++k) {
    const Scalar* x = input.of(k);
    const Scalar* h = tape.before.col(k).data();
    Scalar* gate = tape.gates.col(k).data();
    Scalar* recurrent_n = tape.recurrent_n.col(k).data();
    Scalar* after = tape.after.col(k).data();
    for (Index i = 0; i < H; i += lane_count) {
      const Index n = H - i;
      const auto sum_of = [=](Index at) {
        return load(x + at, n) + load(gate + at, n) + load(b + at, n);
      };
      const Lanes r = sigmoid(sum_of(i));
      const Lanes z = sigmoid(sum_of(H + i));
      const Lanes from_state = load(gate + 2 * H + i, n) + load(b + 2 * H + i, n);
      const Lanes candidate = hyperbolic_tangent(load(x + 2 * H + i, n) + r * from_state);
      store((1 - z) * candidate + z * load(h + i, n), after + i, n);
      store(from_state, recurrent_n + i, n);
      store(r, gate + i, n);
      store(z, gate + H + i, n);
      store(candidate, gate + 2 * H + i, n);
    }
  }
}

void gru_step_backward(MatrixIn W_hh_transposed, Columns step, GruTape& tape, MatrixOut d_state) {
  const Index H = d_state.rows();
  for (Index k = 0; k < step.count; ++k) {
    const Index column = step.first + k;
    const Scalar* h = tape.before.col(column).data();
    const Scalar* gate = tape.gates.col(column).data();
    const Scalar* recurrent_n = tape.recurrent_n.col(column).data();
    Scalar* dh = d_state.col(k).data();
    Scalar* d_input = tape.d_input.col(column).data();
    Scalar* d_recurrent = tape.d_recurrent.col(column).data();
    for (Index i = 0; i < H; i += lane_count) {
      const Index count = H - i;
      const Lanes r = load(gate + i, count);
      const Lanes z = load(gate + H + i, count);
      const Lanes n = load(gate + 2 * H + i, count);
      const Lanes d_after = load(dh + i, count);
      // gradients before the gates' tanh and logistic functions
      const Lanes d_n = d_after * (1 - z) * (1 - n * n);
      const Lanes d_z = d_after * (load(h + i, count) - n) * z * (1 - z);
      const Lanes d_r = d_n * load(recurrent_n + i, count) * r * (1 - r);
      for (Scalar* d : {d_input, d_recurrent}) {
        store(d_r, d + i, count);
        store(d_z, d + H + i, count);
      }
      store(d_n, d_input + 2 * H + i, count);
      store(d_n * r, d_recurrent + 2 * H + i, count);
      store(d_after * z, dh + i, count);
    }
  }
  add_product(W_hh_transposed, columns(tape.d_recurrent, step), d_state);
}

void gru_weights_backward(const GruTape& tape, Index total, GruWeights& d_weights) {
  const auto d_recurrent = tape.d_recurrent.leftCols(total);
  add_product(d_recurrent, tape.before.leftCols(total).transpose(), d_weights.W_hh);
  d_weights.b_hh += d_recurrent.rowwise().sum();
}

}  // namespace attnviz

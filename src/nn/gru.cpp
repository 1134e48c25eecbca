#include "attnviz/nn/gru.h"

#include "attnviz/nn/activation.h"
#include "attnviz/nn/product.h"

namespace attnviz {

void GruWeights::resize(Index inputs, Index hidden) {
  W_ih.resize(3 * hidden, inputs);
  W_hh.resize(3 * hidden, hidden);
  b_ih.resize(3 * hidden);
  b_hh.resize(3 * hidden);
}

void GruTape::grow(Index hidden, Index total) {
  for (Matrix* of_three_gates : {&input, &gates, &d_input, &d_recurrent}) {
    attnviz::grow(*of_three_gates, 3 * hidden, total);
  }
  for (Matrix* of_state : {&before, &after, &recurrent_n}) attnviz::grow(*of_state, hidden, total);
}

void gru_step(const GruWeights& weights, Columns step, GruTape& tape) {
  const Index H = weights.W_hh.cols();
  product(weights.W_hh, columns(tape.before, step), columns(tape.gates, step));

  const Scalar* b = weights.b_hh.data();
  for (Index k = step.first; k < step.first + step.count; ++k) {
    const Scalar* x = tape.input.col(k).data();
    const Scalar* h = tape.before.col(k).data();
    Scalar* gate = tape.gates.col(k).data();
    Scalar* recurrent_n = tape.recurrent_n.col(k).data();
    Scalar* after = tape.after.col(k).data();
#pragma omp simd
    for (Index i = 0; i < H; ++i) {
      const Scalar r = sigmoid(x[i] + gate[i] + b[i]);
      const Scalar z = sigmoid(x[H + i] + gate[H + i] + b[H + i]);
      recurrent_n[i] = gate[2 * H + i] + b[2 * H + i];
      const Scalar n = hyperbolic_tangent(x[2 * H + i] + r * recurrent_n[i]);
      after[i] = (1 - z) * n + z * h[i];
      gate[i] = r;
      gate[H + i] = z;
      gate[2 * H + i] = n;
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
#pragma omp simd
    for (Index i = 0; i < H; ++i) {
      const Scalar r = gate[i];
      const Scalar z = gate[H + i];
      const Scalar n = gate[2 * H + i];
      // gradients before the gates' tanh and logistic functions
      const Scalar d_n = dh[i] * (1 - z) * (1 - n * n);
      const Scalar d_z = dh[i] * (h[i] - n) * z * (1 - z);
      const Scalar d_r = d_n * recurrent_n[i] * r * (1 - r);
      d_input[i] = d_recurrent[i] = d_r;
      d_input[H + i] = d_recurrent[H + i] = d_z;
      d_input[2 * H + i] = d_n;
      d_recurrent[2 * H + i] = d_n * r;
      dh[i] *= z;
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

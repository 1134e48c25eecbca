#include "nn/gru.h"

#include "nn/activation.h"
#include "nn/processor.h"
#include "nn/product.h"

namespace attnviz {

void GruTape::grow(Index hidden, Index total) {
  attnviz::grow(gates, 3 * hidden, total);
  for (Matrix* of_state : {&before, &after, &u}) attnviz::grow(*of_state, hidden, total);
}

void GruBackwardTape::grow(Index hidden, Index total) {
  for (Matrix* of_gates : {&d_input, &d_recurrent}) attnviz::grow(*of_gates, 3 * hidden, total);
}

void gru_step(const GruWeights& weights, const GruInput& input, Columns step, GruTape& tape) {
  const Index H = weights.W_hh.cols();
  product(weights.W_hh, columns(tape.before, step), columns(tape.gates, step));

  const int* ids = input.ids.empty() ? nullptr : input.ids.data() + step.first;
  kernels().gru_gates(
      {.size = H,
       .count = step.count,
       .b_hh = weights.b_hh.data(),
       .input = ids != nullptr ? strided(input.columns) : strided(columns(input.columns, step)),
       .ids = ids,
       .before = strided(columns(tape.before, step)),
       .gates = strided(columns(tape.gates, step)),
       .u = strided(columns(tape.u, step)),
       .after = strided(columns(tape.after, step))});
}

void gru_step_backward(const Matrix& W_hh_t, Columns step, const GruTape& tape,
                       GruBackwardTape& d_tape, MatrixOut d_state) {
  kernels().gru_gates_backward({.size = d_state.rows(),
                                .count = step.count,
                                .before = strided(columns(tape.before, step)),
                                .gates = strided(columns(tape.gates, step)),
                                .u = strided(columns(tape.u, step)),
                                .d_input = strided(columns(d_tape.d_input, step)),
                                .d_recurrent = strided(columns(d_tape.d_recurrent, step)),
                                .d_state = strided(d_state)});
  add_product(W_hh_t, columns(d_tape.d_recurrent, step), d_state);
}

void gru_weights_backward(const GruTape& tape, const GruBackwardTape& d_tape, Index total,
                          GruWeights& d_weights) {
  const auto d_recurrent = d_tape.d_recurrent.leftCols(total);
  add_product(d_recurrent, tape.before.leftCols(total).transpose(), d_weights.W_hh);
  bias_backward(d_recurrent, d_weights.b_hh);
}

}  // namespace attnviz

#include "nn/recurrent.h"

#include "nn/activation.h"
#include "nn/processor.h"
#include "nn/product.h"

namespace attnviz {
namespace {

/// Rows of what a GRU does not have.
Index memory_size(Cell cell, Index hidden) {
  return cell == Cell::lstm ? hidden : 0;
}

void gru_step_backward(const Matrix& W_hh_t, Columns step, const RecurrentTape& tape,
                       RecurrentBackwardTape& d_tape, MatrixOut d_state) {
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

void lstm_step_backward(const Matrix& W_hh_t, Columns step, const RecurrentTape& tape,
                        RecurrentBackwardTape& d_tape, MatrixOut d_state) {
  kernels().lstm_gates_backward({.size = d_state.rows(),
                                 .count = step.count,
                                 .memory_before = strided(columns(tape.memory_before, step)),
                                 .gates = strided(columns(tape.gates, step)),
                                 .u = strided(columns(tape.u, step)),
                                 .d_state = strided(d_state),
                                 .d_gates = strided(columns(d_tape.d_input, step)),
                                 .d_memory = strided(d_tape.d_memory)});
  product(W_hh_t, columns(d_tape.d_input, step), d_state);  // all of h is in the gates
}

}  // namespace

std::string_view to_string(Cell cell) {
  return cell == Cell::gru ? "gru" : "lstm";
}

std::optional<Cell> cell_from(std::string_view name) {
  for (const Cell cell : {Cell::gru, Cell::lstm}) {
    if (name == to_string(cell)) return cell;
  }
  return std::nullopt;
}

void RecurrentTape::grow(Cell its_cell, Index hidden, Index total) {
  cell = its_cell;
  attnviz::grow(gates, gate_count(cell) * hidden, total);
  for (Matrix* of_state : {&before, &after, &u}) attnviz::grow(*of_state, hidden, total);
  for (Matrix* memory : {&memory_before, &memory_after}) {
    attnviz::grow(*memory, memory_size(cell, hidden), total);
  }
}

void RecurrentBackwardTape::grow(Cell cell, Index hidden, Index total, Index batch) {
  attnviz::grow(d_input, gate_count(cell) * hidden, total);
  attnviz::grow(d_recurrent, cell == Cell::gru ? 3 * hidden : 0, total);
  attnviz::grow(d_memory, memory_size(cell, hidden), batch);
}

void recurrent_step(const RecurrentWeights& weights, const RecurrentInput& input, Columns step,
                    RecurrentTape& tape) {
  const Index H = weights.W_hh.cols();
  product(weights.W_hh, columns(tape.before, step), columns(tape.gates, step));

  const int* ids = input.ids.empty() ? nullptr : input.ids.data() + step.first;
  const auto x = ids != nullptr ? strided(input.columns) : strided(columns(input.columns, step));
  if (tape.cell == Cell::gru) {
    kernels().gru_gates({.size = H,
                         .count = step.count,
                         .b_hh = weights.b_hh.data(),
                         .input = x,
                         .ids = ids,
                         .before = strided(columns(tape.before, step)),
                         .gates = strided(columns(tape.gates, step)),
                         .u = strided(columns(tape.u, step)),
                         .after = strided(columns(tape.after, step))});
  } else {
    kernels().lstm_gates({.size = H,
                          .count = step.count,
                          .b_hh = weights.b_hh.data(),
                          .input = x,
                          .ids = ids,
                          .memory_before = strided(columns(tape.memory_before, step)),
                          .gates = strided(columns(tape.gates, step)),
                          .u = strided(columns(tape.u, step)),
                          .memory_after = strided(columns(tape.memory_after, step)),
                          .after = strided(columns(tape.after, step))});
  }
}

void recurrent_step_backward(const Matrix& W_hh_t, Columns step, const RecurrentTape& tape,
                             RecurrentBackwardTape& d_tape, MatrixOut d_state) {
  const auto backward = tape.cell == Cell::gru ? gru_step_backward : lstm_step_backward;
  backward(W_hh_t, step, tape, d_tape, d_state);
}

void recurrent_weights_backward(const RecurrentTape& tape, const RecurrentBackwardTape& d_tape,
                                Index total, RecurrentWeights& d_weights) {
  const Matrix& d_sums = tape.cell == Cell::gru ? d_tape.d_recurrent : d_tape.d_input;
  const auto d_recurrent = d_sums.leftCols(total);
  add_product(d_recurrent, tape.before.leftCols(total).transpose(), d_weights.W_hh);
  bias_backward(d_recurrent, d_weights.b_hh);
}

}  // namespace attnviz

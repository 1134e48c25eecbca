// One step of a recurrent layer, by either of two cells, in the form of PyTorch, Keras and cuDNN.
//
// Gated recurrent unit (Cho et al. 2014), the reset-after form:
//
//   r  = sig(W_ir x + b_ir + W_hr h + b_hr)
//   z  = sig(W_iz x + b_iz + W_hz h + b_hz)
//   u  = W_hn h + b_hn
//   n  = tanh(W_in x + b_in + r * u)
//   h' = z * h + (1 - z) * n
//
// Long short-term memory (Hochreiter and Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000),
// which has a memory m beside its state, elsewhere called c:
//
//   i  = sig(W_ii x + b_ii + W_hi h + b_hi)
//   f  = sig(W_if x + b_if + W_hf h + b_hf)
//   g  = tanh(W_ig x + b_ig + W_hg h + b_hg)
//   o  = sig(W_io x + b_io + W_ho h + b_ho)
//   m' = f * m + i * g
//   u  = tanh(m')
//   h' = o * u
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "nn/types.h"

namespace attnviz {

enum class Cell { gru, lstm };

std::string_view to_string(Cell cell);
/// "gru" or "lstm"; nothing for anything else.
std::optional<Cell> cell_from(std::string_view name);

/// G, what is computed from x and h: three gates of a GRU, four of an LSTM.
constexpr Index gate_count(Cell cell) {
  return cell == Cell::gru ? 3 : 4;
}

/// I is the size of the input, H of the state; gates are stacked r, z, n or i, f, g, o.
struct RecurrentWeights {
  Matrix W_ih;  // GH x I
  Matrix W_hh;  // GH x H
  Vector b_ih;  // GH
  Vector b_hh;  // GH
};

/// What the steps of a sequence leave for the backward pass: N packed columns each. Memories have
/// no rows for a GRU.
struct RecurrentTape {
  Cell cell = Cell::gru;
  Matrix before;         //  H x N   h, the state before the step, set by the caller
  Matrix after;          //  H x N   h'
  Matrix memory_before;  //  H x N   m, set by the caller
  Matrix memory_after;   //  H x N   m'
  Matrix gates;          // GH x N
  Matrix u;              //  H x N

  void grow(Cell its_cell, Index hidden, Index total);
};

/// Gradients of the two sums that enter the gates: N packed columns each.
struct RecurrentBackwardTape {
  Matrix d_input;      // GH x N   of W_ih x + b_ih, for the caller after the step
  Matrix d_recurrent;  // GH x N   of W_hh h + b_hh; no rows for an LSTM, where it is d_input
  Matrix d_memory;     //  H x B   of m' before a step back, then of m; set to zero by the caller

  void grow(Cell cell, Index hidden, Index total, Index batch);
};

/// W_ih x + b_ih of all packed columns: one each, or those of a table of tokens that `ids` names.
struct RecurrentInput {
  const Matrix& columns;     // GH x N, or GH x V
  std::span<const int> ids;  // empty, or N
};

/// One step: from its input, `before` and `memory_before` to `after` and `memory_after`.
void recurrent_step(const RecurrentWeights& weights, const RecurrentInput& input, Columns step,
                    RecurrentTape& tape);

/// Given d_state (H x n), the gradient of the state after the step, and d_memory, fills the step's
/// d_input and d_recurrent and replaces d_state and d_memory by the gradients before the step.
/// W_hh_t (H x GH) is W_hh'.
void recurrent_step_backward(const Matrix& W_hh_t, Columns step, const RecurrentTape& tape,
                             RecurrentBackwardTape& d_tape, MatrixOut d_state);

/// After all steps: adds to d_weights.W_hh and b_hh over all `total` columns.
void recurrent_weights_backward(const RecurrentTape& tape, const RecurrentBackwardTape& d_tape,
                                Index total, RecurrentWeights& d_weights);

}  // namespace attnviz

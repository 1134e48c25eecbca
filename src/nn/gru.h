// Gated recurrent unit (Cho et al. 2014) in the reset-after form of PyTorch, Keras and cuDNN:
//
//   r  = sig(W_ir x + b_ir + W_hr h + b_hr)
//   z  = sig(W_iz x + b_iz + W_hz h + b_hz)
//   u  = W_hn h + b_hn
//   n  = tanh(W_in x + b_in + r * u)
//   h' = z * h + (1 - z) * n
#pragma once

#include <span>

#include "nn/types.h"

namespace attnviz {

/// I is the size of the input, H of the state; gates are stacked r, z, n.
struct GruWeights {
  Matrix W_ih;  // 3H x I
  Matrix W_hh;  // 3H x H
  Vector b_ih;  // 3H
  Vector b_hh;  // 3H
};

/// What the steps of a sequence leave for the backward pass: N packed columns each.
struct GruTape {
  Matrix before;  //  H x N   h, the state before the step, set by the caller
  Matrix after;   //  H x N   h'
  Matrix gates;   // 3H x N   r, z, n
  Matrix u;       //  H x N

  void grow(Index hidden, Index total);
};

/// Gradients of the two sums that enter the gates: N packed columns each.
struct GruBackwardTape {
  Matrix d_input;      // 3H x N   of W_ih x + b_ih, for the caller after the step
  Matrix d_recurrent;  // 3H x N   of W_hh h + b_hh

  void grow(Index hidden, Index total);
};

/// W_ih x + b_ih of all packed columns: one each, or those of a table of tokens that `ids` names.
struct GruInput {
  const Matrix& columns;     // 3H x N, or 3H x V
  std::span<const int> ids;  // empty, or N
};

/// One step: from its input and `before` to `after`.
void gru_step(const GruWeights& weights, const GruInput& input, Columns step, GruTape& tape);

/// Given d_state (H x n), the gradient of the state after the step, fills the step's d_input and
/// d_recurrent and replaces d_state by the gradient of the state before. W_hh_t (H x 3H) is W_hh'.
void gru_step_backward(const Matrix& W_hh_t, Columns step, const GruTape& tape,
                       GruBackwardTape& d_tape, MatrixOut d_state);

/// After all steps: adds to d_weights.W_hh and b_hh over all `total` columns.
void gru_weights_backward(const GruTape& tape, const GruBackwardTape& d_tape, Index total,
                          GruWeights& d_weights);

}  // namespace attnviz

// Hard attention, summed out exactly (Deng et al. 2018; Wu, Shapiro, Cotterell 2018). An output
// reads one input, not an average: a_ij is the probability that it is input j, and
//
//   p_i = sum_j a_ij p_ij,  p_ij = softmax(W_o [s_i ; h_j ; y_{i-1}] + b_o)
//
// or, through a hidden layer of R units,
//
//   p_ij = softmax(W_o t_ij + b_o),  t_ij = tanh(W_r [s_i ; h_j ; y_{i-1}] + b_r)
//
// Nothing is drawn at random, and no choice enters the state: s_i = GRU(y_{i-1}, s_{i-1}). The
// decoder's logits are log p_i, whose softmax is p_i. Where a symbol y came from is the posterior
//
//   P_i(j | y) = a_ij p_ij(y) / p_i(y)
//
// For the backward pass only log p_i, what all inputs share and what each adds are kept; it
// recomputes the S readouts of an output, since the V x S numbers of every output would not fit.
#pragma once

#include "model/config.h"
#include "nn/attention.h"
#include "nn/linear.h"

namespace attnviz {

struct ReadoutDropout;

/// The readouts of one output, an input a column.
struct InputReadouts {
  Vector log_weights;        // S       log a_ij
  Matrix units;              // R x S   t_ij, after dropout
  Matrix log_probabilities;  // V x S   log p_ij

  void grow(const ModelConfig& config, Index source_steps);
};

/// N packed target columns, M columns of the memory. L is R, or V for a linear readout.
struct MarginalTape {
  Matrix values;       // L x M   W_c h_j, W_c the block for h of the layer that reads [s ; h ; y]
  Matrix shared;       // L x N   what this layer gives without it
  Matrix normalisers;  // S x N   log of what divides p_ij
  InputReadouts readouts;

  void grow(const ModelConfig& config, Index source_total, Index source_steps, Index columns);
};

struct MarginalBackwardTape {
  Matrix d_values;         // L x M
  InputReadouts readouts;  // recomputed
  Matrix d_logits;         // V x S   of W_o t_ij + b_o
  Matrix d_units;          // R x S   before the tanh

  void grow(const ModelConfig& config, Index source_total, Index source_steps);
};

/// An output: its column, the inputs of its example among the memory's columns, its attention (S),
/// and the layer after the hidden one, null without.
struct MarginalOutput {
  Index column;
  Columns inputs;
  Eigen::Ref<const Vector> weights;
  const LinearWeights* last;
  const ReadoutDropout& dropout;
};

/// log p_i of an output (V), given what is shared and the values. Keeps its normalisers.
void mix_readouts(const MarginalOutput& output, MarginalTape& tape, Eigen::Ref<Vector> log_p);

/// P(j | symbol) of an output (S), given its log p.
void posterior(const MarginalOutput& output, const Eigen::Ref<const Vector>& log_p, int symbol,
               MarginalTape& tape, Eigen::Ref<Vector> shares);

/// Given the log p of an output and its gradient d (V): sets the gradients of log a_i (S) and of
/// what is shared (L), which may be d, and adds to d_values and to that of the last layer, whose
/// W_o' is given (R x V), if there is one.
void mix_readouts_backward(const MarginalOutput& output, const Matrix& last_t,
                           const Eigen::Ref<const Vector>& log_p, const Eigen::Ref<const Vector>& d,
                           const MarginalTape& tape, MarginalBackwardTape& d_tape,
                           Eigen::Ref<Vector> d_log_weights, Eigen::Ref<Vector> d_shared,
                           LinearWeights& d_last);

}  // namespace attnviz

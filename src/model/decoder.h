// Decoder with attention. With Query::previous, the order of Bahdanau et al. 2015:
//
//   q_i = s_{i-1}, c_i = attend(q_i), s_i = cell([y_{i-1} ; c_i], s_{i-1})
//
// and with Query::current:
//
//   s_i = cell([y_{i-1} ; c_{i-1}], s_{i-1}), q_i = s_i, c_i = attend(q_i), c_0 = 0
//
// The cell is that of a GRU, or of an LSTM, whose memory m_i passes from step to step beside s_i.
// Both start from s_0 = tanh(W_s h<-_1 + b_s), m_0 = 0 and answer W_o [s_i ; c_i ; y_{i-1}] + b_o,
// or through a hidden layer (the paper has one too, appendix A.2.2):
//
//   t_i = tanh(W_r [s_i ; c_i ; y_{i-1}] + b_r), logits = W_o t_i + b_o
//
// Hard attention has no contexts: model/marginal.h has its equations. Matrices of contexts are then
// empty.
#pragma once

#include "base/random.h"
#include "base/stop.h"
#include "model/copy.h"
#include "model/marginal.h"
#include "model/weights.h"
#include "text/batch.h"

namespace attnviz {

/// What y_{i-1} adds to the input of the recurrent layer and to the logits, for V tokens; also the
/// type of its gradient.
struct DecoderTables {
  Matrix recurrent;  // GD x V
  Matrix readout;    //  R x V, or V x V
  Matrix copy;       //  1 x V, with a copy gate
};

/// The weights as the backward pass multiplies by them: transposed, and matrices that read a
/// concatenation cut into blocks.
struct DecoderBackwardWeights {
  Matrix initial_state_t;  // H x D
  AttentionBackwardWeights attention;
  Matrix recurrent_state_t;    // D x GD
  Matrix recurrent_token_t;    // E x GD
  Matrix recurrent_context_t;  // K x GD
  // of the layer that reads [s ; c ; y], combine or readout
  Matrix joint_state_t;    // D x R, or D x V
  Matrix joint_context_t;  // K x R, or K x V
  Matrix joint_token_t;    // E x R, or E x V
  Matrix readout_t;        // R x V, empty for a linear readout
  LinearWeights readout;   // V x R, for hard attention, which recomputes readouts; else empty
  Matrix copy_t;           // (D + K + E) x 1, empty without a copy gate

  bool hard() const { return recurrent_context_t.rows() == 0; }
  void prepare(const DecoderWeights& weights);
};

/// In training, units of the readout's hidden layer may be left out, the others scaled up.
struct ReadoutDropout {
  double probability = 0.0;
  Matrix mask;  // R x N: 0 or 1 / (1 - probability)

  /// For `columns` packed target columns; probability 0 switches it off.
  void draw(double dropout, Index units, Index columns, Random& random);
};

/// N packed target columns.
struct DecoderTape {
  ReadoutDropout dropout;
  RecurrentTape recurrent;
  AttentionTape attention;
  MarginalTape marginal;
  Matrix input;             // GD x N   W_ih [y ; c] + b_ih
  Matrix first_backward;    // H x B   h<-_1
  Matrix initial_state;     // D x B   s_0
  Matrix contexts;          // K x N   c_i
  Matrix earlier_contexts;  // K x N   c_{i-1}, with Query::current only
  Matrix combined;          // R x N   t_i, after dropout
  Matrix logits;            // V x N; with a copy gate more rows, see mix_copies()
  CopyTape copy;

  /// `answers` rows of logits, V or more.
  void grow(const ModelConfig& config, Index batch, Index source_total, Index source_steps,
            Index columns, Index answers);
};

struct DecoderBackwardTape {
  RecurrentBackwardTape recurrent;
  AttentionBackwardTape attention;
  MarginalBackwardTape marginal;
  Matrix d_logits;          // V x N
  Matrix d_combined;        // R x N   before the tanh
  Matrix d_after;           // D x N   what the readout adds to the gradient of s_i
  Matrix d_contexts;        // K x N
  Matrix d_state;           // D x B
  Matrix d_earlier;         // K x B   gradient of c_{i-1}
  Matrix d_first_backward;  // H x B
  Vector entropy_weights;   // N       0 where there is no label
  Matrix d_gate;            // 1 x N   of the copy gate before its sigmoid

  void grow(const ModelConfig& config, const Batch& batch);
};

/// The tables of tokens with these embeddings (E x U).
void project_tokens(const DecoderWeights& weights, const Matrix& embedding, DecoderTables& tables);
void project_tokens_backward(const DecoderBackwardWeights& weights, const Matrix& embedding,
                             const DecoderTables& d_tables, DecoderWeights& d_weights,
                             Matrix& d_embedding);

/// Fills s_0 and the keys from memory.annotations.
void start_decoder(const DecoderWeights& weights, AttentionMemory& memory, DecoderTape& tape);

/// s_i of the columns `now`, given state and memory before them (tape.recurrent), their inputs and
/// the contexts that enter with these (K x N): c_i with Query::previous, else c_{i-1}.
void update_state(const DecoderWeights& weights, const DecoderTables& tables,
                  std::span<const int> inputs, const Matrix& contexts, Columns now,
                  DecoderTape& tape);

/// One output step for the columns `now`, given their inputs: s_i and c_i. `earlier` is the step
/// before, empty for the first one.
void decoder_step(const DecoderWeights& weights, const DecoderTables& tables, Query query,
                  const AttentionMemory& memory, std::span<const int> inputs, Columns earlier,
                  Columns now, DecoderTape& tape);

/// The logits of the columns `now`, which may be those of many steps, and their copy gates; with
/// hard attention only what all inputs share: model/marginal_steps.h makes the logits of it.
void readout(const DecoderWeights& weights, const DecoderTables& tables,
             std::span<const int> inputs, Columns now, DecoderTape& tape);

/// W_c, the block for c of the layer that reads [s ; c ; y]: R x K, or V x K.
Eigen::Ref<const Matrix> context_readout(const DecoderWeights& weights);

/// Given d_logits, adds to the gradients of weights and tables and sets that of the annotations.
/// `entropy_weight` is the factor in the loss of the entropy of each label's attention. Asks `stop`
/// at every step.
void decode_backward(const DecoderBackwardWeights& weights, Query query, const Batch& batch,
                     Scalar entropy_weight, const AttentionMemory& memory, const DecoderTape& tape,
                     DecoderBackwardTape& d_tape, DecoderWeights& d_weights,
                     DecoderTables& d_tables, StopCheck stop = {});

}  // namespace attnviz

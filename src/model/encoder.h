// Bidirectional encoder: h_j = [forward ; backward](x)_j, the annotations: the states of
// two recurrent layers. An LSTM's memories stay within its layer.
#pragma once

#include <vector>

#include "base/random.h"
#include "base/stop.h"
#include "model/weights.h"
#include "text/batch.h"

namespace attnviz {

/// W_ih embedding + b_ih of both directions for V tokens (see nn/embedding.h); also the type of its
/// gradient.
struct EncoderTables {
  Matrix forward;   // GH x V
  Matrix backward;  // GH x V
};

/// The weights as the backward pass multiplies by them.
struct EncoderBackwardWeights {
  struct Direction {
    Matrix W_ih_t;  // E x GH
    Matrix W_hh_t;  // H x GH
  };
  Direction forward;
  Direction backward;

  void prepare(const EncoderWeights& weights);
};

/// In training, state and memory may be set to zero before some steps: an annotation h_j then
/// cannot rely on what its neighbours passed on, only on x_j, and the information on x_j stays at
/// j.
struct StateDropout {
  std::vector<bool> forward;  // one a column; empty for none
  std::vector<bool> backward;

  /// Marks each column with this probability; 0 empties the lists.
  void draw(double probability, const Batch& batch, Random& random);
};

struct EncoderTape {
  RecurrentTape forward;
  RecurrentTape backward;
  StateDropout state_dropout;

  void grow(const ModelConfig& config, const Batch& batch);
};

struct EncoderBackwardTape {
  RecurrentBackwardTape forward;
  RecurrentBackwardTape backward;
  Matrix d_state;  // H x B

  void grow(const ModelConfig& config, const Batch& batch);
};

/// The tables of tokens with these embeddings (E x U).
void project_tokens(const EncoderWeights& weights, const Matrix& embedding, EncoderTables& tables);
void project_tokens_backward(const EncoderBackwardWeights& weights, const Matrix& embedding,
                             const EncoderTables& d_tables, EncoderWeights& d_weights,
                             Matrix& d_embedding);

/// Fills memory.annotations from the sources of a batch. Asks `stop` at every step, as backward
/// does.
void encode(const EncoderWeights& weights, const EncoderTables& tables, const Batch& batch,
            EncoderTape& tape, AttentionMemory& memory, StopCheck stop = {});

/// Given the gradient of the annotations, packed as in `memory`, adds to the gradients of the
/// weights and tables.
void encode_backward(const EncoderBackwardWeights& weights, const Batch& batch,
                     const AttentionMemory& memory, const Matrix& d_annotations,
                     const EncoderTape& tape, EncoderBackwardTape& d_tape,
                     EncoderWeights& d_weights, EncoderTables& d_tables, StopCheck stop = {});

}  // namespace attnviz

// Bidirectional encoder: h_j = [forward GRU ; backward GRU](x)_j, the annotations.
#pragma once

#include <vector>

#include "base/random.h"
#include "model/config.h"
#include "nn/attention.h"
#include "nn/gru.h"
#include "text/batch.h"

namespace attnviz {

struct EncoderWeights {
  Matrix embedding;    // E x V
  GruWeights forward;  // input E, state H
  GruWeights backward;

  void resize(const ModelConfig& config);

  template <typename F, typename... Weights>
  static void visit(F&& f, Weights&... w) {
    f(TensorName{"encoder.", "embedding.weight"}, w.embedding...);
    GruWeights::visit(f, "encoder.gru.", "_l0", w.forward...);
    GruWeights::visit(f, "encoder.gru.", "_l0_reverse", w.backward...);
  }
};

/// W_ih embedding + b_ih of both directions for V tokens (see nn/embedding.h); also the type of its
/// gradient.
struct EncoderTables {
  Matrix forward;   // 3H x V
  Matrix backward;  // 3H x V
};

/// In training, the state may be set to zero before some steps: an annotation h_j can then not
/// count on what its neighbours passed on, only on x_j, and what stands at j stays at j.
struct Forgetting {
  std::vector<bool> forward;  // one a column; empty for none
  std::vector<bool> backward;

  /// Marks each column with this probability; 0 empties the lists.
  void draw(double probability, const Batch& batch, Random& random);
};

struct EncoderTape {
  GruTape forward;
  GruTape backward;
  Forgetting forgetting;
  Matrix d_state;  // H x B

  void grow(const ModelConfig& config, const Batch& batch);
};

/// The tables of tokens with these embeddings (E x U).
void project_tokens(const EncoderWeights& weights, const Matrix& embedding, EncoderTables& tables);
void project_tokens_backward(const EncoderWeights& transposed, const Matrix& embedding,
                             const EncoderTables& d_tables, EncoderWeights& d_weights,
                             Matrix& d_embedding);

/// Fills memory.annotations from the sources of a batch.
void encode(const EncoderWeights& weights, const EncoderTables& tables, const Batch& batch,
            EncoderTape& tape, AttentionMemory& memory);

/// Given memory.d_annotations, adds to the gradients of the weights and tables.
void encode_backward(const EncoderWeights& transposed, const Batch& batch, AttentionMemory& memory,
                     EncoderTape& tape, EncoderWeights& d_weights, EncoderTables& d_tables);

}  // namespace attnviz

// One batch through the model, for tests: no buffers to look after.
#pragma once

#include <algorithm>
#include <vector>

#include "model/seq2seq.h"
#include "model/steps.h"

namespace attnviz {

/// Pairwise distinct sizes, so that a transposed or misplaced block cannot go unnoticed.
inline ModelConfig small_config(Query query) {
  return {.source_vocabulary = 9,
          .target_vocabulary = 8,
          .embedding = 3,
          .hidden = 4,
          .decoder_hidden = 5,
          .attention_units = 6,
          .query = query};
}

struct ModelRun {
  Batch batch;
  UpdateWeights update;
  Tape tape;
  BackwardTape d_tape;
  Gradient gradient;
  double loss = 0.0;  // summed cross-entropy

  ModelRun(const ModelConfig& config, const Seq2SeqWeights& weights,
           const std::vector<EncodedPair>& pairs, const LossOptions& options) {
    Random unused(0);
    run(config, weights, pairs, options, 0.0, unused, 0.0, unused);
  }
  ModelRun(const ModelConfig& config, const Seq2SeqWeights& weights,
           const std::vector<EncodedPair>& pairs, const LossOptions& options, double state_dropout,
           Random& noise, double dropout = 0.0) {
    run(config, weights, pairs, options, state_dropout, noise, dropout, noise);
  }
  /// With random numbers of their own for the embeddings, as in an update.
  ModelRun(const ModelConfig& config, const Seq2SeqWeights& weights,
           const std::vector<EncodedPair>& pairs, const LossOptions& options, double state_dropout,
           Random& noise, double dropout, Random& embedding_noise) {
    run(config, weights, pairs, options, state_dropout, noise, dropout, embedding_noise);
  }

  /// The column of the given pair in the batch.
  Index place(int pair) const {
    return std::find(batch.order.begin(), batch.order.end(), pair) - batch.order.begin();
  }
  Index column(int pair, Index t) const {
    return step_columns(batch.target_first, t).first + place(pair);
  }

  /// Attention of output t of a pair over its own inputs.
  Vector attention(int pair, Index t) const {
    return tape.decoder.attention.weights.col(column(pair, t))
        .head(tape.memory.of(place(pair)).count);
  }
  Vector logits(int pair, Index t) const { return tape.decoder.logits.col(column(pair, t)); }

 private:
  void run(const ModelConfig& config, const Seq2SeqWeights& weights,
           const std::vector<EncodedPair>& pairs, const LossOptions& options, double state_dropout,
           Random& noise, double dropout, Random& embedding_noise) {
    std::vector<const EncodedPair*> pointers;
    for (const EncodedPair& pair : pairs) pointers.push_back(&pair);
    pack(pointers, batch);
    tape.encoder.state_dropout.draw(state_dropout, batch, noise);
    tape.decoder.dropout.draw(dropout, config.readout_units,
                              static_cast<Index>(batch.inputs.size()), noise);
    update.resize(config);
    gradient.resize(config);
    update.gather(weights, dropout, embedding_noise);
    for (const ModelPart part : model_parts) update.prepare(part, weights);
    gradient.set_zero(update);
    loss = forward_backward(weights, update, config, batch, options, tape, d_tape, gradient);
    Matrix buffer;
    for (const ModelPart part : model_parts) gradient.finish(part, update, buffer);
  }
};

}  // namespace attnviz

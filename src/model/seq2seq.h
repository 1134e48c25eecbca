// The whole model: encoder, decoder, loss.
#pragma once

#include "base/random.h"
#include "model/decoder.h"
#include "model/encoder.h"
#include "model/step_tokens.h"
#include "model/weights.h"

namespace attnviz {

/// What the vocabulary adds through the layers that read it, computed once per update.
struct TokenTables {
  EncoderTables encoder;
  DecoderTables decoder;

  void resize(const ModelConfig& config);
};

void project_tokens(const Seq2SeqWeights& weights, TokenTables& tables);

/// What forward leaves for backward. Buffers grow to the largest batch seen and stay.
struct Tape {
  AttentionMemory memory;
  EncoderTape encoder;
  DecoderTape decoder;

  void grow(const ModelConfig& config, const Batch& batch, Index target_columns);
};

/// The buffers of backward.
struct BackwardTape {
  EncoderBackwardTape encoder;
  DecoderBackwardTape decoder;

  void grow(const ModelConfig& config, const Batch& batch);
};

/// Annotations, keys and s_0 of a batch: what decoding starts from. The tape must have been grown.
void encode(const Seq2SeqWeights& weights, const TokenTables& tables, const Batch& batch,
            Tape& tape, StopCheck stop = {});

/// One step of decoding: s_i, c_i and the logits of the columns `now`, one for each of the batch's
/// first examples, given their inputs and the step before.
void answer_step(const Seq2SeqWeights& weights, const TokenTables& tables,
                 const ModelConfig& config, const Batch& batch, std::span<const int> inputs,
                 Columns earlier, Columns now, Tape& tape);

/// Teacher forcing: logits and attention of all target steps. Asks `stop` at every step.
void forward(const Seq2SeqWeights& weights, const TokenTables& tables, const ModelConfig& config,
             const Batch& batch, Tape& tape, StopCheck stop = {});

/// What an update computes from the weights once, before its batch is split into shards: the
/// embeddings of its batch's tokens, their tables, and what backward multiplies by.
struct UpdateWeights {
  StepTokens source;
  StepTokens target;
  TokenTables tables;
  EncoderBackwardWeights encoder_backward;
  DecoderBackwardWeights decoder_backward;

  void resize(const ModelConfig& config);
  /// Copies the embeddings of the collected tokens.
  void gather(const Seq2SeqWeights& weights, double dropout, Random& random);
  /// Then fills tables and backward weights of a part.
  void prepare(ModelPart part, const Seq2SeqWeights& weights);
};

/// The gradient of a batch: that of the token tables is passed on to the weights once, after the
/// shards of an update were summed.
struct Gradient {
  Seq2SeqWeights weights;
  TokenTables tables;

  void resize(const ModelConfig& config);
  /// Zero, with tables for the tokens of an update.
  void set_zero(const UpdateWeights& update);
  /// Adds a share of a part of another.
  void add(ModelPart part, Share share, const Gradient& other);
  /// Takes the gradient of a part's tables through to the weights. `d_embedding` is a buffer.
  void finish(ModelPart part, const UpdateWeights& update, Matrix& d_embedding);
};

struct LossOptions {
  double scale = 1.0;            // of the summed loss; 1 / number of target tokens gives the mean
  double entropy_penalty = 0.0;  // times the summed entropy of the attention rows
  StopCheck stop = {};           // asked at every step, forward and backward
};

/// forward(), the loss, and its gradient added to `gradient`. Returns the summed cross-entropy of
/// the labels, unscaled and without the penalty.
double forward_backward(const Seq2SeqWeights& weights, const UpdateWeights& update,
                        const ModelConfig& config, const Batch& batch, const LossOptions& options,
                        Tape& tape, BackwardTape& d_tape, Gradient& gradient);

}  // namespace attnviz

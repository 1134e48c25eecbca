// The whole model: encoder, decoder, loss.
#pragma once

#include <cstdint>

#include "base/random.h"
#include "model/decoder.h"
#include "model/encoder.h"
#include "model/step_tokens.h"

namespace attnviz {

/// The two parts of a model. Where nothing passes between them, threads can take one each.
enum class Half { encoder, decoder };
inline constexpr Half halves[] = {Half::encoder, Half::decoder};

/// Every trained tensor. Gradients and Adam's moments have the same type.
struct Seq2SeqWeights {
  EncoderWeights encoder;
  DecoderWeights decoder;

  void resize(const ModelConfig& config);
  void set_zero();

  /// f(name, tensor...) for each tensor of one or several structs, in step.
  template <typename F, typename... Weights>
  static void visit(F&& f, Weights&... w) {
    EncoderWeights::visit(f, w.encoder...);
    DecoderWeights::visit(f, w.decoder...);
  }
  /// The same for the tensors of one half.
  template <typename F, typename... Weights>
  static void visit_half(Half half, F&& f, Weights&... w) {
    if (half == Half::encoder) {
      EncoderWeights::visit(f, w.encoder...);
    } else {
      DecoderWeights::visit(f, w.decoder...);
    }
  }
};

/// How many numbers the weights of such a model hold, without making them.
std::uint64_t count_parameters(const ModelConfig& config);

/// How fresh weights are drawn. Matrices are Glorot-uniform (Glorot and Bengio 2010), W_hh gate by
/// gate; biases are zero unless stated.
struct Initialisation {
  double embedding_std = 0.05;  // embeddings are N(0, std^2)
  double score_scale = 1.0;     // v is N(0, scale^2 / A)
  double update_bias = 0.0;     // of the update gates; above 0 keeps the state longer
};

void initialise(const ModelConfig& config, const Initialisation& options, Random& random,
                Seq2SeqWeights& weights);

/// What the vocabulary adds through the layers that read it, computed once per update.
struct TokenTables {
  EncoderTables encoder;
  DecoderTables decoder;

  void resize(const ModelConfig& config);
};

void project_tokens(const Seq2SeqWeights& weights, TokenTables& tables);

/// What an update computes from the weights once, before its batch is shared out: the tables of the
/// tokens that it meets, and the transposes that the way back multiplies by.
struct StepWeights {
  StepTokens source;
  StepTokens target;
  TokenTables tables;
  Seq2SeqWeights transposed;  // its vectors and embeddings hold nothing of use

  void resize(const ModelConfig& config);
};

/// Looks up the tokens that `step` has met: the whole vocabularies, unless they were collected.
void gather_tokens(const Seq2SeqWeights& weights, double dropout, Random& random,
                   StepWeights& step);
/// Then fills the tables and transposes of a half.
void prepare(const Seq2SeqWeights& weights, Half half, StepWeights& step);

/// Everything one batch leaves behind, gradients excepted. Buffers grow to the largest batch seen
/// and stay.
struct Tape {
  AttentionMemory memory;
  EncoderTape encoder;
  DecoderTape decoder;

  void grow(const ModelConfig& config, const Batch& batch, Index target_columns);
};

/// The gradient as a batch finds it: that of the token tables is passed on to the weights only
/// after the parts of a batch were summed (see finish_gradient).
struct Gradient {
  Seq2SeqWeights weights;
  TokenTables tables;
  Matrix source_embedding;  // E x U, used while the gradient is finished
  Matrix target_embedding;

  void resize(const ModelConfig& config);
  /// Zero, with tables for the tokens of a step.
  void set_zero(const StepWeights& step);
};

struct LossOptions {
  double scale = 1.0;            // of the summed loss; 1 / number of target tokens gives the mean
  double entropy_penalty = 0.0;  // times the summed entropy of the attention rows
};

/// Annotations, keys and s_0 of a batch: what decoding starts from. The tape must have been grown.
void encode(const Seq2SeqWeights& weights, const TokenTables& tables, const Batch& batch,
            Tape& tape);

/// Teacher forcing: logits and attention of all target steps.
void forward(const Seq2SeqWeights& weights, const TokenTables& tables, const ModelConfig& config,
             const Batch& batch, Tape& tape);

/// forward(), the loss, and its gradient added to `gradient`. Returns the summed cross-entropy of
/// the wanted tokens, unscaled and without the penalty.
double forward_backward(const Seq2SeqWeights& weights, const StepWeights& step,
                        const ModelConfig& config, const Batch& batch, const LossOptions& options,
                        Tape& tape, Gradient& gradient);

/// Adds a half of a gradient, its token tables included, to that of a sum.
void add(const Gradient& gradient, Half half, Gradient& sum);

/// Takes the gradient of a half through its token tables into that of the weights.
void finish_gradient(const StepWeights& step, Half half, Gradient& gradient);

}  // namespace attnviz

// Every trained tensor, listed once.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/random.h"
#include "model/config.h"
#include "nn/attention.h"
#include "nn/gru.h"
#include "nn/linear.h"

namespace attnviz {

struct EncoderWeights {
  Matrix embedding;    // E x V
  GruWeights forward;  // input E, state H
  GruWeights backward;
};

struct DecoderWeights {
  Matrix embedding;             // E x V
  LinearWeights initial_state;  // D x H
  AttentionWeights attention;
  GruWeights gru;         // input [y ; c] of E + K, state D
  LinearWeights combine;  // R x (D + K + E), empty for a linear readout
  LinearWeights readout;  // V x R, or V x (D + K + E)
  LinearWeights copy;     // 1 x (D + K + E), empty without a copy gate
};

/// The two parts of a model. Where nothing passes between them, threads can take one each.
enum class ModelPart { encoder, decoder };
inline constexpr ModelPart model_parts[] = {ModelPart::encoder, ModelPart::decoder};

/// One of `count` shares of the elements of every tensor, for work that treats each element alone:
/// its result does not depend on how many shares there are.
struct Share {
  int index = 0;
  int count = 1;

  /// Calls f(count, first elements...) with the pointers to this share of tensors of one size.
  template <typename F, typename Tensor, typename... Tensors>
  void visit(F&& f, Tensor&& tensor, Tensors&&... others) const {
    const Index first = tensor.size() * index / count;
    const Index end = tensor.size() * (index + 1) / count;
    f(end - first, tensor.data() + first, (others.data() + first)...);
  }
};

/// The value of a fresh tensor.
enum class Initial {
  zero,
  embedding,    // N(0, std^2)
  glorot,       // uniform (Glorot and Bengio 2010)
  projection,   // the same times attention_gain
  gates,        // as glorot, gate by gate; drawn GRU by GRU, see initialise()
  update_bias,  // zero, but for the update gate
  decoder_update_bias,
  score,     // N(0, scale^2 / A)
  coverage,  // N(0, std^2)
};

struct TensorSpec {
  std::string_view name;  // PyTorch's, as in files
  Index rows;             // 0 where the configuration does not have this tensor
  Index columns;
  Initial initial;

  /// Embeddings hold a column a token, where PyTorch holds a row.
  bool is_embedding() const { return initial == Initial::embedding; }
};

/// Every trained tensor. Gradients and Adam's moments have the same type.
struct Seq2SeqWeights {
  EncoderWeights encoder;
  DecoderWeights decoder;

  void resize(const ModelConfig& config);
  void set_zero();

  /// The table: f(spec, tensor...) for each tensor of a part, in no, one or several structs.
  template <typename F, typename... Weights>
  static void table(ModelPart part, const ModelConfig& config, F&& f, Weights&... w);
  template <typename F, typename... Weights>
  static void table(const ModelConfig& config, F&& f, Weights&... w) {
    for (const ModelPart part : model_parts) table(part, config, f, w...);
  }

  /// f(name, tensor...) for each tensor, where shapes are not asked for.
  template <typename F, typename... Weights>
  static void visit_part(ModelPart part, F&& f, Weights&... w) {
    table(
        part, ModelConfig{}, [&](const TensorSpec& spec, auto&... t) { f(spec.name, t...); }, w...);
  }
  template <typename F, typename... Weights>
  static void visit(F&& f, Weights&... w) {
    for (const ModelPart part : model_parts) visit_part(part, f, w...);
  }
};

/// How many numbers the weights of such a model hold, without making them.
std::uint64_t count_parameters(const ModelConfig& config);

/// The free values of Initial.
struct Initialisation {
  double embedding_std = 0.05;
  double score_scale = 1.0;
  double attention_gain = 1.0;
  double coverage_std = 0.7;
  double update_bias = 0.0;          // of the encoder; above 0 keeps the state longer
  double decoder_update_bias = 0.0;  // the same
};

void initialise(const ModelConfig& config, const Initialisation& options, Random& random,
                Seq2SeqWeights& weights);

template <typename F, typename... Weights>
void Seq2SeqWeights::table(ModelPart part, const ModelConfig& config, F&& f, Weights&... w) {
  using enum Initial;
  const Index E = config.embedding;
  const Index H = config.hidden;
  const Index K = 2 * H;
  const Index D = config.decoder_hidden;
  if (part == ModelPart::encoder) {
    const Index V = config.source_vocabulary;
    f(TensorSpec{"encoder.embedding.weight", E, V, embedding}, w.encoder.embedding...);
    f(TensorSpec{"encoder.gru.weight_ih_l0", 3 * H, E, gates}, w.encoder.forward.W_ih...);
    f(TensorSpec{"encoder.gru.weight_hh_l0", 3 * H, H, gates}, w.encoder.forward.W_hh...);
    f(TensorSpec{"encoder.gru.bias_ih_l0", 3 * H, 1, update_bias}, w.encoder.forward.b_ih...);
    f(TensorSpec{"encoder.gru.bias_hh_l0", 3 * H, 1, zero}, w.encoder.forward.b_hh...);
    f(TensorSpec{"encoder.gru.weight_ih_l0_reverse", 3 * H, E, gates}, w.encoder.backward.W_ih...);
    f(TensorSpec{"encoder.gru.weight_hh_l0_reverse", 3 * H, H, gates}, w.encoder.backward.W_hh...);
    f(TensorSpec{"encoder.gru.bias_ih_l0_reverse", 3 * H, 1, update_bias},
      w.encoder.backward.b_ih...);
    f(TensorSpec{"encoder.gru.bias_hh_l0_reverse", 3 * H, 1, zero}, w.encoder.backward.b_hh...);
    return;
  }
  const Index V = config.target_vocabulary;
  const bool bilinear = config.attention == Attention::bilinear;
  const Index key = is_learned(config.attention) ? config.key() : 0;
  const Index query = bilinear ? 0 : key;
  const Index units = config.attention == Attention::additive ? key : 0;
  const Index joint = D + K + E;  // [s ; c ; y]
  const Index R = config.readout_units;
  f(TensorSpec{"decoder.embedding.weight", E, V, embedding}, w.decoder.embedding...);
  f(TensorSpec{"decoder.initial_state.weight", D, H, glorot}, w.decoder.initial_state.W...);
  f(TensorSpec{"decoder.initial_state.bias", D, 1, zero}, w.decoder.initial_state.b...);
  f(TensorSpec{"attention.query.weight", query, query > 0 ? D : 0, projection},
    w.decoder.attention.W_a...);
  f(TensorSpec{"attention.key.weight", key, key > 0 ? K : 0, projection},
    w.decoder.attention.U_a...);
  f(TensorSpec{"attention.score.weight", units, 1, score}, w.decoder.attention.v...);
  f(TensorSpec{"attention.coverage.weight", config.coverage ? units : 0, 1, coverage},
    w.decoder.attention.w...);
  f(TensorSpec{"decoder.gru.weight_ih", 3 * D, E + K, gates}, w.decoder.gru.W_ih...);
  f(TensorSpec{"decoder.gru.weight_hh", 3 * D, D, gates}, w.decoder.gru.W_hh...);
  f(TensorSpec{"decoder.gru.bias_ih", 3 * D, 1, decoder_update_bias}, w.decoder.gru.b_ih...);
  f(TensorSpec{"decoder.gru.bias_hh", 3 * D, 1, zero}, w.decoder.gru.b_hh...);
  f(TensorSpec{"decoder.combine.weight", R, R > 0 ? joint : 0, glorot}, w.decoder.combine.W...);
  f(TensorSpec{"decoder.combine.bias", R, 1, zero}, w.decoder.combine.b...);
  f(TensorSpec{"decoder.readout.weight", V, R > 0 ? R : joint, glorot}, w.decoder.readout.W...);
  f(TensorSpec{"decoder.readout.bias", V, 1, zero}, w.decoder.readout.b...);
  const Index gate = config.copy ? 1 : 0;
  f(TensorSpec{"decoder.copy.weight", gate, gate * joint, glorot}, w.decoder.copy.W...);
  f(TensorSpec{"decoder.copy.bias", gate, 1, zero}, w.decoder.copy.b...);
}

}  // namespace attnviz

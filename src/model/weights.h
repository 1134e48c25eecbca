// Every trained tensor, listed once.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/random.h"
#include "model/config.h"
#include "nn/attention.h"
#include "nn/linear.h"
#include "nn/recurrent.h"

namespace attnviz {

struct EncoderWeights {
  Matrix embedding;          // E x V
  RecurrentWeights forward;  // input E, state H
  RecurrentWeights backward;
};

struct DecoderWeights {
  Matrix embedding;             // E x V
  LinearWeights initial_state;  // D x H
  AttentionWeights attention;
  RecurrentWeights recurrent;  // input [y ; c] of E + K, or y with hard attention; state D
  LinearWeights combine;       // R x (D + K + E), empty for a linear readout
  LinearWeights readout;       // V x R, or V x (D + K + E)
  LinearWeights copy;          // 1 x (D + K + E), empty without a copy gate

  /// Whether attention is hard: then no context enters the state.
  bool hard() const { return recurrent.W_ih.cols() == embedding.rows(); }
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
  gates,        // as glorot, gate by gate; drawn layer by layer, see initialise()
  update_bias,  // zero, but for the gate of what is kept: z of a GRU, f of an LSTM
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

/// The names of a recurrent layer's tensors, which say its cell: for a GRU, then for an LSTM.
struct RecurrentNames {
  std::string_view W_ih, W_hh, b_ih, b_hh;
};
inline constexpr RecurrentNames encoder_forward_names[] = {
    {"encoder.gru.weight_ih_l0", "encoder.gru.weight_hh_l0", "encoder.gru.bias_ih_l0",
     "encoder.gru.bias_hh_l0"},
    {"encoder.lstm.weight_ih_l0", "encoder.lstm.weight_hh_l0", "encoder.lstm.bias_ih_l0",
     "encoder.lstm.bias_hh_l0"}};
inline constexpr RecurrentNames encoder_backward_names[] = {
    {"encoder.gru.weight_ih_l0_reverse", "encoder.gru.weight_hh_l0_reverse",
     "encoder.gru.bias_ih_l0_reverse", "encoder.gru.bias_hh_l0_reverse"},
    {"encoder.lstm.weight_ih_l0_reverse", "encoder.lstm.weight_hh_l0_reverse",
     "encoder.lstm.bias_ih_l0_reverse", "encoder.lstm.bias_hh_l0_reverse"}};
inline constexpr RecurrentNames decoder_names[] = {
    {"decoder.gru.weight_ih", "decoder.gru.weight_hh", "decoder.gru.bias_ih",
     "decoder.gru.bias_hh"},
    {"decoder.lstm.weight_ih", "decoder.lstm.weight_hh", "decoder.lstm.bias_ih",
     "decoder.lstm.bias_hh"}};

/// Every trained tensor. Gradients and Adam's moments have the same type.
struct Seq2SeqWeights {
  EncoderWeights encoder;
  DecoderWeights decoder;
  Cell cell = Cell::gru;  // set by resize()

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
  template <typename F, typename First, typename... More>
  static void visit_part(ModelPart part, F&& f, First& first, More&... more) {
    table(
        part, ModelConfig{.cell = first.cell},
        [&](const TensorSpec& spec, auto&... t) { f(spec.name, t...); }, first, more...);
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
  double update_bias = 0.0;          // of the encoder; above 0 keeps state or memory longer
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
  const Index G = gate_count(config.cell);
  const auto recurrent = [&](const RecurrentNames(&by_cell)[2], Index inputs, Index units,
                             Initial bias, auto&... layers) {
    const RecurrentNames& names = by_cell[config.cell == Cell::gru ? 0 : 1];
    f(TensorSpec{names.W_ih, G * units, inputs, gates}, layers.W_ih...);
    f(TensorSpec{names.W_hh, G * units, units, gates}, layers.W_hh...);
    f(TensorSpec{names.b_ih, G * units, 1, bias}, layers.b_ih...);
    f(TensorSpec{names.b_hh, G * units, 1, zero}, layers.b_hh...);
  };
  if (part == ModelPart::encoder) {
    const Index V = config.source_vocabulary;
    f(TensorSpec{"encoder.embedding.weight", E, V, embedding}, w.encoder.embedding...);
    recurrent(encoder_forward_names, E, H, update_bias, w.encoder.forward...);
    recurrent(encoder_backward_names, E, H, update_bias, w.encoder.backward...);
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
  recurrent(decoder_names, E + config.context(), D, decoder_update_bias, w.decoder.recurrent...);
  f(TensorSpec{"decoder.combine.weight", R, R > 0 ? joint : 0, glorot}, w.decoder.combine.W...);
  f(TensorSpec{"decoder.combine.bias", R, 1, zero}, w.decoder.combine.b...);
  f(TensorSpec{"decoder.readout.weight", V, R > 0 ? R : joint, glorot}, w.decoder.readout.W...);
  f(TensorSpec{"decoder.readout.bias", V, 1, zero}, w.decoder.readout.b...);
  const Index gate = config.copy ? 1 : 0;
  f(TensorSpec{"decoder.copy.weight", gate, gate * joint, glorot}, w.decoder.copy.W...);
  f(TensorSpec{"decoder.copy.bias", gate, 1, zero}, w.decoder.copy.b...);
}

}  // namespace attnviz

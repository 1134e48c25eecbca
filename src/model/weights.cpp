#include "model/weights.h"

#include <cmath>

namespace attnviz {
namespace {

/// U(-b, b) with b = sqrt(6 / (rows + columns)). Drawn in double, so that float and double models
/// start alike.
template <typename Block>
void draw_glorot(Block&& block, Random& random) {
  const double bound = std::sqrt(6.0 / static_cast<double>(block.rows() + block.cols()));
  for (Index c = 0; c < block.cols(); ++c) {
    for (Index r = 0; r < block.rows(); ++r) {
      block(r, c) = static_cast<Scalar>(bound * (2.0 * random.uniform() - 1.0));
    }
  }
}

template <typename Tensor>
void draw_normal(Tensor& tensor, double deviation, Random& random) {
  for (Index i = 0; i < tensor.size(); ++i) {
    tensor.data()[i] = static_cast<Scalar>(deviation * random.normal());
  }
}

/// Gate by gate, the matrices of both inputs of a recurrent layer in turn.
void draw_gates(MatrixOut W_ih, MatrixOut W_hh, Random& random) {
  const Index H = W_hh.cols();
  for (Index gate = 0; gate < W_hh.rows() / H; ++gate) {
    draw_glorot(W_ih.middleRows(gate * H, H), random);
    draw_glorot(W_hh.middleRows(gate * H, H), random);
  }
}

}  // namespace

void Seq2SeqWeights::resize(const ModelConfig& config) {
  cell = config.cell;
  decoder.attention.form = config.attention;
  table(
      config,
      [](const TensorSpec& spec, auto& tensor) { resize_anew(tensor, spec.rows, spec.columns); },
      *this);
}

void Seq2SeqWeights::set_zero() {
  visit([](std::string_view, auto& tensor) { tensor.setZero(); }, *this);
}

std::uint64_t count_parameters(const ModelConfig& config) {
  std::uint64_t count = 0;
  Seq2SeqWeights::table(config, [&](const TensorSpec& spec) {
    count += static_cast<std::uint64_t>(spec.rows) * static_cast<std::uint64_t>(spec.columns);
  });
  return count;
}

void initialise(const ModelConfig& config, const Initialisation& options, Random& random,
                Seq2SeqWeights& weights) {
  weights.resize(config);
  weights.set_zero();
  // Random numbers go to embeddings first, then to the recurrent layers, then to the rest.
  using enum Initial;
  Seq2SeqWeights::table(
      config,
      [&](const TensorSpec& spec, auto& tensor) {
        if (spec.initial == embedding) draw_normal(tensor, options.embedding_std, random);
        const auto set_update_bias = [&](double bias) {
          const Index H = tensor.size() / gate_count(config.cell);
          tensor.middleRows(H, H).setConstant(static_cast<Scalar>(bias));
        };
        if (spec.initial == update_bias) set_update_bias(options.update_bias);
        if (spec.initial == decoder_update_bias) set_update_bias(options.decoder_update_bias);
      },
      weights);
  for (RecurrentWeights* layer :
       {&weights.encoder.forward, &weights.encoder.backward, &weights.decoder.recurrent}) {
    draw_gates(layer->W_ih, layer->W_hh, random);
  }
  const double score_std = options.score_scale / std::sqrt(config.attention_units);
  Seq2SeqWeights::table(
      config,
      [&](const TensorSpec& spec, auto& tensor) {
        if (spec.initial == glorot || spec.initial == projection) draw_glorot(tensor, random);
        if (spec.initial == projection) tensor *= static_cast<Scalar>(options.attention_gain);
        if (spec.initial == score) draw_normal(tensor, score_std, random);
        if (spec.initial == coverage) draw_normal(tensor, options.coverage_std, random);
      },
      weights);
}

}  // namespace attnviz

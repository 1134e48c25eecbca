#include "model/seq2seq.h"

#include <cmath>

#include "model/steps.h"
#include "nn/loss.h"

namespace attnviz {
namespace {

/// Glorot-uniform: U(-b, b) with b = sqrt(6 / (rows + columns)). Drawn in double, so that float and
/// double models start alike.
template <typename Block>
void draw_glorot(Block&& block, Random& random) {
  const double bound = std::sqrt(6.0 / static_cast<double>(block.rows() + block.cols()));
  for (Index c = 0; c < block.cols(); ++c) {
    for (Index r = 0; r < block.rows(); ++r) {
      block(r, c) = static_cast<Scalar>(bound * (2.0 * random.uniform() - 1.0));
    }
  }
}

template <typename Block>
void draw_normal(Block&& block, double deviation, Random& random) {
  for (Index c = 0; c < block.cols(); ++c) {
    for (Index r = 0; r < block.rows(); ++r) {
      block(r, c) = static_cast<Scalar>(deviation * random.normal());
    }
  }
}

void initialise_gru(const Initialisation& options, Random& random, GruWeights& weights) {
  const Index H = weights.W_hh.cols();
  for (Index gate = 0; gate < 3; ++gate) {
    draw_glorot(weights.W_ih.middleRows(gate * H, H), random);
    draw_glorot(weights.W_hh.middleRows(gate * H, H), random);
  }
  weights.b_ih.setZero();
  weights.b_hh.setZero();
  weights.b_ih.segment(H, H).setConstant(static_cast<Scalar>(options.update_bias));
}

void resize_to_zeros(Matrix& m, Index rows, Index columns) {
  resize_anew(m, rows, columns);
  m.setZero();
}

}  // namespace

void Seq2SeqWeights::resize(const ModelConfig& config) {
  encoder.resize(config);
  decoder.resize(config);
}

void Seq2SeqWeights::set_zero() {
  visit([](const TensorName&, auto& tensor) { tensor.setZero(); }, *this);
}

std::uint64_t count_parameters(const ModelConfig& config) {
  const auto size = [](int value) { return static_cast<std::uint64_t>(value); };
  const std::uint64_t E = size(config.embedding);
  const std::uint64_t H = size(config.hidden);
  const std::uint64_t K = size(config.annotation());
  const std::uint64_t D = size(config.decoder_hidden);
  const std::uint64_t A = size(config.attention_units);
  const std::uint64_t V = size(config.target_vocabulary);
  const auto gru = [](std::uint64_t inputs, std::uint64_t state) {
    return 3 * state * (inputs + state + 2);
  };
  const std::uint64_t encoder = E * size(config.source_vocabulary) + 2 * gru(E, H);
  const std::uint64_t attention = [&]() -> std::uint64_t {
    switch (config.attention) {
      case Attention::additive:
        return A * (D + K + 1);
      case Attention::bilinear:
        return D * K;
      case Attention::uniform:
      case Attention::none:
        return 0;
      default:
        return A * (D + K);
    }
  }();
  const std::uint64_t R = size(config.readout_units);
  const std::uint64_t read = D + K + E;
  const std::uint64_t readout = R > 0 ? R * (read + 1) + V * (R + 1) : V * (read + 1);
  return encoder + E * V + D * (H + 1) + attention + gru(E + K, D) + readout;
}

void initialise(const ModelConfig& config, const Initialisation& options, Random& random,
                Seq2SeqWeights& weights) {
  weights.resize(config);
  EncoderWeights& encoder = weights.encoder;
  DecoderWeights& decoder = weights.decoder;
  draw_normal(encoder.embedding, options.embedding_std, random);
  draw_normal(decoder.embedding, options.embedding_std, random);
  initialise_gru(options, random, encoder.forward);
  initialise_gru(options, random, encoder.backward);
  initialise_gru(options, random, decoder.gru);
  draw_glorot(decoder.initial_state.W, random);
  decoder.initial_state.b.setZero();
  draw_glorot(decoder.attention.W_a, random);
  draw_glorot(decoder.attention.U_a, random);
  draw_normal(decoder.attention.v, options.score_scale / std::sqrt(config.attention_units), random);
  draw_glorot(decoder.combine.W, random);
  decoder.combine.b.setZero();
  draw_glorot(decoder.readout.W, random);
  decoder.readout.b.setZero();
}

void TokenTables::resize(const ModelConfig& config) {
  encoder.forward.resize(3 * config.hidden, config.source_vocabulary);
  encoder.backward.resize(3 * config.hidden, config.source_vocabulary);
  decoder.gru.resize(3 * config.decoder_hidden, config.target_vocabulary);
  decoder.readout.resize(config.readout_units > 0 ? config.readout_units : config.target_vocabulary,
                         config.target_vocabulary);
}

void project_tokens(const Seq2SeqWeights& weights, TokenTables& tables) {
  project_tokens(weights.encoder, weights.encoder.embedding, tables.encoder);
  project_tokens(weights.decoder, weights.decoder.embedding, tables.decoder);
}

void StepWeights::resize(const ModelConfig& config) {
  source.resize(config.source_vocabulary);
  target.resize(config.target_vocabulary);
  transposed.resize(config);
}

void gather_tokens(const Seq2SeqWeights& weights, double dropout, Random& random,
                   StepWeights& step) {
  step.source.gather(weights.encoder.embedding, dropout, random);
  step.target.gather(weights.decoder.embedding, dropout, random);
}

void prepare(const Seq2SeqWeights& weights, Half half, StepWeights& step) {
  if (half == Half::encoder) {
    project_tokens(weights.encoder, step.source.embedding(), step.tables.encoder);
  } else {
    project_tokens(weights.decoder, step.target.embedding(), step.tables.decoder);
  }
  Seq2SeqWeights::visit_half(
      half,
      [](const TensorName& name, const auto& tensor, auto& transposed) {
        if constexpr (!std::decay_t<decltype(tensor)>::IsVectorAtCompileTime) {
          if (name.stem == "embedding.weight") {
            resize_anew(transposed, tensor.cols(), tensor.rows());  // only its shape is asked for
          } else {
            transposed = tensor.transpose();
          }
        }
      },
      weights, step.transposed);
}

void Tape::grow(const ModelConfig& config, const Batch& batch, Index target_columns) {
  memory.starts = batch.starts;
  memory.grow(config.annotation(), config.key(), memory.size());
  encoder.grow(config, batch);
  decoder.grow(config, batch.size, batch.source_steps(), target_columns);
}

void Gradient::resize(const ModelConfig& config) {
  weights.resize(config);
  tables.resize(config);
}

void Gradient::set_zero(const StepWeights& step) {
  weights.set_zero();
  const auto clear = [](Matrix& table, const StepTokens& tokens) {
    resize_to_zeros(table, table.rows(), tokens.embedding().cols());
  };
  clear(tables.encoder.forward, step.source);
  clear(tables.encoder.backward, step.source);
  clear(tables.decoder.gru, step.target);
  clear(tables.decoder.readout, step.target);
}

void encode(const Seq2SeqWeights& weights, const TokenTables& tables, const Batch& batch,
            Tape& tape) {
  encode(weights.encoder, tables.encoder, batch, tape.encoder, tape.memory);
  start_decoder(weights.decoder, tape.memory, tape.decoder);
}

void forward(const Seq2SeqWeights& weights, const TokenTables& tables, const ModelConfig& config,
             const Batch& batch, Tape& tape) {
  const auto N = static_cast<Index>(batch.wanted.size());
  tape.grow(config, batch, N);
  encode(weights, tables, batch, tape);

  Columns earlier = no_columns;
  for (Index t = 0; t < batch.target_steps(); ++t) {
    const Columns now = step_columns(batch.target_first, t);
    decoder_step(weights.decoder, tables.decoder, config.query, tape.memory, batch.fed, earlier,
                 now, tape.decoder);
    earlier = now;
  }
  readout(weights.decoder, tables.decoder, batch.fed, {0, N}, tape.decoder);
}

double forward_backward(const Seq2SeqWeights& weights, const StepWeights& step,
                        const ModelConfig& config, const Batch& batch, const LossOptions& options,
                        Tape& tape, Gradient& gradient) {
  forward(weights, step.tables, config, batch, tape);
  const auto N = static_cast<Index>(batch.wanted.size());
  const double loss =
      cross_entropy(tape.decoder.logits.leftCols(N), batch.wanted,
                    static_cast<Scalar>(options.scale), tape.decoder.d_logits.leftCols(N));
  decode_backward(weights.decoder, step.transposed.decoder, config.query, batch,
                  static_cast<Scalar>(options.scale * options.entropy_penalty), tape.memory,
                  tape.decoder, gradient.weights.decoder, gradient.tables.decoder);
  encode_backward(step.transposed.encoder, batch, tape.memory, tape.encoder,
                  gradient.weights.encoder, gradient.tables.encoder);
  return loss;
}

void add(const Gradient& gradient, Half half, Gradient& sum) {
  Seq2SeqWeights::visit_half(
      half, [](const TensorName&, const auto& g, auto& s) { s += g; }, gradient.weights,
      sum.weights);
  if (half == Half::encoder) {
    sum.tables.encoder.forward += gradient.tables.encoder.forward;
    sum.tables.encoder.backward += gradient.tables.encoder.backward;
  } else {
    sum.tables.decoder.gru += gradient.tables.decoder.gru;
    sum.tables.decoder.readout += gradient.tables.decoder.readout;
  }
}

void finish_gradient(const StepWeights& step, Half half, Gradient& gradient) {
  const auto finish = [](const StepTokens& tokens, const auto& transposed, const auto& d_tables,
                         auto& d_weights, Matrix& d_embedding) {
    const Matrix& embedding = tokens.embedding();
    resize_to_zeros(d_embedding, embedding.rows(), embedding.cols());
    project_tokens_backward(transposed, embedding, d_tables, d_weights, d_embedding);
    tokens.scatter(d_embedding, d_weights.embedding);
  };
  if (half == Half::encoder) {
    finish(step.source, step.transposed.encoder, gradient.tables.encoder, gradient.weights.encoder,
           gradient.source_embedding);
  } else {
    finish(step.target, step.transposed.decoder, gradient.tables.decoder, gradient.weights.decoder,
           gradient.target_embedding);
  }
}

}  // namespace attnviz

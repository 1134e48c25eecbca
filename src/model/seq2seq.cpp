#include "model/seq2seq.h"

#include "model/marginal_steps.h"
#include "model/steps.h"
#include "nn/loss.h"
#include "nn/processor.h"

namespace attnviz {
namespace {

void resize_to_zeros(Matrix& m, Index rows, Index columns) {
  resize_anew(m, rows, columns);
  m.setZero();
}

/// After readout(): the logits of a step with hard attention or with a copy gate.
void mix(const Seq2SeqWeights& weights, const ModelConfig& config, const Batch& batch, Columns step,
         Tape& tape) {
  if (config.hard) sum_out_inputs(weights.decoder, tape.memory, step, tape.decoder);
  if (config.copy) {
    mix_copies(batch, config.target_vocabulary, tape.decoder.attention.weights, step,
               tape.decoder.copy, tape.decoder.logits);
  }
}

}  // namespace

void TokenTables::resize(const ModelConfig& config) {
  const Index G = gate_count(config.cell);
  encoder.forward.resize(G * config.hidden, config.source_vocabulary);
  encoder.backward.resize(G * config.hidden, config.source_vocabulary);
  decoder.recurrent.resize(G * config.decoder_hidden, config.target_vocabulary);
  decoder.readout.resize(config.readout_units > 0 ? config.readout_units : config.target_vocabulary,
                         config.target_vocabulary);
  decoder.copy.resize(config.copy ? 1 : 0, config.target_vocabulary);
}

void project_tokens(const Seq2SeqWeights& weights, TokenTables& tables) {
  project_tokens(weights.encoder, weights.encoder.embedding, tables.encoder);
  project_tokens(weights.decoder, weights.decoder.embedding, tables.decoder);
}

void Tape::grow(const ModelConfig& config, const Batch& batch, Index target_columns) {
  memory.starts = batch.starts;
  memory.grow(config.annotation(), config.key(), memory.size());
  encoder.grow(config, batch);
  decoder.grow(config, batch.size, memory.size(), batch.source_steps(), target_columns,
               answer_symbols(batch, config.target_vocabulary));
}

void BackwardTape::grow(const ModelConfig& config, const Batch& batch) {
  encoder.grow(config, batch);
  decoder.grow(config, batch);
}

void encode(const Seq2SeqWeights& weights, const TokenTables& tables, const Batch& batch,
            Tape& tape, StopCheck stop) {
  encode(weights.encoder, tables.encoder, batch, tape.encoder, tape.memory, stop);
  start_decoder(weights.decoder, tape.memory, tape.decoder);
}

void answer_step(const Seq2SeqWeights& weights, const TokenTables& tables,
                 const ModelConfig& config, const Batch& batch, std::span<const int> inputs,
                 Columns earlier, Columns now, Tape& tape) {
  DecoderTape& decoder = tape.decoder;
  decoder_step(weights.decoder, tables.decoder, config.query, tape.memory, inputs, earlier, now,
               decoder);
  readout(weights.decoder, tables.decoder, inputs, now, decoder);
  mix(weights, config, batch, now, tape);
}

void forward(const Seq2SeqWeights& weights, const TokenTables& tables, const ModelConfig& config,
             const Batch& batch, Tape& tape, StopCheck stop) {
  const auto N = static_cast<Index>(batch.labels.size());
  tape.grow(config, batch, N);
  encode(weights, tables, batch, tape, stop);

  Columns earlier = no_columns;
  for (Index t = 0; t < batch.target_steps(); ++t) {
    stop();
    const Columns now = step_columns(batch.target_first, t);
    decoder_step(weights.decoder, tables.decoder, config.query, tape.memory, batch.inputs, earlier,
                 now, tape.decoder);
    earlier = now;
  }
  stop();
  readout(weights.decoder, tables.decoder, batch.inputs, {0, N}, tape.decoder);
  for (Index t = 0; t < batch.target_steps(); ++t) {
    stop();
    mix(weights, config, batch, step_columns(batch.target_first, t), tape);
  }
}

void UpdateWeights::resize(const ModelConfig& config) {
  source.resize(config.source_vocabulary);
  target.resize(config.target_vocabulary);
}

void UpdateWeights::gather(const Seq2SeqWeights& weights, double dropout, Random& random) {
  source.gather(weights.encoder.embedding, dropout, random);
  target.gather(weights.decoder.embedding, dropout, random);
}

void UpdateWeights::prepare(ModelPart part, const Seq2SeqWeights& weights) {
  if (part == ModelPart::encoder) {
    project_tokens(weights.encoder, source.embedding(), tables.encoder);
    encoder_backward.prepare(weights.encoder);
  } else {
    project_tokens(weights.decoder, target.embedding(), tables.decoder);
    decoder_backward.prepare(weights.decoder);
  }
}

void Gradient::resize(const ModelConfig& config) {
  weights.resize(config);
  tables.resize(config);
}

void Gradient::set_zero(const UpdateWeights& update) {
  weights.set_zero();
  const auto clear = [](Matrix& table, const StepTokens& tokens) {
    resize_to_zeros(table, table.rows(), tokens.embedding().cols());
  };
  clear(tables.encoder.forward, update.source);
  clear(tables.encoder.backward, update.source);
  clear(tables.decoder.recurrent, update.target);
  clear(tables.decoder.readout, update.target);
  clear(tables.decoder.copy, update.target);
}

void Gradient::add(ModelPart part, Share share, const Gradient& other) {
  const auto add_share = [&](auto& sum, const auto& g) {
    share.visit([](Index count, Scalar* y, const Scalar* x) { kernels().add(count, x, y); }, sum,
                g);
  };
  Seq2SeqWeights::visit_part(
      part, [&](std::string_view, auto& sum, const auto& g) { add_share(sum, g); }, weights,
      other.weights);
  if (part == ModelPart::encoder) {
    add_share(tables.encoder.forward, other.tables.encoder.forward);
    add_share(tables.encoder.backward, other.tables.encoder.backward);
  } else {
    add_share(tables.decoder.recurrent, other.tables.decoder.recurrent);
    add_share(tables.decoder.readout, other.tables.decoder.readout);
    add_share(tables.decoder.copy, other.tables.decoder.copy);
  }
}

void Gradient::finish(ModelPart part, const UpdateWeights& update, Matrix& d_embedding) {
  const auto finish_part = [&](const StepTokens& tokens, const auto& backward_weights,
                               const auto& d_tables, auto& d_weights) {
    resize_to_zeros(d_embedding, tokens.embedding().rows(), tokens.embedding().cols());
    project_tokens_backward(backward_weights, tokens.embedding(), d_tables, d_weights, d_embedding);
    tokens.scatter(d_embedding, d_weights.embedding);
  };
  if (part == ModelPart::encoder) {
    finish_part(update.source, update.encoder_backward, tables.encoder, weights.encoder);
  } else {
    finish_part(update.target, update.decoder_backward, tables.decoder, weights.decoder);
  }
}

double forward_backward(const Seq2SeqWeights& weights, const UpdateWeights& update,
                        const ModelConfig& config, const Batch& batch, const LossOptions& options,
                        Tape& tape, BackwardTape& d_tape, Gradient& gradient) {
  forward(weights, update.tables, config, batch, tape, options.stop);
  d_tape.grow(config, batch);
  const auto N = static_cast<Index>(batch.labels.size());
  const auto scale = static_cast<Scalar>(options.scale);
  const Matrix& logits = tape.decoder.logits;
  auto d_logits = d_tape.decoder.d_logits.leftCols(N);
  const double loss = config.copy
                          ? copy_loss(batch, logits, tape.decoder.copy, scale, d_logits,
                                      d_tape.decoder.d_gate, d_tape.decoder.attention.d_weights)
                          : cross_entropy(logits.leftCols(N), batch.labels, scale, d_logits);
  options.stop();
  decode_backward(update.decoder_backward, config.query, batch,
                  static_cast<Scalar>(options.scale * options.entropy_penalty), tape.memory,
                  tape.decoder, d_tape.decoder, gradient.weights.decoder, gradient.tables.decoder,
                  options.stop);
  encode_backward(update.encoder_backward, batch, tape.memory,
                  d_tape.decoder.attention.d_annotations, tape.encoder, d_tape.encoder,
                  gradient.weights.encoder, gradient.tables.encoder, options.stop);
  return loss;
}

}  // namespace attnviz

#include "model/decoder.h"

#include "model/marginal_steps.h"
#include "model/step_tokens.h"
#include "model/steps.h"
#include "nn/activation.h"
#include "nn/embedding.h"
#include "nn/product.h"

namespace attnviz {
namespace {

bool has_hidden_readout(const DecoderWeights& w) {
  return w.combine.W.size() > 0;
}

bool has_copy_gate(const DecoderWeights& w) {
  return w.copy.W.size() > 0;
}

/// The layer that reads [s ; c ; y]: W_r with a hidden layer, else W_o.
template <typename Weights>
auto& joint(Weights& w) {
  return has_hidden_readout(w) ? w.combine : w.readout;
}

/// The blocks of the two matrices that read a concatenation: W_ih [y ; c] and W_r or W_o
/// [s ; c ; y].
template <typename Weights>
struct Blocks {
  Weights& w;
  Index E = w.embedding.rows();
  Index D = w.recurrent.W_hh.cols();
  Index K = joint(w).W.cols() - D - E;

  auto recurrent_token() const { return w.recurrent.W_ih.leftCols(E); }
  auto recurrent_context() const { return w.recurrent.W_ih.rightCols(w.recurrent.W_ih.cols() - E); }
  auto joint_state() const { return joint(w).W.leftCols(D); }
  auto joint_context() const { return joint(w).W.middleCols(D, K); }
  auto joint_token() const { return joint(w).W.rightCols(E); }
  auto copy_state() const { return w.copy.W.leftCols(D); }
  auto copy_context() const { return w.copy.W.middleCols(D, K); }
  auto copy_token() const { return w.copy.W.rightCols(E); }
};

std::span<const int> ids_of(std::span<const int> ids, Columns step) {
  return ids.subspan(static_cast<std::size_t>(step.first), static_cast<std::size_t>(step.count));
}

/// Of the copy gate, z = w [s ; c ; y] + b, all steps at once: after readout_backward().
void copy_gate_backward(const DecoderBackwardWeights& weights, const Batch& batch,
                        const DecoderTape& tape, DecoderBackwardTape& d_tape,
                        DecoderWeights& d_weights, DecoderTables& d_tables) {
  const auto N = static_cast<Index>(batch.labels.size());
  const Blocks<DecoderWeights> d_w{d_weights};
  const auto d_gate = d_tape.d_gate.leftCols(N);
  look_up_backward(d_gate, batch.inputs, d_tables.copy);
  add_product(d_gate, tape.recurrent.after.leftCols(N).transpose(), d_w.copy_state());
  add_product(d_gate, tape.contexts.leftCols(N).transpose(), d_w.copy_context());
  add_product(weights.copy_t.topRows(d_w.D), d_gate, d_tape.d_after.leftCols(N));
  add_product(weights.copy_t.middleRows(d_w.D, d_w.K), d_gate, d_tape.d_contexts.leftCols(N));
}

/// Of readout(), all steps at once.
void readout_backward(const DecoderBackwardWeights& weights, const Batch& batch,
                      const AttentionMemory& memory, const DecoderTape& tape,
                      DecoderBackwardTape& d_tape, DecoderWeights& d_weights,
                      DecoderTables& d_tables, StopCheck stop) {
  const auto N = static_cast<Index>(batch.labels.size());
  // logits = W_o t + b_o and t = tanh(...)
  const bool hidden = has_hidden_readout(d_weights);
  if (weights.hard()) {
    sum_out_inputs_backward(weights, batch, memory, tape, d_tape, d_weights, stop);
  } else if (hidden) {
    const auto d_logits = d_tape.d_logits.leftCols(N);
    const auto t = tape.combined.leftCols(N);
    add_product(d_logits, t.transpose(), d_weights.readout.W);
    bias_backward(d_logits, d_weights.readout.b);
    product(weights.readout_t, d_logits, d_tape.d_combined.leftCols(N));
    auto d_combined = d_tape.d_combined.leftCols(N);
    if (tape.dropout.probability > 0.0) {
      // t is what was kept, scaled up; where it was left out the gradient is zero
      const auto kept = static_cast<Scalar>(1.0 - tape.dropout.probability);
      d_combined.array() *=
          tape.dropout.mask.leftCols(N).array() * (1 - (kept * t.array()).square());
    } else {
      tanh_backward(t, d_combined);
    }
  }
  // W [s ; c ; y] + b
  const Blocks<DecoderWeights> d_w{d_weights};
  const auto d_out = (hidden ? d_tape.d_combined : d_tape.d_logits).leftCols(N);
  look_up_backward(d_out, batch.inputs, d_tables.readout);
  add_product(d_out, tape.recurrent.after.leftCols(N).transpose(), d_w.joint_state());
  product(weights.joint_state_t, d_out, d_tape.d_after.leftCols(N));
  if (weights.hard()) {
    const Index M = memory.size();
    add_product(d_tape.marginal.d_values.leftCols(M), memory.annotations.leftCols(M).transpose(),
                d_w.joint_context());
    return;
  }
  add_product(d_out, tape.contexts.leftCols(N).transpose(), d_w.joint_context());
  product(weights.joint_context_t, d_out, d_tape.d_contexts.leftCols(N));
}

/// Of s_0 = tanh(W_s h<-_1 + b_s); adds to the annotations' gradient. d_state is that of s_0.
void start_backward(const DecoderBackwardWeights& weights, const AttentionMemory& memory,
                    const DecoderTape& tape, DecoderBackwardTape& d_tape,
                    LinearWeights& d_initial_state) {
  const auto B = static_cast<Index>(memory.starts.size()) - 1;
  const Index H = tape.first_backward.rows();
  auto d_s_0 = d_tape.d_state.leftCols(B);
  tanh_backward(tape.initial_state.leftCols(B), d_s_0);
  add_product(d_s_0, tape.first_backward.leftCols(B).transpose(), d_initial_state.W);
  bias_backward(d_s_0, d_initial_state.b);
  product(weights.initial_state_t, d_s_0, d_tape.d_first_backward.leftCols(B));
  for (Index k = 0; k < B; ++k) {
    d_tape.attention.d_annotations.col(memory.of(k).first).tail(H) +=
        d_tape.d_first_backward.col(k);
  }
}

}  // namespace

void DecoderBackwardWeights::prepare(const DecoderWeights& weights) {
  const Blocks<const DecoderWeights> w{weights};
  initial_state_t = weights.initial_state.W.transpose();
  attention.prepare(weights.attention);
  recurrent_state_t = weights.recurrent.W_hh.transpose();
  recurrent_token_t = w.recurrent_token().transpose();
  recurrent_context_t = w.recurrent_context().transpose();
  joint_state_t = w.joint_state().transpose();
  joint_context_t = w.joint_context().transpose();
  joint_token_t = w.joint_token().transpose();
  copy_t = weights.copy.W.transpose();
  if (!has_hidden_readout(weights)) return;
  readout_t = weights.readout.W.transpose();
  if (weights.hard()) readout = weights.readout;
}

void DecoderTape::grow(const ModelConfig& config, Index batch, Index source_total,
                       Index source_steps, Index columns, Index answers) {
  recurrent.grow(config.cell, config.decoder_hidden, columns);
  attention.grow(config.key(), source_steps, columns, config.coverage);
  marginal.grow(config, source_total, source_steps, columns);
  attnviz::grow(input, gate_count(config.cell) * config.decoder_hidden, columns);
  attnviz::grow(first_backward, config.hidden, batch);
  attnviz::grow(initial_state, config.decoder_hidden, batch);
  attnviz::grow(contexts, config.context(), columns);
  attnviz::grow(earlier_contexts, config.context(), columns);
  attnviz::grow(combined, config.readout_units, columns);
  attnviz::grow(logits, answers, columns);
  if (config.copy) copy.grow(answers, source_steps, columns);
}

void DecoderBackwardTape::grow(const ModelConfig& config, const Batch& batch) {
  const auto columns = static_cast<Index>(batch.labels.size());
  recurrent.grow(config.cell, config.decoder_hidden, columns, batch.size);
  attention.grow(config.annotation(), config.key(), batch.starts.back(), batch.source_steps(),
                 columns);
  marginal.grow(config, batch.starts.back(), batch.source_steps());
  if (config.hard) attnviz::grow(attention.d_log_weights, batch.source_steps(), columns);
  attnviz::grow(d_logits, config.target_vocabulary, columns);
  attnviz::grow(d_combined, config.readout_units, columns);
  attnviz::grow(d_after, config.decoder_hidden, columns);
  attnviz::grow(d_contexts, config.context(), columns);
  attnviz::grow(d_state, config.decoder_hidden, batch.size);
  attnviz::grow(d_earlier, config.context(), batch.size);
  attnviz::grow(d_first_backward, config.hidden, batch.size);
  attnviz::grow(entropy_weights, columns, 1);
  if (!config.copy) return;
  attnviz::grow(d_gate, 1, columns);
  attnviz::grow(attention.d_weights, batch.source_steps(), columns);
}

void project_tokens(const DecoderWeights& weights, const Matrix& embedding, DecoderTables& tables) {
  const Blocks<const DecoderWeights> w{weights};
  project_tokens(w.recurrent_token(), embedding, weights.recurrent.b_ih, tables.recurrent);
  project_tokens(w.joint_token(), embedding, joint(weights).b, tables.readout);
  if (!has_copy_gate(weights)) return;
  project_tokens(w.copy_token(), embedding, weights.copy.b, tables.copy);
}

void project_tokens_backward(const DecoderBackwardWeights& weights, const Matrix& embedding,
                             const DecoderTables& d_tables, DecoderWeights& d_weights,
                             Matrix& d_embedding) {
  const Blocks<DecoderWeights> d_w{d_weights};
  project_tokens_backward(weights.recurrent_token_t, embedding, d_tables.recurrent,
                          d_w.recurrent_token(), d_embedding, d_weights.recurrent.b_ih);
  project_tokens_backward(weights.joint_token_t, embedding, d_tables.readout, d_w.joint_token(),
                          d_embedding, joint(d_weights).b);
  if (!has_copy_gate(d_weights)) return;
  project_tokens_backward(weights.copy_t.bottomRows(d_w.E), embedding, d_tables.copy,
                          d_w.copy_token(), d_embedding, d_weights.copy.b);
}

void ReadoutDropout::draw(double dropout, Index units, Index columns, Random& random) {
  probability = units > 0 ? dropout : 0.0;
  if (probability == 0.0) return;
  attnviz::grow(mask, units, columns);
  draw_mask(dropout, random, mask.leftCols(columns));
}

void start_decoder(const DecoderWeights& weights, AttentionMemory& memory, DecoderTape& tape) {
  const Index H = weights.initial_state.W.cols();
  const auto B = static_cast<Index>(memory.starts.size()) - 1;
  attention_keys(weights.attention, memory);
  if (weights.hard()) {
    product(context_readout(weights), memory.annotations.leftCols(memory.size()),
            tape.marginal.values.leftCols(memory.size()));
  }
  for (Index k = 0; k < B; ++k) {
    tape.first_backward.col(k) = memory.annotations.col(memory.of(k).first).tail(H);
  }
  auto s_0 = tape.initial_state.leftCols(B);
  product(weights.initial_state.W, tape.first_backward.leftCols(B), s_0);
  s_0.colwise() += weights.initial_state.b;
  tanh_in_place(s_0);
}

void update_state(const DecoderWeights& weights, const DecoderTables& tables,
                  std::span<const int> inputs, const Matrix& contexts, Columns now,
                  DecoderTape& tape) {
  const Blocks<const DecoderWeights> w{weights};
  auto input = columns(tape.input, now);
  look_up(tables.recurrent, ids_of(inputs, now), input);
  add_product(w.recurrent_context(), columns(contexts, now), input);
  recurrent_step(weights.recurrent, {tape.input, {}}, now, tape.recurrent);
}

Eigen::Ref<const Matrix> context_readout(const DecoderWeights& weights) {
  return Blocks<const DecoderWeights>{weights}.joint_context();
}

void decoder_step(const DecoderWeights& weights, const DecoderTables& tables, Query query,
                  const AttentionMemory& memory, std::span<const int> inputs, Columns earlier,
                  Columns now, DecoderTape& tape) {
  RecurrentTape& recurrent = tape.recurrent;
  if (earlier.count == 0) {
    carry(tape.initial_state, {0, now.count}, now, recurrent.before);
    columns(recurrent.memory_before, now).setZero();
  } else {
    carry_state(earlier, now, recurrent);
  }

  if (query == Query::previous) {
    attend(weights.attention, memory, columns(recurrent.before, now), earlier, now, tape.attention,
           columns(tape.contexts, now));
  } else {
    carry(tape.contexts, earlier, now, tape.earlier_contexts);
  }
  update_state(weights, tables, inputs,
               query == Query::previous ? tape.contexts : tape.earlier_contexts, now, tape);
  if (query == Query::current) {
    attend(weights.attention, memory, columns(recurrent.after, now), earlier, now, tape.attention,
           columns(tape.contexts, now));
  }
}

void readout(const DecoderWeights& weights, const DecoderTables& tables,
             std::span<const int> inputs, Columns now, DecoderTape& tape) {
  const Blocks<const DecoderWeights> w{weights};
  const bool hidden = has_hidden_readout(weights);
  Matrix& sums = weights.hard() ? tape.marginal.shared : hidden ? tape.combined : tape.logits;
  auto out = columns(sums, now).topRows(joint(weights).W.rows());
  look_up(tables.readout, ids_of(inputs, now), out);
  add_product(w.joint_state(), columns(tape.recurrent.after, now), out);
  if (weights.hard()) return;
  add_product(w.joint_context(), columns(tape.contexts, now), out);
  if (has_copy_gate(weights)) {
    auto gate = columns(tape.copy.gate, now);
    look_up(tables.copy, ids_of(inputs, now), gate);
    add_product(w.copy_state(), columns(tape.recurrent.after, now), gate);
    add_product(w.copy_context(), columns(tape.contexts, now), gate);
  }
  if (!hidden) return;
  tanh_in_place(out);
  if (tape.dropout.probability > 0.0) out.array() *= columns(tape.dropout.mask, now).array();
  auto logits = columns(tape.logits, now).topRows(weights.readout.W.rows());
  logits.colwise() = weights.readout.b;
  add_product(weights.readout.W, out, logits);
}

void decode_backward(const DecoderBackwardWeights& weights, Query query, const Batch& batch,
                     Scalar entropy_weight, const AttentionMemory& memory, const DecoderTape& tape,
                     DecoderBackwardTape& d_tape, DecoderWeights& d_weights,
                     DecoderTables& d_tables, StopCheck stop) {
  const auto N = static_cast<Index>(batch.labels.size());
  readout_backward(weights, batch, memory, tape, d_tape, d_weights, d_tables, stop);
  if (has_copy_gate(d_weights)) {
    copy_gate_backward(weights, batch, tape, d_tape, d_weights, d_tables);
  }

  for (Index k = 0; k < N; ++k) {
    const bool labelled = batch.labels[static_cast<std::size_t>(k)] >= 0;
    d_tape.entropy_weights[k] = labelled ? entropy_weight : 0;
  }
  d_tape.attention.d_keys.leftCols(memory.size()).setZero();
  if (weights.attention.covered()) {
    d_tape.attention.start_coverage(batch.source_steps(), batch.size);
  }
  d_tape.d_state.setZero();
  d_tape.recurrent.d_memory.setZero();
  d_tape.d_earlier.setZero();
  for (Index t = batch.target_steps() - 1; t >= 0; --t) {
    stop();
    const Columns now = step_columns(batch.target_first, t);
    auto d_state = d_tape.d_state.leftCols(now.count);
    auto d_context = columns(d_tape.d_contexts, now);
    auto d_earlier = d_tape.d_earlier.leftCols(now.count);
    const auto attention_backward = [&] {
      attend_backward(weights.attention, memory, d_context, now, d_tape.entropy_weights,
                      tape.attention, d_tape.attention, d_state, d_weights.attention);
    };

    d_state += columns(d_tape.d_after, now);
    if (query == Query::current) {
      d_context += d_earlier;
      attention_backward();
    }
    recurrent_step_backward(weights.recurrent_state_t, now, tape.recurrent, d_tape.recurrent,
                            d_state);
    const auto d_input = columns(d_tape.recurrent.d_input, now);
    if (query == Query::current) {
      product(weights.recurrent_context_t, d_input, d_earlier);
    } else {
      add_product(weights.recurrent_context_t, d_input, d_context);
      attention_backward();
    }
  }

  stop();
  const Matrix& given = query == Query::previous ? tape.contexts : tape.earlier_contexts;
  const Matrix& queries = query == Query::previous ? tape.recurrent.before : tape.recurrent.after;
  const auto d_inputs = d_tape.recurrent.d_input.leftCols(N);
  recurrent_weights_backward(tape.recurrent, d_tape.recurrent, N, d_weights.recurrent);
  look_up_backward(d_inputs, batch.inputs, d_tables.recurrent);
  add_product(d_inputs, given.leftCols(N).transpose(),
              Blocks<DecoderWeights>{d_weights}.recurrent_context());
  stop();
  if (weights.hard()) {
    product(weights.joint_context_t, d_tape.marginal.d_values.leftCols(memory.size()),
            d_tape.attention.d_annotations.leftCols(memory.size()));
  } else {
    annotations_backward(d_tape.d_contexts, batch.target_first, memory, tape.attention,
                         d_tape.attention);
  }
  attention_weights_backward(weights.attention, queries.leftCols(N), memory, d_tape.attention,
                             d_weights.attention);
  start_backward(weights, memory, tape, d_tape, d_weights.initial_state);
}

}  // namespace attnviz

#include "model/decoder.h"

#include "model/step_tokens.h"
#include "model/steps.h"
#include "nn/activation.h"
#include "nn/embedding.h"
#include "nn/product.h"

namespace attnviz {
namespace {

/// The layer that reads [s ; c ; y]: W_r with a hidden layer, else W_o.
template <typename Weights>
auto& joint(Weights& w) {
  return w.combine.W.size() > 0 ? w.combine : w.readout;
}

// The blocks of the two matrices that read a concatenation: W_ih [y ; c] and W_r or W_o [s ; c ;
// y].
template <typename Weights>
struct Blocks {
  Weights& w;
  Index E = w.embedding.rows();
  Index K = w.gru.W_ih.cols() - E;
  Index D = w.gru.W_hh.cols();

  auto gru_token() const { return w.gru.W_ih.leftCols(E); }
  auto gru_context() const { return w.gru.W_ih.rightCols(K); }
  auto readout_state() const { return joint(w).W.leftCols(D); }
  auto readout_context() const { return joint(w).W.middleCols(D, K); }
  auto readout_token() const { return joint(w).W.rightCols(E); }
};

/// The same blocks of the transposed matrices.
struct TransposedBlocks {
  const DecoderWeights& w;
  Index E = w.embedding.cols();
  Index K = w.gru.W_ih.rows() - E;
  Index D = w.gru.W_hh.rows();

  auto gru_token() const { return w.gru.W_ih.topRows(E); }
  auto gru_context() const { return w.gru.W_ih.bottomRows(K); }
  auto readout_state() const { return joint(w).W.topRows(D); }
  auto readout_context() const { return joint(w).W.middleRows(D, K); }
  auto readout_token() const { return joint(w).W.bottomRows(E); }
};

std::span<const int> ids_of(std::span<const int> ids, Columns step) {
  return ids.subspan(static_cast<std::size_t>(step.first), static_cast<std::size_t>(step.count));
}

}  // namespace

void DecoderWeights::resize(const ModelConfig& config) {
  const int E = config.embedding;
  const int K = config.annotation();
  const int D = config.decoder_hidden;
  embedding.resize(E, config.target_vocabulary);
  initial_state.resize(config.hidden, D);
  attention.resize(config.attention, config.attention_units, D, K);
  gru.resize(E + K, D);
  const int R = config.readout_units;
  combine.resize(R > 0 ? D + K + E : 0, R);
  readout.resize(R > 0 ? R : D + K + E, config.target_vocabulary);
}

void DecoderTape::grow(const ModelConfig& config, Index batch, Index source_steps, Index columns) {
  gru.grow(config.decoder_hidden, columns);
  attnviz::grow(input, 3 * config.decoder_hidden, columns);
  attention.grow(config.key(), source_steps, columns);
  attnviz::grow(first_backward, config.hidden, batch);
  attnviz::grow(initial_state, config.decoder_hidden, batch);
  attnviz::grow(d_state, config.decoder_hidden, batch);
  attnviz::grow(d_after, config.decoder_hidden, columns);
  attnviz::grow(d_earlier, config.annotation(), batch);
  attnviz::grow(entropy_weights, columns, 1);
  for (Matrix* of_contexts : {&contexts, &earlier_contexts, &d_contexts}) {
    attnviz::grow(*of_contexts, config.annotation(), columns);
  }
  for (Matrix* of_combined : {&combined, &d_combined}) {
    attnviz::grow(*of_combined, config.readout_units, columns);
  }
  for (Matrix* of_logits : {&logits, &d_logits}) {
    attnviz::grow(*of_logits, config.target_vocabulary, columns);
  }
}

void project_tokens(const DecoderWeights& weights, const Matrix& embedding, DecoderTables& tables) {
  const Blocks<const DecoderWeights> w{weights};
  project_tokens(w.gru_token(), embedding, weights.gru.b_ih, tables.gru);
  project_tokens(w.readout_token(), embedding, joint(weights).b, tables.readout);
}

void project_tokens_backward(const DecoderWeights& transposed, const Matrix& embedding,
                             const DecoderTables& d_tables, DecoderWeights& d_weights,
                             Matrix& d_embedding) {
  const TransposedBlocks w_t{transposed};
  const Blocks<DecoderWeights> d_w{d_weights};
  project_tokens_backward(w_t.gru_token(), embedding, d_tables.gru, d_w.gru_token(), d_embedding,
                          d_weights.gru.b_ih);
  project_tokens_backward(w_t.readout_token(), embedding, d_tables.readout, d_w.readout_token(),
                          d_embedding, joint(d_weights).b);
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
  for (Index k = 0; k < B; ++k) {
    tape.first_backward.col(k) = memory.annotations.col(memory.of(k).first).tail(H);
  }
  auto s_0 = tape.initial_state.leftCols(B);
  product(weights.initial_state.W, tape.first_backward.leftCols(B), s_0);
  s_0.colwise() += weights.initial_state.b;
  tanh_in_place(s_0);
}

void decoder_step(const DecoderWeights& weights, const DecoderTables& tables, Query query,
                  const AttentionMemory& memory, std::span<const int> fed, Columns earlier,
                  Columns now, DecoderTape& tape) {
  const Blocks<const DecoderWeights> w{weights};
  GruTape& gru = tape.gru;
  if (earlier.count == 0) {
    carry(tape.initial_state, {0, now.count}, now, gru.before);
  } else {
    carry_state(earlier, now, gru);
  }

  if (query == Query::previous) {
    attend(weights.attention, memory, columns(gru.before, now), now, tape.attention,
           columns(tape.contexts, now));
  } else {
    carry(tape.contexts, earlier, now, tape.earlier_contexts);
  }
  const Matrix& given = query == Query::previous ? tape.contexts : tape.earlier_contexts;

  auto input = columns(tape.input, now);
  look_up(tables.gru, ids_of(fed, now), input);
  add_product(w.gru_context(), columns(given, now), input);
  gru_step(weights.gru, {tape.input, {}}, now, gru);

  if (query == Query::current) {
    attend(weights.attention, memory, columns(gru.after, now), now, tape.attention,
           columns(tape.contexts, now));
  }
}

void readout(const DecoderWeights& weights, const DecoderTables& tables, std::span<const int> fed,
             Columns now, DecoderTape& tape) {
  const Blocks<const DecoderWeights> w{weights};
  const bool hidden = weights.combine.W.size() > 0;
  auto out = columns(hidden ? tape.combined : tape.logits, now);
  look_up(tables.readout, ids_of(fed, now), out);
  add_product(w.readout_state(), columns(tape.gru.after, now), out);
  add_product(w.readout_context(), columns(tape.contexts, now), out);
  if (!hidden) return;
  tanh_in_place(out);
  if (tape.dropout.probability > 0.0) out.array() *= columns(tape.dropout.mask, now).array();
  auto logits = columns(tape.logits, now);
  logits.colwise() = weights.readout.b;
  add_product(weights.readout.W, out, logits);
}

void decode_backward(const DecoderWeights& weights, const DecoderWeights& transposed, Query query,
                     const Batch& batch, Scalar entropy_weight, AttentionMemory& memory,
                     DecoderTape& tape, DecoderWeights& d_weights, DecoderTables& d_tables) {
  const TransposedBlocks w_t{transposed};
  const Blocks<DecoderWeights> d_w{d_weights};
  const auto N = static_cast<Index>(batch.wanted.size());
  GruTape& gru = tape.gru;

  // logits = W_o t + b_o and t = tanh(...), all steps at once
  const bool hidden = weights.combine.W.size() > 0;
  if (hidden) {
    const auto d_logits = tape.d_logits.leftCols(N);
    const auto t = tape.combined.leftCols(N);
    add_product(d_logits, t.transpose(), d_weights.readout.W);
    d_weights.readout.b += d_logits.rowwise().sum();
    product(transposed.readout.W, d_logits, tape.d_combined.leftCols(N));
    auto d_combined = tape.d_combined.leftCols(N).array();
    if (tape.dropout.probability > 0.0) {
      // t is what was kept, scaled up; where it was left out the gradient is zero
      const auto kept = static_cast<Scalar>(1.0 - tape.dropout.probability);
      d_combined *= tape.dropout.mask.leftCols(N).array() * (1 - (kept * t.array()).square());
    } else {
      d_combined *= 1 - t.array().square();
    }
  }
  // W [s ; c ; y] + b
  const auto d_out = (hidden ? tape.d_combined : tape.d_logits).leftCols(N);
  look_up_backward(d_out, batch.fed, d_tables.readout);
  add_product(d_out, gru.after.leftCols(N).transpose(), d_w.readout_state());
  add_product(d_out, tape.contexts.leftCols(N).transpose(), d_w.readout_context());
  product(w_t.readout_state(), d_out, tape.d_after.leftCols(N));
  product(w_t.readout_context(), d_out, tape.d_contexts.leftCols(N));

  for (Index k = 0; k < N; ++k) {
    const bool wanted = batch.wanted[static_cast<std::size_t>(k)] >= 0;
    tape.entropy_weights[k] = wanted ? entropy_weight : 0;
  }
  memory.d_keys.leftCols(memory.size()).setZero();
  tape.d_state.setZero();
  tape.d_earlier.setZero();
  for (Index t = batch.target_steps() - 1; t >= 0; --t) {
    const Columns now = step_columns(batch.target_first, t);
    auto d_state = tape.d_state.leftCols(now.count);
    auto d_context = columns(tape.d_contexts, now);
    auto d_earlier = tape.d_earlier.leftCols(now.count);
    const auto attention_backward = [&] {
      attend_backward(weights.attention, transposed.attention, memory, d_context, now,
                      tape.entropy_weights, tape.attention, d_state, d_weights.attention);
    };

    d_state += columns(tape.d_after, now);
    if (query == Query::current) {
      d_context += d_earlier;
      attention_backward();
    }
    gru_step_backward(transposed.gru.W_hh, now, gru, d_state);
    const auto d_input = columns(gru.d_input, now);
    if (query == Query::current) {
      product(w_t.gru_context(), d_input, d_earlier);
    } else {
      add_product(w_t.gru_context(), d_input, d_context);
      attention_backward();
    }
  }

  const Matrix& given = query == Query::previous ? tape.contexts : tape.earlier_contexts;
  const Matrix& queries = query == Query::previous ? gru.before : gru.after;
  gru_weights_backward(gru, N, d_weights.gru);
  look_up_backward(gru.d_input.leftCols(N), batch.fed, d_tables.gru);
  add_product(gru.d_input.leftCols(N), given.leftCols(N).transpose(), d_w.gru_context());
  annotations_backward(tape.d_contexts, batch.target_first, tape.attention, memory);
  attention_weights_backward(transposed.attention, queries.leftCols(N), tape.attention, memory,
                             d_weights.attention);

  // s_0 = tanh(W_s h<-_1 + b_s)
  const Index B = batch.size;
  const Index H = tape.first_backward.rows();
  const auto s_0 = tape.initial_state.leftCols(B).array();
  auto d_s_0 = tape.d_state.leftCols(B);
  d_s_0.array() *= 1 - s_0.square();
  add_product(d_s_0, tape.first_backward.leftCols(B).transpose(), d_weights.initial_state.W);
  d_weights.initial_state.b += d_s_0.rowwise().sum();
  product(transposed.initial_state.W, d_s_0, tape.first_backward.leftCols(B));
  for (Index k = 0; k < B; ++k) {
    memory.d_annotations.col(memory.of(k).first).tail(H) += tape.first_backward.col(k);
  }
}

}  // namespace attnviz

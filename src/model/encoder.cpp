#include "model/encoder.h"

#include "model/steps.h"
#include "nn/embedding.h"

namespace attnviz {
namespace {

/// Sets the marked columns of a step to zero.
void drop(const std::vector<bool>& marked, Columns step, MatrixOut states) {
  if (marked.empty()) return;
  for (Index k = 0; k < step.count; ++k) {
    if (marked[static_cast<std::size_t>(step.first + k)]) states.col(k).setZero();
  }
}

/// Sets state and memory before a step to zero in its marked columns.
void forget(const std::vector<bool>& marked, Columns now, RecurrentTape& tape) {
  drop(marked, now, columns(tape.before, now));
  drop(marked, now, columns(tape.memory_before, now));
}

/// The same of their gradients.
void forget_backward(const std::vector<bool>& marked, Columns now, MatrixOut d_state,
                     RecurrentBackwardTape& d_tape) {
  drop(marked, now, d_state);
  drop(marked, now, d_tape.d_memory.leftCols(now.count));
}

}  // namespace

void EncoderBackwardWeights::prepare(const EncoderWeights& weights) {
  const auto prepare_direction = [](const RecurrentWeights& w, Direction& direction) {
    direction.W_ih_t = w.W_ih.transpose();
    direction.W_hh_t = w.W_hh.transpose();
  };
  prepare_direction(weights.forward, forward);
  prepare_direction(weights.backward, backward);
}

void StateDropout::draw(double probability, const Batch& batch, Random& random) {
  const std::size_t columns = probability > 0.0 ? batch.source.size() : 0;
  for (std::vector<bool>* marked : {&forward, &backward}) {
    marked->resize(columns);
    for (std::size_t k = 0; k < columns; ++k) (*marked)[k] = random.uniform() < probability;
  }
}

void EncoderTape::grow(const ModelConfig& config, const Batch& batch) {
  const auto columns = static_cast<Index>(batch.source.size());
  forward.grow(config.cell, config.hidden, columns);
  backward.grow(config.cell, config.hidden, columns);
}

void EncoderBackwardTape::grow(const ModelConfig& config, const Batch& batch) {
  const auto columns = static_cast<Index>(batch.source.size());
  forward.grow(config.cell, config.hidden, columns, batch.size);
  backward.grow(config.cell, config.hidden, columns, batch.size);
  attnviz::grow(d_state, config.hidden, batch.size);
}

void project_tokens(const EncoderWeights& weights, const Matrix& embedding, EncoderTables& tables) {
  project_tokens(weights.forward.W_ih, embedding, weights.forward.b_ih, tables.forward);
  project_tokens(weights.backward.W_ih, embedding, weights.backward.b_ih, tables.backward);
}

void project_tokens_backward(const EncoderBackwardWeights& weights, const Matrix& embedding,
                             const EncoderTables& d_tables, EncoderWeights& d_weights,
                             Matrix& d_embedding) {
  project_tokens_backward(weights.forward.W_ih_t, embedding, d_tables.forward,
                          d_weights.forward.W_ih, d_embedding, d_weights.forward.b_ih);
  project_tokens_backward(weights.backward.W_ih_t, embedding, d_tables.backward,
                          d_weights.backward.W_ih, d_embedding, d_weights.backward.b_ih);
}

void encode(const EncoderWeights& weights, const EncoderTables& tables, const Batch& batch,
            EncoderTape& tape, AttentionMemory& memory, StopCheck stop) {
  const Index H = weights.forward.W_hh.cols();
  const Index steps = batch.source_steps();

  for (Index t = 0; t < steps; ++t) {
    stop();
    const Columns now = step_columns(batch.source_first, t);
    carry_state(t == 0 ? no_columns : step_columns(batch.source_first, t - 1), now, tape.forward);
    forget(tape.state_dropout.forward, now, tape.forward);
    recurrent_step(weights.forward, {tables.forward, batch.source}, now, tape.forward);
  }
  for (Index t = steps - 1; t >= 0; --t) {  // an example joins at its own last symbol
    stop();
    const Columns now = step_columns(batch.source_first, t);
    carry_state(t == steps - 1 ? no_columns : step_columns(batch.source_first, t + 1), now,
                tape.backward);
    forget(tape.state_dropout.backward, now, tape.backward);
    recurrent_step(weights.backward, {tables.backward, batch.source}, now, tape.backward);
  }

  for (Index t = 0; t < steps; ++t) {
    const Columns now = step_columns(batch.source_first, t);
    for (Index k = 0; k < now.count; ++k) {
      auto annotation = memory.annotations.col(memory.of(k).first + t);
      annotation.head(H) = tape.forward.after.col(now.first + k);
      annotation.tail(H) = tape.backward.after.col(now.first + k);
    }
  }
}

void encode_backward(const EncoderBackwardWeights& weights, const Batch& batch,
                     const AttentionMemory& memory, const Matrix& d_annotations,
                     const EncoderTape& tape, EncoderBackwardTape& d_tape,
                     EncoderWeights& d_weights, EncoderTables& d_tables, StopCheck stop) {
  const Index H = d_tape.d_state.rows();
  const Index steps = batch.source_steps();

  // The first n columns of d_state and d_memory are examples that have not ended; the others hold
  // an example's gradient after its last step (still zero) or of its fixed initial state (not
  // needed).
  d_tape.d_state.setZero();
  d_tape.backward.d_memory.setZero();
  for (Index t = 0; t < steps; ++t) {
    stop();
    const Columns now = step_columns(batch.source_first, t);
    auto d_state = d_tape.d_state.leftCols(now.count);
    for (Index k = 0; k < now.count; ++k) {
      d_state.col(k) += d_annotations.col(memory.of(k).first + t).tail(H);
    }
    recurrent_step_backward(weights.backward.W_hh_t, now, tape.backward, d_tape.backward, d_state);
    forget_backward(tape.state_dropout.backward, now, d_state, d_tape.backward);
  }
  d_tape.d_state.setZero();
  d_tape.forward.d_memory.setZero();
  for (Index t = steps - 1; t >= 0; --t) {
    stop();
    const Columns now = step_columns(batch.source_first, t);
    auto d_state = d_tape.d_state.leftCols(now.count);
    for (Index k = 0; k < now.count; ++k) {
      d_state.col(k) += d_annotations.col(memory.of(k).first + t).head(H);
    }
    recurrent_step_backward(weights.forward.W_hh_t, now, tape.forward, d_tape.forward, d_state);
    forget_backward(tape.state_dropout.forward, now, d_state, d_tape.forward);
  }

  const Index N = memory.size();
  recurrent_weights_backward(tape.backward, d_tape.backward, N, d_weights.backward);
  stop();
  recurrent_weights_backward(tape.forward, d_tape.forward, N, d_weights.forward);
  look_up_backward(d_tape.backward.d_input.leftCols(N), batch.source, d_tables.backward);
  look_up_backward(d_tape.forward.d_input.leftCols(N), batch.source, d_tables.forward);
}

}  // namespace attnviz

#include "model/marginal_steps.h"

#include "model/steps.h"

namespace attnviz {
namespace {

/// An output for model/marginal.h. `last` is the layer after the hidden one, null without.
MarginalOutput marginal_output(const LinearWeights* last, const AttentionMemory& memory,
                               Index example, Index column, const DecoderTape& tape) {
  const Columns inputs = memory.of(example);
  return {.column = column,
          .inputs = inputs,
          .weights = tape.attention.weights.col(column).head(inputs.count),
          .last = last,
          .dropout = tape.dropout};
}

const LinearWeights* last_of(const DecoderWeights& weights) {
  return weights.combine.W.size() > 0 ? &weights.readout : nullptr;
}

}  // namespace

void sum_out_inputs(const DecoderWeights& weights, const AttentionMemory& memory, Index example,
                    Index column, DecoderTape& tape) {
  mix_readouts(marginal_output(last_of(weights), memory, example, column, tape), tape.marginal,
               tape.logits.col(column));
}

void sum_out_inputs(const DecoderWeights& weights, const AttentionMemory& memory, Columns step,
                    DecoderTape& tape) {
  for (Index k = 0; k < step.count; ++k) {
    sum_out_inputs(weights, memory, k, step.first + k, tape);
  }
}

Vector posterior(const DecoderWeights& weights, const AttentionMemory& memory, Index example,
                 Index column, int symbol, DecoderTape& tape) {
  Vector shares(memory.of(example).count);
  posterior(marginal_output(last_of(weights), memory, example, column, tape),
            tape.logits.col(column), symbol, tape.marginal, shares);
  return shares;
}

void sum_out_inputs_backward(const DecoderBackwardWeights& weights, const Batch& batch,
                             const AttentionMemory& memory, const DecoderTape& tape,
                             DecoderBackwardTape& d_tape, DecoderWeights& d_weights,
                             StopCheck stop) {
  const LinearWeights* last = weights.readout.W.size() > 0 ? &weights.readout : nullptr;
  Matrix& d_shared = last != nullptr ? d_tape.d_combined : d_tape.d_logits;
  d_tape.marginal.d_values.leftCols(memory.size()).setZero();
  for (Index t = 0; t < batch.target_steps(); ++t) {
    stop();
    const Columns now = step_columns(batch.target_first, t);
    for (Index k = 0; k < now.count; ++k) {
      const Index column = now.first + k;
      const MarginalOutput output = marginal_output(last, memory, k, column, tape);
      auto d_log_weights = d_tape.attention.d_log_weights.col(column).head(output.inputs.count);
      if (batch.labels[static_cast<std::size_t>(column)] < 0) {  // not in the loss
        d_log_weights.setZero();
        d_shared.col(column).setZero();
        continue;
      }
      mix_readouts_backward(output, weights.readout_t, tape.logits.col(column),
                            d_tape.d_logits.col(column), tape.marginal, d_tape.marginal,
                            d_log_weights, d_shared.col(column), d_weights.readout);
    }
  }
}

}  // namespace attnviz

#include "explain/answer_tape.h"

#include <fmt/core.h>

#include "model/marginal_steps.h"
#include "nn/product.h"

namespace attnviz {

AnswerTape::AnswerTape(const Model& model, Passes& passes, const std::vector<int>& source,
                       std::span<const int> answer)
    : model_(model), answer_(answer), scratch_(passes.forward_one(source, answer)) {}

const Matrix& AnswerTape::logits_of(Index output, MatrixIn attention) const {
  const DecoderWeights& weights = model_.weights.decoder;
  const Index N = attention.cols();
  const Columns all{0, N};
  DecoderTape& tape = changed_;
  const AttentionMemory& memory = scratch_.tape.memory;
  tape.grow(model_.config, 1, memory.size(), memory.size(), N, model_.config.target_vocabulary);
  if (!model_.config.hard) product(annotations(), attention, tape.contexts.leftCols(N));

  const RecurrentTape& recurrent = scratch_.tape.decoder.recurrent;
  tape.recurrent.before.leftCols(N).colwise() = recurrent.before.col(output);
  tape.recurrent.memory_before.leftCols(N).colwise() = recurrent.memory_before.col(output);
  tape.recurrent.after.leftCols(N).colwise() = recurrent.after.col(output);
  const std::vector<int> inputs(static_cast<std::size_t>(N),
                                scratch_.batch.inputs[static_cast<std::size_t>(output)]);
  const DecoderTables& tables = scratch_.tables.decoder;
  if (model_.config.query == Query::previous) {
    update_state(weights, tables, inputs, tape.contexts, all, tape);
  }
  readout(weights, tables, inputs, all, tape);
  if (model_.config.hard) {
    tape.marginal.values = scratch_.tape.decoder.marginal.values;
    tape.attention.weights.topLeftCorner(memory.size(), N) = attention;
    for (Index k = 0; k < N; ++k) sum_out_inputs(weights, memory, 0, k, tape);
  }
  if (!tape.logits.leftCols(N).allFinite()) {
    refuse_not_finite(model_.name, fmt::format("the logits of output symbol {}", output + 1));
  }
  return tape.logits;
}

}  // namespace attnviz

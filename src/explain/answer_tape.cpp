#include "explain/answer_tape.h"

#include <fmt/core.h>

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
  tape.grow(model_.config, 1, 0, N, model_.config.target_vocabulary);
  product(annotations(), attention, tape.contexts.leftCols(N));

  const GruTape& gru = scratch_.tape.decoder.gru;
  tape.gru.before.leftCols(N).colwise() = gru.before.col(output);
  tape.gru.after.leftCols(N).colwise() = gru.after.col(output);
  const std::vector<int> inputs(static_cast<std::size_t>(N),
                                scratch_.batch.inputs[static_cast<std::size_t>(output)]);
  const DecoderTables& tables = scratch_.tables.decoder;
  if (model_.config.query == Query::previous) {
    update_state(weights, tables, inputs, tape.contexts, all, tape);
  }
  readout(weights, tables, inputs, all, tape);
  if (!tape.logits.leftCols(N).allFinite()) {
    refuse_not_finite(model_.name, fmt::format("the logits of output symbol {}", output + 1));
  }
  return tape.logits;
}

}  // namespace attnviz

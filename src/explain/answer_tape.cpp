#include "explain/answer_tape.h"

#include "nn/product.h"

namespace attnviz {

AnswerTape::AnswerTape(const Model& model, Passes& passes, const std::vector<int>& source,
                       std::span<const int> answer, StopCheck stop)
    : model_(model), answer_(answer), scratch_(passes.forward_one(source, answer, stop)) {}

const Matrix& AnswerTape::logits_of(std::span<const int> outputs, const Matrix& attention,
                                    std::size_t first) const {
  const DecoderWeights& weights = model_.weights.decoder;
  const auto N = static_cast<Index>(outputs.size());
  const Columns all{0, N};
  DecoderTape& tape = changed_;
  tape.grow(model_.config, 1, 0, N);
  product(annotations(), attention.middleCols(static_cast<Index>(first), N),
          tape.contexts.leftCols(N));

  std::vector<int> inputs;
  const GruTape& gru = scratch_.tape.decoder.gru;
  for (Index k = 0; k < N; ++k) {
    const int i = outputs[static_cast<std::size_t>(k)];
    inputs.push_back(scratch_.batch.inputs[static_cast<std::size_t>(i)]);
    tape.gru.before.col(k) = gru.before.col(i);
    tape.gru.after.col(k) = gru.after.col(i);
  }
  const DecoderTables& tables = scratch_.tables.decoder;
  if (model_.config.query == Query::previous) {
    update_state(weights, tables, inputs, tape.contexts, all, tape);
  }
  readout(weights, tables, inputs, all, tape);
  return tape.logits;
}

}  // namespace attnviz

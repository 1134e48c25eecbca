// Methods that read the attention itself: attention, value, logit and erase.
#include <algorithm>
#include <cmath>
#include <limits>

#include "explain/methods.h"
#include "nn/loss.h"

namespace attnviz {
namespace {

AnswerTape tape_of(Question& question) {
  const Explained& explained = question.explained;
  return {question.parts.model, question.parts.passes, explained.source_ids, explained.answer_ids,
          question.options.stop};
}

/// The cell of output i and input j that is erased: a_ij = 0, the others divided by their sum.
struct Erasure {
  std::size_t cell;
  int output;
};

/// Throws nothing; a cell whose erasure leaves no attention stays undefined, one without attention
/// has the value 0.
std::vector<Erasure> list_erasures(const AnswerTape& tape, std::size_t n, Matrix& attention,
                                   std::vector<double>& values) {
  std::vector<Erasure> erasures;
  attention.resize(tape.inputs(), tape.outputs() * static_cast<Index>(n));
  for (Index i = 0; i < tape.outputs(); ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t cell = static_cast<std::size_t>(i) * n + j;
      Vector a = tape.attention(i);
      if (a[static_cast<Index>(j)] == 0) {
        values[cell] = 0.0;
        continue;
      }
      a[static_cast<Index>(j)] = 0;
      const Scalar sum = a.sum();
      if (sum <= 0) continue;
      attention.col(static_cast<Index>(erasures.size())) = a / sum;
      erasures.push_back({cell, static_cast<int>(i)});
    }
  }
  return erasures;
}

}  // namespace

void explain_by_attention(Question& question, Attribution& result) {
  const AnswerTape tape = tape_of(question);
  const DecoderWeights& weights = question.parts.model.weights.decoder;
  const bool with_end = result.method == Method::attention;
  result.columns = question.inputs() + (with_end ? 1 : 0);
  Matrix parts;  // W_c h_j: of a layer's units, or of the logits
  if (!with_end) parts = context_readout(weights) * tape.annotations();
  for (Index i = 0; i < tape.outputs(); ++i) {
    const int y = question.explained.answer_ids[static_cast<std::size_t>(i)];
    for (Index j = 0; j < static_cast<Index>(result.columns); ++j) {
      const auto a = static_cast<double>(tape.attention(i)[j]);
      const double factor = with_end ? 1.0
                            : result.method == Method::value
                                ? static_cast<double>(parts.col(j).norm())
                                : static_cast<double>(parts(y, j));
      result.values.push_back(a * factor);
    }
  }
  result.check = "exact";
}

void explain_by_erasure(Question& question, Attribution& result) {
  const AnswerTape tape = tape_of(question);
  result.values.assign(question.rows() * question.inputs(),
                       std::numeric_limits<double>::quiet_NaN());
  Matrix attention;
  const auto erasures = list_erasures(tape, question.inputs(), attention, result.values);
  std::vector<int> outputs;
  for (const Erasure& erasure : erasures) outputs.push_back(erasure.output);
  tape.for_each_logits(outputs, attention, [&](std::size_t k, const auto& logits) {
    const auto i = static_cast<std::size_t>(erasures[k].output);
    const int y = question.explained.answer_ids[i];
    result.values[erasures[k].cell] =
        question.f[i] - (static_cast<double>(logits[y]) - log_sum_exp(logits));
  });
  result.check = question.parts.model.config.query == Query::current
                     ? "exact"
                     : "exact; also through the state of the step";
}

}  // namespace attnviz

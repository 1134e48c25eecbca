// Methods that read the attention itself: attention, value, logit and erase.
#include <algorithm>
#include <cmath>
#include <utility>

#include "explain/methods.h"
#include "nn/loss.h"

namespace attnviz {
namespace {

AnswerTape tape_of(Question& question) {
  const Explained& explained = question.explained;
  return {question.parts.model, question.parts.passes, explained.source_ids, explained.answer_ids};
}

/// The erasures of an output's attention, one an input.
struct Erasures {
  std::vector<std::size_t> inputs;
  Matrix attention;  // S x inputs: a_ij = 0, the others divided by their sum
};

/// Of the inputs that have some attention and leave some.
Erasures list_erasures(const AnswerTape& tape, Index output, std::size_t n) {
  Erasures erasures;
  erasures.attention.resize(tape.inputs(), static_cast<Index>(n));
  for (std::size_t j = 0; j < n; ++j) {
    Vector a = tape.attention(output);
    if (std::exchange(a[static_cast<Index>(j)], Scalar{0}) == 0) continue;
    const Scalar sum = a.sum();
    if (sum < no_attention) continue;
    erasures.attention.col(std::ssize(erasures.inputs)) = a / sum;
    erasures.inputs.push_back(j);
  }
  erasures.attention.conservativeResize(Eigen::NoChange, std::ssize(erasures.inputs));
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
      const double factor = with_end                         ? 1.0
                            : result.method == Method::value ? parts.col(j).cast<double>().norm()
                                                             : static_cast<double>(parts(y, j));
      result.values.push_back(a * factor);
    }
  }
  result.check = "exact";
}

/// f_i minus f_i without a_ij: 0 where that is 0, undefined where it is all of the step's
/// attention.
void explain_by_erasure(Question& question, Attribution& result) {
  const AnswerTape tape = tape_of(question);
  const std::size_t n = question.inputs();
  result.values.assign(question.rows() * n, undefined);
  for (std::size_t i = 0; i < question.rows(); ++i) {
    const auto output = static_cast<Index>(i);
    for (std::size_t j = 0; j < n; ++j) {
      if (tape.attention(output)[static_cast<Index>(j)] == 0) result.values[i * n + j] = 0.0;
    }
    const Index y = question.explained.answer_ids[i];
    const Erasures erasures = list_erasures(tape, output, n);
    tape.for_each_logits(
        output, erasures.attention, [&](std::size_t k, const Matrix& logits, Index column) {
          result.values[i * n + erasures.inputs[k]] =
              question.f[i] -
              (static_cast<double>(logits(y, column)) - log_sum_exp(logits.col(column)));
        });
  }
  result.check = question.parts.model.config.query == Query::current
                     ? "exact"
                     : "exact; also through the state of the step";
}

}  // namespace attnviz

// Whether attention is needed: what a step decides with other attention.
#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "explain/faithfulness.h"
#include "explain/methods.h"

namespace attnviz {
namespace {

enum class Change { none, uniform, permuted, without_largest, wrong };

/// A step taken again with attention of its own.
struct Trial {
  Change change;
  Vector attention;
};

/// Whether all attention on that input is wrong: it is none of the gold ones or, where these are
/// not known, not that of the largest weight.
bool is_wrong(const Explained& explained, std::size_t output, Index input, Index largest) {
  const bool has_gold = output < explained.gold.size() && !explained.gold[output].empty();
  if (!has_gold) return input != largest;
  return std::ranges::find(explained.gold[output], static_cast<int>(input)) ==
         explained.gold[output].end();
}

/// Of one output; that without a change comes first.
std::vector<Trial> trials_of(const Explained& explained, const AnswerTape& tape, Index output,
                             Random& random) {
  constexpr int permutations = 100;
  const Index S = tape.inputs();
  const Vector a = tape.attention(output);
  Index largest = 0;
  a.maxCoeff(&largest);
  std::vector<Trial> trials{
      {Change::none, a},
      {Change::uniform, Vector::Constant(S, Scalar{1} / static_cast<Scalar>(S))}};
  for (int k = 0; k < permutations; ++k) {
    Vector permuted = a;
    random.shuffle(std::span(permuted.data(), static_cast<std::size_t>(S)));
    trials.push_back({Change::permuted, permuted});
  }
  Vector others = a;
  others[largest] = 0;
  if (others.sum() >= no_attention)
    trials.push_back({Change::without_largest, others / others.sum()});
  for (Index j = 0; j + 1 < S; ++j) {
    if (!is_wrong(explained, static_cast<std::size_t>(output), j, largest)) continue;
    trials.push_back({Change::wrong, Vector::Unit(S, j)});
  }
  return trials;
}

}  // namespace

NecessityScores& NecessityScores::operator+=(const NecessityScores& other) {
  uniform += other.uniform;
  permuted += other.permuted;
  without_largest += other.without_largest;
  some_wrong += other.some_wrong;
  wrong += other.wrong;
  return *this;
}

NecessityScores score_necessity(Explainer& explainer, const Explained& explained,
                                const ExplainOptions& options) {
  Explainer::Parts& parts = explainer.parts();
  const AnswerTape tape(parts.model, parts.passes, explained.source_ids, explained.answer_ids);
  NecessityScores scores;
  for (Index i = 0; i < tape.outputs(); ++i) {
    Random random(options.seed, static_cast<std::uint64_t>(i));
    const std::vector<Trial> trials = trials_of(explained, tape, i, random);
    Matrix attention(tape.inputs(), std::ssize(trials));
    for (std::size_t k = 0; k < trials.size(); ++k) {
      attention.col(static_cast<Index>(k)) = trials[k].attention;
    }
    int own = 0;
    Mean wrong;
    tape.for_each_logits(i, attention, [&](std::size_t k, const Matrix& logits, Index column) {
      const int symbol = most_probable(logits, column);
      const double kept = symbol == own ? 1.0 : 0.0;
      switch (trials[k].change) {
        case Change::none:
          own = symbol;
          break;
        case Change::uniform:
          scores.uniform.add(kept);
          break;
        case Change::permuted:
          scores.permuted.add(kept);
          break;
        case Change::without_largest:
          scores.without_largest.add(kept);
          break;
        case Change::wrong:
          wrong.add(kept);
      }
    });
    if (wrong.count == 0) continue;
    scores.wrong += wrong;
    scores.some_wrong.add(wrong.sum > 0.0 ? 1.0 : 0.0);
  }
  return scores;
}

}  // namespace attnviz

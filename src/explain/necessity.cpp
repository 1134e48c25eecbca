// Whether attention is needed: what a step decides with other attention.
#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "explain/faithfulness.h"
#include "explain/methods.h"

namespace attnviz {
namespace {

enum class Change { none, uniform, permuted, without_largest, wrong };

/// The steps to take again, each with attention of its own.
struct Trials {
  std::vector<int> outputs;
  std::vector<Change> changes;
  std::vector<Vector> attention;

  void add(Index output, Change change, Vector a) {
    outputs.push_back(static_cast<int>(output));
    changes.push_back(change);
    attention.push_back(std::move(a));
  }
};

/// Whether all attention on that input is wrong: it is none of the gold ones or, where these are
/// not known, not that of the largest weight.
bool is_wrong(const Explained& explained, std::size_t output, Index input, Index largest) {
  const bool has_gold = output < explained.gold.size() && !explained.gold[output].empty();
  if (!has_gold) return input != largest;
  return std::ranges::find(explained.gold[output], static_cast<int>(input)) ==
         explained.gold[output].end();
}

void add_trials(const Explained& explained, const AnswerTape& tape, Index output, Random& random,
                Trials& trials) {
  constexpr int permutations = 100;
  const Index S = tape.inputs();
  const Vector a = tape.attention(output);
  Index largest = 0;
  a.maxCoeff(&largest);
  trials.add(output, Change::none, a);
  trials.add(output, Change::uniform, Vector::Constant(S, Scalar{1} / static_cast<Scalar>(S)));
  for (int k = 0; k < permutations; ++k) {
    Vector permuted = a;
    random.shuffle(std::span(permuted.data(), static_cast<std::size_t>(S)));
    trials.add(output, Change::permuted, permuted);
  }
  Vector others = a;
  others[largest] = 0;
  if (others.sum() > 0) trials.add(output, Change::without_largest, others / others.sum());
  for (Index j = 0; j + 1 < S; ++j) {
    if (!is_wrong(explained, static_cast<std::size_t>(output), j, largest)) continue;
    trials.add(output, Change::wrong, Vector::Unit(S, j));
  }
}

int most_probable(const Vector& logits) {
  Index best = 0;
  logits.tail(logits.size() - Vocabulary::end).maxCoeff(&best);
  return static_cast<int>(Vocabulary::end + best);
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
  const AnswerTape tape(parts.model, parts.passes, explained.source_ids, explained.answer_ids,
                        options.stop);
  NecessityScores scores;
  for (Index i = 0; i < tape.outputs(); ++i) {
    options.stop();
    Random random(options.seed, static_cast<std::uint64_t>(i));
    Trials trials;
    add_trials(explained, tape, i, random, trials);
    Matrix attention(tape.inputs(), static_cast<Index>(trials.attention.size()));
    for (std::size_t k = 0; k < trials.attention.size(); ++k) {
      attention.col(static_cast<Index>(k)) = trials.attention[k];
    }
    int own = 0;
    Mean wrong;
    tape.for_each_logits(trials.outputs, attention, [&](std::size_t k, const Vector& logits) {
      const int symbol = most_probable(logits);
      const double kept = symbol == own ? 1.0 : 0.0;
      switch (trials.changes[k]) {
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

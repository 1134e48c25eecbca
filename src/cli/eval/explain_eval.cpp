#include "cli/eval/explain_eval.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <iostream>

#include "attnviz/error.h"
#include "base/clock.h"
#include "cli/error_text.h"
#include "cli/output.h"
#include "text/batch.h"

namespace attnviz {
namespace {

/// What is found for one example.
struct Finding {
  AnswerScores answer;
  std::vector<std::optional<Baseline>> baselines;
  std::vector<MethodScores> scores;
  NecessityScores necessity;
};

/// How far the work is, on a terminal that shows standard error. Called by one thread.
class Counter {
 public:
  explicit Counter(std::size_t of) : of_(of), is_shown_(isatty(STDERR_FILENO) == 1) {}
  ~Counter() {
    if (drawn_ > 0) std::cerr << '\r' << std::string(drawn_, ' ') << '\r' << std::flush;
  }
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  void show(std::size_t done) {
    const double now = steady_seconds();
    if (!is_shown_ || now - drawn_at_ < 0.1) return;
    drawn_at_ = now;
    const std::string text = fmt::format("{} of {} answers explained", done, of_);
    drawn_ = text.size();  // it never gets shorter
    std::cerr << '\r' << text << std::flush;
  }

 private:
  std::size_t of_;
  bool is_shown_;
  std::size_t drawn_ = 0;  // columns
  double drawn_at_ = steady_seconds();
};

Finding find(Explainer& explainer, const Model& model, const EncodedExample& example,
             std::span<const Method> methods, const FaithfulnessOptions& options) {
  Finding found;
  Explained explained = explainer.answer(decode(model.source, example.pair.source));
  // Of pairs only their own target has a gold alignment.
  if (explained.gold.empty() && explained.answer_ids == example.pair.target) {
    explained.gold = example.gold;
    if (!explained.gold.empty()) explained.gold.resize(explained.rows());
  }
  check_size(explained, methods.size());
  found.answer = score_answer(explained.answer_ids, example.pair.target);
  const auto attributions = explainer.explain(explained, methods, options.explain);
  for (const Attribution& one : attributions) found.baselines.push_back(one.baseline);
  found.scores = score_methods(explainer, explained, attributions, options);
  if (explainer.refusal(Method::attention).empty()) {
    found.necessity = score_necessity(explainer, explained, options.explain);
  }
  return found;
}

}  // namespace

FaithfulnessEvaluation evaluate_faithfulness(const Model& model,
                                             std::span<const EncodedExample> examples,
                                             const MethodOptions& options, ExplainOptions explain) {
  Workers workers(options.threads);
  std::deque<Workers> alone;  // of the explainers, each of which works in one thread
  std::deque<Explainer> explainers;
  for (int i = 0; i < options.threads; ++i) {
    explainers.emplace_back(model, alone.emplace_back(1));
  }
  FaithfulnessEvaluation sum;
  sum.methods = choose_methods("--explain", options, explainers.front(), false, explain);
  std::vector<Finding> found(examples.size());
  std::atomic<std::size_t> done{0};
  Counter counter(examples.size());
  workers.run(static_cast<int>(examples.size()), [&](int i, int thread) {
    const auto at = static_cast<std::size_t>(i);
    Explainer& explainer = explainers[static_cast<std::size_t>(thread)];
    try {
      found[at] = find(explainer, model, examples[at], sum.methods, {explain, true});
    } catch (const LimitError& error) {
      rethrow(error, fmt::format("example {}: ", i + 1));
    }
    ++done;
    if (thread == 0) counter.show(done);
  });
  sum.scores.resize(sum.methods.size());
  NecessityScores necessity;
  for (const Finding& one : found) {
    sum.answers += one.answer;
    for (std::size_t i = 0; i < one.scores.size(); ++i) sum.scores[i] += one.scores[i];
    necessity += one.necessity;
  }
  if (!found.empty()) sum.baselines = found.front().baselines;
  if (explainers.front().refusal(Method::attention).empty()) sum.necessity = necessity;
  return sum;
}

}  // namespace attnviz

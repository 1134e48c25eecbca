// `attnviz eval --explain`: whether what methods say of many answers is true and needed.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/explain/method_options.h"
#include "explain/faithfulness.h"
#include "score/evaluate.h"

namespace attnviz {

/// Means over the answers to several inputs.
struct FaithfulnessEvaluation {
  AnswerScores answers;
  std::vector<Method> methods;
  std::vector<std::optional<Baseline>> baselines;  // of each method
  std::vector<MethodScores> scores;                // of each method
  std::optional<NecessityScores> necessity;        // nothing for a model without attention
};

/// Explains the model's answers to the sources of `examples`. Threads deal the examples out, and
/// sums are taken in the order of the examples: they do not depend on the threads. Throws as
/// choose_methods() does, and InputError as Explainer::answer().
FaithfulnessEvaluation evaluate_faithfulness(const Model& model,
                                             std::span<const EncodedExample> examples,
                                             const MethodOptions& options, ExplainOptions explain);

/// Tables for people.
std::string evaluation_text(const FaithfulnessEvaluation& evaluation);
/// As JSON: shares in 0..1; scores without a row are left out.
std::string to_json(const FaithfulnessEvaluation& evaluation);

}  // namespace attnviz

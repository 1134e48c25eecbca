// The methods, each a function from an answer to its values.
#pragma once

#include <optional>
#include <vector>

#include "explain/answer_tape.h"
#include "explain/explain.h"
#include "explain/passes.h"
#include "explain/swaps.h"
#include "infer/model_task.h"
#include "infer/model_text.h"

namespace attnviz {

/// A model at work.
struct Explainer::Parts {
  Parts(const Model& of, Workers& workers);

  const Model& model;
  std::optional<ModelTask> task;
  ModelText text;
  Passes passes;
};

/// What the methods are told: values are rows x inputs, row-major, as in Attribution.
struct Question {
  Explainer::Parts& parts;
  const Explained& explained;
  ExplainOptions options;
  Swaps swaps;
  std::vector<double> f;  // of the source itself, by outputs
  /// f_i of all 2^n sets of inputs, the others absent: sets x outputs, bit j of a set's number says
  /// that input j is in. Filled by the first method that asks, for up to max_exact inputs; all
  /// that do have the same baseline.
  std::vector<double> sets;

  /// Finds swaps and f.
  Question(Explainer& explainer, const Explained& explained, const ExplainOptions& options);

  std::size_t rows() const { return explained.rows(); }
  std::size_t inputs() const { return explained.inputs(); }
  /// The column of Passes::symbols() that stands for an absent input: of mean, zero and unk.
  int absent(Baseline baseline) const;
};

/// Shapley values are exact up to so many inputs.
inline constexpr std::size_t max_exact = 12;

/// The integral of (x_j - b)' df_i/dx_j over the straight line from all inputs absent to the
/// source, by Gauss and Legendre's quadrature: rows x inputs.
std::vector<double> integrated_gradients(Question& question, int absent, int nodes);

// A value of all methods. Each sets values and check.
void explain_by_attention(Question& question, Attribution& result);  // attention, value, logit
void explain_by_erasure(Question& question, Attribution& result);
void explain_by_occlusion(Question& question, Attribution& result);
void explain_by_flips(Question& question, Attribution& result);
void explain_by_gradient(Question& question, Attribution& result);
void explain_by_integrated_gradients(Question& question, Attribution& result);
void explain_by_shapley(Question& question, Attribution& result);
void explain_by_lime(Question& question, Attribution& result);
void explain_by_kernel_shap(Question& question, Attribution& result);
void explain_by_truth(Question& question, Attribution& result);

}  // namespace attnviz

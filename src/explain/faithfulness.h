// Whether what a method says is true and needed.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "explain/explain.h"
#include "score/scores.h"

namespace attnviz {

/// A sum of values and their count.
struct Mean {
  double sum = 0.0;
  std::size_t count = 0;

  void add(double value) { sum += value, ++count; }
  double value() const { return count == 0 ? 0.0 : sum / static_cast<double>(count); }
  Mean& operator+=(const Mean& other);
};

/// Of one method, sums over outputs. m_ij below is max(phi_ij, 0) divided by its row's sum; of
/// attention END's column counts in `gold`, as it does in all gold scores, and nowhere else.
/// Undefined values are left out.
struct MethodScores {
  AlignmentScores gold;    // of m, END's row left out
  Mean overlap;            // sum_j min(m_ij, T_ij / sum_j T_ij), T the truth; rows with a truth
  Mean distance;           // Jensen-Shannon distance of these two, in 0..1 (logarithms to base 2)
  Mean comprehensiveness;  // fall of p(y_i) without the top 1..5 inputs (DeYoung et al. 2020)
  Mean sufficiency;        // fall of p(y_i) with the top 1..5 inputs alone
  Mean tau;                // Kendall's tau-b with occlusion by swap; rows where it is defined
  std::size_t rows = 0;
  std::size_t without_truth = 0;  // rows whose truth is zero, END's included
  std::size_t undefined = 0;      // values
  std::size_t values = 0;

  MethodScores& operator+=(const MethodScores& other);
};

/// Whether attention is needed: shares of outputs whose most probable symbol stays the same when
/// the attention of their step alone is replaced.
struct NecessityScores {
  Mean uniform;          // by equal weights, END's included
  Mean permuted;         // by its own weights in a random order, 100 times
  Mean without_largest;  // by its own without the largest, the others scaled up
  Mean some_wrong;       // by all of it on one wrong input: outputs that some wrong input leaves
  Mean wrong;            // the same: wrong inputs that leave the output

  NecessityScores& operator+=(const NecessityScores& other);
};

struct FaithfulnessOptions {
  ExplainOptions explain;
  bool removal = true;  // comprehensiveness and sufficiency, which take many passes
};

/// The scores of each attribution of one answer, in order. A model of pairs has no truth.
std::vector<MethodScores> score_methods(Explainer& explainer, const Explained& explained,
                                        std::span<const Attribution> attributions,
                                        const FaithfulnessOptions& options);

/// A wrong input is none of the gold ones or, where these are not known, not the one of the largest
/// weight.
NecessityScores score_necessity(Explainer& explainer, const Explained& explained,
                                const ExplainOptions& options);

}  // namespace attnviz

// Adam (Kingma and Ba 2015) with clipping by the global norm (Pascanu et al. 2013).
#pragma once

#include <cstdint>

#include "model/seq2seq.h"

namespace attnviz {

struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.98;
  double epsilon = 1e-8;
  double clip = 1.0;  // highest norm of the gradient over all tensors
};

/// The moments of the gradient and the number of updates so far.
struct AdamState {
  Seq2SeqWeights m;
  Seq2SeqWeights v;
  std::int64_t updates = 0;  // counted by the caller, before the halves are updated

  void resize(const ModelConfig& config);  // and back to the start
};

/// The sum of squares over all tensors of a half.
double squared_norm(const Seq2SeqWeights& gradient, Half half);

/// One update of a half, the state's updates-th (at least 1), given the norm of the whole gradient
/// before clipping:  g <- g min(1, clip / (norm + 1e-6)),  m <- b1 m + (1 - b1) g,  v <- b2 v + (1
/// - b2) g^2, w <- w - rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps).
void adam_update(const AdamOptions& options, double rate, double norm, Half half,
                 const Seq2SeqWeights& gradient, AdamState& state, Seq2SeqWeights& weights);

}  // namespace attnviz

// Adam (Kingma and Ba 2015) with clipping by the global norm (Pascanu et al. 2013).
#pragma once

#include <cstdint>

#include "model/weights.h"

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
  std::int64_t updates = 0;  // counted by the caller, before the parts are updated

  void resize(const ModelConfig& config);  // and back to the start
};

/// One update of a share of a part, the state's updates-th (at least 1), given the norm of the
/// whole gradient.
void adam_update(const AdamOptions& options, double rate, double norm, ModelPart part, Share share,
                 const Seq2SeqWeights& gradient, AdamState& state, Seq2SeqWeights& weights);

/// What update number t >= 1 multiplies by. With g = clip d_w:  m <- beta1 m + (1 - beta1) g,
/// v <- beta2 v + (1 - beta2) g^2,
/// w <- w - rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon).
AdamFactors adam_factors(const AdamOptions& options, double rate, double norm, std::int64_t t);

}  // namespace attnviz

#include "train/adam.h"

#include <algorithm>

#include "base/math.h"
#include "nn/processor.h"

namespace attnviz {

void AdamState::resize(const ModelConfig& config) {
  m.resize(config);
  v.resize(config);
  m.set_zero();
  v.set_zero();
  updates = 0;
}

AdamFactors adam_factors(const AdamOptions& options, double rate, double norm, std::int64_t t) {
  return {.clip = static_cast<Scalar>(std::min(1.0, options.clip / (norm + 1e-6))),
          .beta1 = static_cast<Scalar>(options.beta1),
          .beta2 = static_cast<Scalar>(options.beta2),
          .epsilon = static_cast<Scalar>(options.epsilon),
          .m_rate = static_cast<Scalar>(rate / (1.0 - math::power(options.beta1, t))),
          .v_scale = static_cast<Scalar>(1.0 / (1.0 - math::power(options.beta2, t)))};
}

void adam_update(const AdamOptions& options, double rate, double norm, ModelPart part, Share share,
                 const Seq2SeqWeights& gradient, AdamState& state, Seq2SeqWeights& weights) {
  const AdamFactors factors = adam_factors(options, rate, norm, state.updates);
  const auto update = [&](Index count, Scalar* w, const Scalar* d_w, Scalar* m, Scalar* v) {
    kernels().adam(factors, count, d_w, m, v, w);
  };
  Seq2SeqWeights::visit_part(
      part, [&](std::string_view, auto&... tensors) { share.visit(update, tensors...); }, weights,
      gradient, state.m, state.v);
}

}  // namespace attnviz

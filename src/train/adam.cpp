#include "train/adam.h"

#include <algorithm>
#include <cmath>

namespace attnviz {

void AdamState::resize(const ModelConfig& config) {
  m.resize(config);
  v.resize(config);
  m.set_zero();
  v.set_zero();
  updates = 0;
}

AdamStep::AdamStep(const AdamOptions& options, double rate, double norm, std::int64_t t)
    : clip(static_cast<Scalar>(std::min(1.0, options.clip / (norm + 1e-6)))),
      beta1(static_cast<Scalar>(options.beta1)),
      beta2(static_cast<Scalar>(options.beta2)),
      epsilon(static_cast<Scalar>(options.epsilon)),
      m_rate(static_cast<Scalar>(rate / (1.0 - std::pow(options.beta1, static_cast<double>(t))))),
      v_scale(static_cast<Scalar>(1.0 / (1.0 - std::pow(options.beta2, static_cast<double>(t))))) {}

void AdamStep::apply(Index count, const Scalar* d_w, Scalar* m, Scalar* v, Scalar* w) const {
  const AdamStep s = *this;  // in registers: stores to w might change *this
  // one pass over the four: together they do not fit a cache
#pragma omp simd
  for (Index i = 0; i < count; ++i) {
    const Scalar g = s.clip * d_w[i];
    m[i] = s.beta1 * m[i] + (1 - s.beta1) * g;
    v[i] = s.beta2 * v[i] + (1 - s.beta2) * g * g;
    w[i] -= s.m_rate * m[i] / (std::sqrt(s.v_scale * v[i]) + s.epsilon);
  }
}

void adam_update(const AdamOptions& options, double rate, double norm, ModelPart part,
                 const Seq2SeqWeights& gradient, AdamState& state, Seq2SeqWeights& weights) {
  const AdamStep step(options, rate, norm, state.updates);
  Seq2SeqWeights::visit_part(
      part,
      [&](std::string_view, auto& w, const auto& d_w, auto& m, auto& v) {
        step.apply(w.size(), d_w.data(), m.data(), v.data(), w.data());
      },
      weights, gradient, state.m, state.v);
}

}  // namespace attnviz

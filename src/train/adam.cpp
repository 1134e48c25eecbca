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

double squared_norm(const Seq2SeqWeights& gradient, Half half) {
  double squares = 0.0;
  Seq2SeqWeights::visit_half(
      half,
      [&](const TensorName&, const auto& g) { squares += static_cast<double>(g.squaredNorm()); },
      gradient);
  return squares;
}

void adam_update(const AdamOptions& options, double rate, double norm, Half half,
                 const Seq2SeqWeights& gradient, AdamState& state, Seq2SeqWeights& weights) {
  const auto t = static_cast<double>(state.updates);
  const auto factor = static_cast<Scalar>(std::min(1.0, options.clip / (norm + 1e-6)));
  const auto beta1 = static_cast<Scalar>(options.beta1);
  const auto beta2 = static_cast<Scalar>(options.beta2);
  const auto epsilon = static_cast<Scalar>(options.epsilon);
  const auto m_rate = static_cast<Scalar>(rate / (1.0 - std::pow(options.beta1, t)));
  const auto v_scale = static_cast<Scalar>(1.0 / (1.0 - std::pow(options.beta2, t)));

  Seq2SeqWeights::visit_half(
      half,
      [&](const TensorName&, auto& weight, const auto& d_weight, auto& mean, auto& square) {
        // one pass over the four: together they do not fit a cache
        Scalar* w = weight.data();
        Scalar* m = mean.data();
        Scalar* v = square.data();
        const Scalar* d = d_weight.data();
#pragma omp simd
        for (Index i = 0; i < weight.size(); ++i) {
          const Scalar g = factor * d[i];
          m[i] = beta1 * m[i] + (1 - beta1) * g;
          v[i] = beta2 * v[i] + (1 - beta2) * g * g;
          w[i] -= m_rate * m[i] / (std::sqrt(v_scale * v[i]) + epsilon);
        }
      },
      weights, gradient, state.m, state.v);
}

}  // namespace attnviz

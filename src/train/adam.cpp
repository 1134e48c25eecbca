#include "attnviz/train/adam.h"

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
      [&](const TensorName&, auto& w, const auto& g, auto& m, auto& v) {
        m.array() = beta1 * m.array() + (1 - beta1) * factor * g.array();
        v.array() = beta2 * v.array() + (1 - beta2) * (factor * g.array()).square();
        w.array() -= m_rate * m.array() / ((v_scale * v.array()).sqrt() + epsilon);
      },
      weights, gradient, state.m, state.v);
}

}  // namespace attnviz

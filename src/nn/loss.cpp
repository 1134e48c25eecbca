#include "nn/loss.h"

#include <cmath>

#include "nn/activation.h"

namespace attnviz {
namespace {

/// -log p = log sum_i e^(l_i - highest) - (l - highest), exact where p would underflow.
double negative_log_probability(Scalar logit, const Normaliser& total) {
  return static_cast<double>(std::log(total.sum) - (logit - total.highest));
}

}  // namespace

double cross_entropy(MatrixIn logits, std::span<const int> labels) {
  double loss = 0.0;
  for (Index k = 0; k < logits.cols(); ++k) {
    const int label = labels[static_cast<std::size_t>(k)];
    if (label < 0) continue;
    const Normaliser total = normaliser(logits.col(k).data(), logits.rows());
    loss += negative_log_probability(logits(label, k), total);
  }
  return loss;
}

double cross_entropy(MatrixIn logits, std::span<const int> labels, Scalar scale,
                     MatrixOut d_logits) {
  double loss = 0.0;
  for (Index k = 0; k < logits.cols(); ++k) {
    const int label = labels[static_cast<std::size_t>(k)];
    auto d_logit = d_logits.col(k);
    if (label < 0) {
      d_logit.setZero();
      continue;
    }
    const Normaliser total = softmax(logits.col(k).data(), logits.rows(), d_logit.data());
    loss += negative_log_probability(logits(label, k), total);

    // d(-log p_label) / d l = p - one_hot(label)
    d_logit *= scale;
    d_logit[label] -= scale;
  }
  return loss;
}

double log_sum_exp(const Eigen::Ref<const Vector>& logits) {
  const Normaliser total = normaliser(logits.data(), logits.size());
  return static_cast<double>(total.highest) + std::log(static_cast<double>(total.sum));
}

}  // namespace attnviz

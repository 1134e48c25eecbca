#include "nn/loss.h"

#include "base/math.h"
#include "nn/processor.h"

namespace attnviz {
namespace {

/// -log p = log sum_i e^(l_i - highest) - (l - highest), exact where p would underflow.
double negative_log_probability(Scalar logit, const Normaliser& total) {
  return math::log(static_cast<double>(total.sum)) - static_cast<double>(logit - total.highest);
}

}  // namespace

double cross_entropy(MatrixIn logits, std::span<const int> labels) {
  double loss = 0.0;
  for (Index k = 0; k < logits.cols(); ++k) {
    const int label = labels[static_cast<std::size_t>(k)];
    if (label < 0) continue;
    const Normaliser total = kernels().normaliser(logits.rows(), logits.col(k).data());
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
    const Normaliser total =
        kernels().softmax(logits.rows(), logits.col(k).data(), scale, d_logit.data());
    loss += negative_log_probability(logits(label, k), total);

    // d(-log p_label) / d l = p - one_hot(label)
    d_logit[label] -= scale;
  }
  return loss;
}

double log_sum_exp(const Eigen::Ref<const Vector>& logits) {
  const Normaliser total = kernels().normaliser(logits.size(), logits.data());
  return static_cast<double>(total.highest) + math::log(static_cast<double>(total.sum));
}

}  // namespace attnviz

#include "nn/loss.h"

#include <cmath>

#include "nn/activation.h"

namespace attnviz {

double cross_entropy(MatrixIn logits, std::span<const int> wanted, Scalar scale,
                     MatrixOut d_logits) {
  double loss = 0.0;
  for (Index k = 0; k < logits.cols(); ++k) {
    const int id = wanted[static_cast<std::size_t>(k)];
    if (id < 0) {
      d_logits.col(k).setZero();
      continue;
    }
    // -log p_id = log sum_i e^(l_i - max) - (l_id - max), exact where p_id would underflow
    const Normaliser taken = softmax(logits.col(k).data(), logits.rows(), d_logits.col(k).data());
    loss += static_cast<double>(std::log(taken.sum) - (logits(id, k) - taken.greatest));

    // d(-log p_id) / d l = p - one_hot(id)
    d_logits.col(k) *= scale;
    d_logits(id, k) -= scale;
  }
  return loss;
}

double log_sum_exp(const Eigen::Ref<const Vector>& logits) {
  const Scalar highest = logits.maxCoeff();
  Lanes total{};
  for (Index i = 0; i < logits.size(); i += lane_count) {
    // what fills the last register adds nothing that shows
    total += exponential(load(logits.data() + i, logits.size() - i, highest - 1000) - highest);
  }
  return static_cast<double>(highest) + std::log(static_cast<double>(sum(total)));
}

}  // namespace attnviz

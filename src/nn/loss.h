// Cross-entropy of a softmax.
#pragma once

#include <span>

#include "nn/types.h"

namespace attnviz {

/// The sum over columns of -log softmax(logits.col(k))[labels[k]], in double. Columns with a
/// negative label are not counted.
double cross_entropy(MatrixIn logits, std::span<const int> labels);

/// The same, and fills d_logits (V x N) with `scale` times the gradient of the sum.
double cross_entropy(MatrixIn logits, std::span<const int> labels, Scalar scale,
                     MatrixOut d_logits);

/// log sum_i e^l_i, without overflow: logit minus this is the log-probability.
double log_sum_exp(const Eigen::Ref<const Vector>& logits);

}  // namespace attnviz

#include "attnviz/nn/activation.h"

namespace attnviz {

void tanh_in_place(MatrixOut m) {
  for (Index k = 0; k < m.cols(); ++k) {
    Scalar* x = m.col(k).data();
#pragma omp simd
    for (Index i = 0; i < m.rows(); ++i) x[i] = hyperbolic_tangent(x[i]);
  }
}

void softmax(Eigen::Ref<Vector> scores) {
  const Scalar highest = scores.maxCoeff();
  Scalar* e = scores.data();
#pragma omp simd
  for (Index j = 0; j < scores.size(); ++j) e[j] = exponential(e[j] - highest);
  scores /= scores.sum();
}

}  // namespace attnviz

#include "attnviz/nn/activation.h"

namespace attnviz {

void softmax(Eigen::Ref<Vector> scores) {
  const Scalar highest = scores.maxCoeff();
  Scalar* e = scores.data();
#pragma omp simd
  for (Index j = 0; j < scores.size(); ++j) e[j] = exponential(e[j] - highest);
  scores /= scores.sum();
}

}  // namespace attnviz

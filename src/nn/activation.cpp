#include "nn/activation.h"

#include <limits>

namespace attnviz {

void tanh_in_place(MatrixOut m) {
  for (Index k = 0; k < m.cols(); ++k) {
    Scalar* x = m.col(k).data();
    for (Index i = 0; i < m.rows(); i += lane_count) {
      const Index n = m.rows() - i;
      store(hyperbolic_tangent(load(x + i, n)), x + i, n);
    }
  }
}

Normaliser softmax(const Scalar* x, Index count, Scalar* out) {
  constexpr Scalar nothing = -std::numeric_limits<Scalar>::max();
  Lanes most = load(x, count, nothing);
  for (Index j = lane_count; j < count; j += lane_count) {
    const Lanes next = load(x + j, count - j, nothing);
    most = next > most ? next : most;
  }
  const Scalar highest = greatest(most);

  Lanes total{};
  for (Index j = 0; j < count; j += lane_count) {
    const Lanes e = exponential(load(x + j, count - j, nothing) - highest);
    store(e, out + j, count - j);
    total += load(out + j, count - j);  // again, for zeros behind the last
  }
  const Scalar all = sum(total);
  const Scalar scale = 1 / all;
  for (Index j = 0; j < count; j += lane_count) {
    store(scale * load(out + j, count - j), out + j, count - j);
  }
  return {highest, all};
}

}  // namespace attnviz

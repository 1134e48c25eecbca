#include "nn/activation.h"

#include <limits>

namespace attnviz {
namespace {

/// max_j x_j and sum_j e^(x_j - max); each register of those exponentials goes to take(at, e).
template <typename Take>
Normaliser normalise(const Scalar* x, Index count, Take&& take) {
  constexpr Scalar nothing = -std::numeric_limits<Scalar>::infinity();
  Simd highest = Simd{} + nothing;
  for_each_register(count, [&](auto at) {
    const Simd x_j = at(x, nothing);
    highest = x_j > highest ? x_j : highest;
  });
  const Scalar max = reduce_max(highest);

  Simd sum{};
  for_each_register(count, [&](auto at) {
    const Simd e = exp(at(x) - max);
    take(at, e);
    sum += at.masked(e);
  });
  return {max, reduce_add(sum)};
}

}  // namespace

void tanh_in_place(MatrixOut m) {
  for (Index k = 0; k < m.cols(); ++k) {
    Scalar* x = m.col(k).data();
    for_each_register(m.rows(), [=](auto at) { at[x] = tanh(at(x)); });
  }
}

Normaliser normaliser(const Scalar* x, Index count) {
  return normalise(x, count, [](auto, const Simd&) {});
}

Normaliser softmax(const Scalar* x, Index count, Scalar* a) {
  const Normaliser total = normalise(x, count, [=](auto at, const Simd& e) { at[a] = e; });
  const Scalar scale = 1 / total.sum;
  for_each_register(count, [=](auto at) { at[a] = scale * at(a); });
  return total;
}

void softmax_backward(const Eigen::Ref<const Vector>& a, const Eigen::Ref<const Vector>& d_a,
                      Eigen::Ref<Vector> d_x) {
  const Scalar mean = a.dot(d_a);
  d_x.array() = a.array() * (d_a.array() - mean);
}

}  // namespace attnviz

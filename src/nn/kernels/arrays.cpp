// Sums, norms and the update of the weights. Most of these loops are as fast as memory is.
#include "nn/kernels/declarations.h"
#include "nn/kernels/simd.h"

namespace attnviz::ATTNVIZ_PROCESSOR {
namespace {

Scalar square_root(Scalar x) {
#ifdef ATTNVIZ_SCALAR_DOUBLE
  return __builtin_sqrt(x);
#else
  return __builtin_sqrtf(x);
#endif
}

}  // namespace

void add(Index count, const Scalar* x, Scalar* y) {
#pragma omp simd
  for (Index i = 0; i < count; ++i) y[i] += x[i];
}

void add_columns(Index rows, Index count, Strided<const Scalar> columns, Scalar* sum) {
  for_each_place(rows, [=](auto at) {
    Simd total = 0;
    for (Index k = 0; k < count; ++k) total += at(columns(k));
    at[sum] += total;
  });
}

void tanh_backward(Index count, const Scalar* t, Scalar* d) {
#pragma omp simd
  for (Index i = 0; i < count; ++i) d[i] *= 1 - t[i] * t[i];
}

Scalar squared_norm(Index count, const Scalar* x) {
  Simd squares = 0;
  for_each_place(count, [&](auto at) {
    const Simd x_i = at(x);
    squares += x_i * x_i;
  });
  return reduce_add(squares);
}

void adam(const AdamFactors& factors, Index count, const Scalar* d_w, Scalar* m, Scalar* v,
          Scalar* w) {
  const AdamFactors f = factors;  // in registers: stores to w might change them
  // one pass over the four: together they do not fit a cache
#pragma omp simd
  for (Index i = 0; i < count; ++i) {
    const Scalar g = f.clip * d_w[i];
    m[i] = f.beta1 * m[i] + (1 - f.beta1) * g;
    v[i] = f.beta2 * v[i] + (1 - f.beta2) * g * g;
    w[i] -= f.m_rate * m[i] / (square_root(f.v_scale * v[i]) + f.epsilon);
  }
}

void average(Index count, Scalar rate, const Scalar* x, Scalar* mean) {
#pragma omp simd
  for (Index i = 0; i < count; ++i) mean[i] += rate * (x[i] - mean[i]);
}

}  // namespace attnviz::ATTNVIZ_PROCESSOR

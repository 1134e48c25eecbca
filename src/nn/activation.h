// exp, log, tanh and the logistic function of SIMD registers; softmax. One implementation serves
// every place in an array, so a result does not depend on its position.
#pragma once

#include <cmath>

#include "nn/simd.h"

namespace attnviz {

#ifdef ATTNVIZ_SCALAR_DOUBLE

inline Simd exp(Simd x) {
  for (Index i = 0; i < simd_size; ++i) x[i] = std::exp(x[i]);
  return x;
}
inline Simd tanh(Simd x) {
  for (Index i = 0; i < simd_size; ++i) x[i] = std::tanh(x[i]);
  return x;
}
inline Simd log(Simd x) {
  for (Index i = 0; i < simd_size; ++i) x[i] = std::log(x[i]);
  return x;
}

#else

/// e^x = 2^n e^r with n = round(x / ln 2) and |r| <= ln(2) / 2: relative error below 3e-7 for
/// -87 <= x <= 88, to which x is clamped. NaN stays NaN.
inline Simd exp(Simd x) {
  using Bits [[gnu::vector_size(simd_bytes)]] = unsigned;
  constexpr float log2_e = 1.44269504F;
  constexpr float ln2_high =
      0.693145752F;  // ln 2 in two parts: n * ln2_high is exact (Cody, Waite)
  constexpr float ln2_low = 1.42860677e-6F;
  constexpr float rounder = 12582912.0F;  // 1.5 2^23: what is added to it is rounded to an integer
  const Simd lowest = Simd{} - 87.0F;
  const Simd highest = Simd{} + 88.0F;
  x = x < lowest ? lowest : x;
  x = x > highest ? highest : x;
  const Simd rounded = x * log2_e + rounder;
  const Simd n = rounded - rounder;
  const Simd r = (x - n * ln2_high) - n * ln2_low;
  // Taylor's series to r^7: the next term is below 4e-9
  Simd p = r * (1.0F / 5040.0F) + 1.0F / 720.0F;
  p = p * r + 1.0F / 120.0F;
  p = p * r + 1.0F / 24.0F;
  p = p * r + 1.0F / 6.0F;
  p = p * r + 0.5F;
  p = p * r + 1.0F;
  p = p * r + 1.0F;
  // n is in the low bits of `rounded`; moved into the exponent of 1.0 it makes 2^n
  const Bits power = (reinterpret_cast<Bits>(rounded) << 23) + 0x3F800000U;
  return p * reinterpret_cast<Simd>(power);
}

/// tanh(x) = x P(x^2) / Q(x^2), a minimax fit of relative error 2e-8 on |x| <= 9; in float the
/// error stays below 6e-7 and the result within -1..1 (x is clamped to
/// -8..8, where |tanh| is up to 1 - 2e-7). NaN stays NaN.
inline Simd tanh(Simd x) {
  const Simd limit = Simd{} + 8.0F;
  x = x > limit ? limit : x;
  x = x < -limit ? -limit : x;
  const Simd u = x * x;
  Simd p = u * 1.3354621e-8F + 2.0609051e-5F;
  p = p * u + 0.0034955861F;
  p = p * u + 0.13381024F;
  p = p * u + 1.0F;
  Simd q = u * 7.7765412e-7F + 3.2856316e-4F;
  q = q * u + 0.025876975F;
  q = q * u + 0.46714340F;
  q = q * u + 1.0F;
  return x * p * reciprocal(q);
}

/// ln x of a normal x above 0, of anything else a finite number without meaning: error below 2e-7,
/// or 2e-7 of the result where that is more.
/// x = 2^n m with m in [sqrt(1/2), sqrt(2)), and ln m = 2 artanh(s) with s = (m - 1) / (m + 1).
inline Simd log(Simd x) {
  using Bits [[gnu::vector_size(simd_bytes)]] = int;
  constexpr int root_half = 0x3F3504F3;  // the bits of sqrt(1/2)
  const Bits above = reinterpret_cast<Bits>(x) - root_half;
  const Bits n = above >> 23;
  const auto m = reinterpret_cast<Simd>((above & 0x7FFFFF) + root_half);
  const Simd s = (m - 1.0F) * reciprocal(m + 1.0F);
  const Simd u = s * s;
  // the series of artanh to s^9: the next term is below 3e-9
  Simd p = u * (2.0F / 9.0F) + 2.0F / 7.0F;
  p = p * u + 2.0F / 5.0F;
  p = p * u + 2.0F / 3.0F;
  p = p * u + 2.0F;
  constexpr float ln2 = 0.693147181F;
  return s * p + __builtin_convertvector(n, Simd) * ln2;
}

#endif

/// 1 / (1 + e^-x) = (1 + tanh(x / 2)) / 2
inline Simd sigmoid(const Simd& x) {
  return Scalar(0.5) + Scalar(0.5) * tanh(Scalar(0.5) * x);
}

void tanh_in_place(MatrixOut m);

/// What makes numbers e^x_j sum to one: log sum_j e^x_j = highest + log(sum), without overflow.
struct Normaliser {
  Scalar highest;  // max_j x_j
  Scalar sum;      // sum_j e^(x_j - highest)
};

/// There must be at least one x.
Normaliser normaliser(const Scalar* x, Index count);

/// a_j = e^x_j / sum_k e^x_k, by that normaliser; `a` may be x.
Normaliser softmax(const Scalar* x, Index count, Scalar* a);

/// Given the gradient of a = softmax(x), that of x: d_x_j = a_j (d_a_j - sum_k a_k d_a_k). `d_x`
/// may be d_a.
void softmax_backward(const Eigen::Ref<const Vector>& a, const Eigen::Ref<const Vector>& d_a,
                      Eigen::Ref<Vector> d_x);

}  // namespace attnviz

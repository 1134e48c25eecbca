// exp, tanh and the logistic function, written without branches or calls so that loops over them
// vectorise where they are marked `omp simd`. The same arithmetic runs in the vector body and in
// the tail of a loop, so a result does not depend on where in an array it stands.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "attnviz/nn/lanes.h"

namespace attnviz {

/// e^x = 2^n (1 + p) with n = round(x / ln 2), p = e^r - 1 and |r| <= ln(2) / 2.
struct SplitExponential {
  float power;  // 2^n
  float p;
};

/// x is clamped to -87..88, beyond which a float has no e^x; the caller adds NaN back.
inline SplitExponential split_exponential(float x) {
  constexpr float log2_e = 1.44269504F;
  constexpr float ln2_high =
      0.693145752F;  // ln 2 in two parts: n * ln2_high is exact (Cody, Waite)
  constexpr float ln2_low = 1.42860677e-6F;
  x = x > -87.0F ? x : -87.0F;
  x = x < 88.0F ? x : 88.0F;
  const float scaled = x * log2_e;
  const auto n = static_cast<std::int32_t>(scaled + (scaled < 0.0F ? -0.5F : 0.5F));
  const auto n_float = static_cast<float>(n);
  const float r = (x - n_float * ln2_high) - n_float * ln2_low;
  // Taylor's series to r^7: the next term is below 4e-9
  float p = 1.0F / 5040.0F;
  p = p * r + 1.0F / 720.0F;
  p = p * r + 1.0F / 120.0F;
  p = p * r + 1.0F / 24.0F;
  p = p * r + 1.0F / 6.0F;
  p = p * r + 0.5F;
  p = p * r + 1.0F;
  return {std::bit_cast<float>((n + 127) << 23), p * r};
}

/// e^x, relative error below 3e-7 for -87 <= x <= 88; NaN when x is not finite, so that a diverged
/// computation is never hidden.
inline float exponential(float x) {
  const SplitExponential e = split_exponential(x);
  return e.power * e.p + e.power + (x - x);
}

/// tanh(x) = x P(x^2) / Q(x^2), a minimax fit of relative error 2e-8 on |x| <= 9; in float the
/// error stays below 5e-7 and the result within -1..1 (beyond 8, where tanh is 1 - 2e-7, it stays
/// as at 8). T is a float or a register of floats. NaN stays NaN.
template <typename T>
inline T rational_tanh(T x) {
  const T limit = T{} + 8.0F;
  x = x > limit ? limit : x;
  x = x < -limit ? -limit : x;
  const T u = x * x;
  T p = u * 1.3354621e-8F + 2.0609051e-5F;
  p = p * u + 0.0034955861F;
  p = p * u + 0.13381024F;
  p = p * u + 1.0F;
  T q = u * 7.7765412e-7F + 3.2856316e-4F;
  q = q * u + 0.025876975F;
  q = q * u + 0.46714340F;
  q = q * u + 1.0F;
  return x * p / q;
}

inline float hyperbolic_tangent(float x) {
  return rational_tanh(x);
}

inline double exponential(double x) {
  return std::exp(x);
}
inline double hyperbolic_tangent(double x) {
  return std::tanh(x);
}
inline Lanes hyperbolic_tangent(Lanes x) {
#ifdef ATTNVIZ_SCALAR_DOUBLE
  for (Index i = 0; i < lane_count; ++i) x[i] = std::tanh(x[i]);
  return x;
#else
  return rational_tanh(x);
#endif
}

/// 1 / (1 + e^-x) = (1 + tanh(x / 2)) / 2
inline Scalar sigmoid(Scalar x) {
  return Scalar(0.5) + Scalar(0.5) * hyperbolic_tangent(Scalar(0.5) * x);
}

void tanh_in_place(MatrixOut m);

/// In place e_j -> e^e_j / sum_k e^e_k, without overflow. There must be at least one score.
void softmax(Eigen::Ref<Vector> scores);

}  // namespace attnviz

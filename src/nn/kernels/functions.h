// exp, log, tanh and the logistic function. One implementation serves every place in an array and
// every processor, so a result depends on neither.
#pragma once

#include "nn/kernels/simd.h"

namespace attnviz::ATTNVIZ_PROCESSOR {

#ifdef ATTNVIZ_SCALAR_DOUBLE

template <typename F>
inline Simd element_by_element(F&& f, const Simd& x) {
  return Simd(each(
      [&](Register r) {
        for (Index i = 0; i < register_size; ++i) r[i] = f(r[i]);
        return r;
      },
      x.pack));
}
inline Simd exp(const Simd& x) {
  return element_by_element([](double y) { return __builtin_exp(y); }, x);
}
inline Simd log(const Simd& x) {
  return element_by_element([](double y) { return __builtin_log(y); }, x);
}
inline Simd tanh(const Simd& x) {
  return element_by_element([](double y) { return __builtin_tanh(y); }, x);
}

#else

/// e^x = 2^n e^r with n = round(x / ln 2) and |r| <= ln(2) / 2: relative error below 3e-7 for
/// -87 <= x <= 88, to which x is clamped. NaN stays NaN.
inline Simd exp(Simd x) {
  constexpr float log2_e = 1.44269504F;
  constexpr float ln2_high =
      0.693145752F;  // ln 2 in two parts: n * ln2_high is exact (Cody, Waite)
  constexpr float ln2_low = 1.42860677e-6F;
  constexpr float rounder = 12582912.0F;  // 1.5 2^23: what is added to it is rounded to an integer
  x = min(88.0F, max(-87.0F, x));
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
  const Simd power(each(
      [](Register bits) {
        return reinterpret_cast<Register>((reinterpret_cast<RegisterMask>(bits) << 23) +
                                          0x3F800000);
      },
      rounded.pack));
  return p * power;
}

/// tanh(x) = x P(x^2) / Q(x^2), a minimax fit of relative error 2e-8 on |x| <= 9; in float the
/// error stays below 6e-7 and the result within -1..1 (x is clamped to
/// -8..8, where |tanh| is up to 1 - 2e-7). NaN stays NaN.
inline Simd tanh(Simd x) {
  x = min(8.0F, max(-8.0F, x));
  const Simd u = x * x;
  Simd p = u * 1.3354621e-8F + 2.0609051e-5F;
  p = p * u + 0.0034955861F;
  p = p * u + 0.13381024F;
  p = p * u + 1.0F;
  Simd q = u * 7.7765412e-7F + 3.2856316e-4F;
  q = q * u + 0.025876975F;
  q = q * u + 0.46714340F;
  q = q * u + 1.0F;
  return x * p / q;
}

/// ln x of a normal x above 0, of anything else a finite number without meaning: error below 2e-7,
/// or 2e-7 of the result where that is more.
/// x = 2^n m with m in [sqrt(1/2), sqrt(2)), and ln m = 2 artanh(s) with s = (m - 1) / (m + 1).
inline Simd log(const Simd& x) {
  constexpr int root_half = 0x3F3504F3;  // the bits of sqrt(1/2)
  const auto above =
      each([](Register bits) { return reinterpret_cast<RegisterMask>(bits) - root_half; }, x.pack);
  const Simd n(
      each([](RegisterMask bits) { return __builtin_convertvector(bits >> 23, Register); }, above));
  const Simd m(each(
      [](RegisterMask bits) { return reinterpret_cast<Register>((bits & 0x7FFFFF) + root_half); },
      above));
  const Simd s = (m - 1.0F) / (m + 1.0F);
  const Simd u = s * s;
  // the series of artanh to s^9: the next term is below 3e-9
  Simd p = u * (2.0F / 9.0F) + 2.0F / 7.0F;
  p = p * u + 2.0F / 5.0F;
  p = p * u + 2.0F / 3.0F;
  p = p * u + 2.0F;
  constexpr float ln2 = 0.693147181F;
  return s * p + n * ln2;
}

#endif

/// 1 / (1 + e^-x) = (1 + tanh(x / 2)) / 2
inline Simd sigmoid(const Simd& x) {
  return Scalar(0.5) + Scalar(0.5) * tanh(Scalar(0.5) * x);
}

}  // namespace attnviz::ATTNVIZ_PROCESSOR

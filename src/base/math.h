// Functions whose last bit must not depend on the machine. The C library's differ between versions
// and processors, and a training run would end in another model. Only what IEEE 754 defines exactly
// is used: sums, products, quotients, moving bits.
#pragma once

#include <cstdint>

namespace attnviz::math {

/// ln x, to about 1e-16 of the result or, near 1, of x - 1. -infinity for 0, NaN below; x above 0
/// may be subnormal or infinite.
double log(double x);

/// e^x, to about 2e-16 of the result; 0 below -745, infinity above 709.79.
double exp(double x);

/// x^y = e^(y ln x) for x > 0, to about 1e-16 (1 + |y ln x|) of the result.
double pow(double x, double y);

/// x^n for n >= 0, by squaring.
double power(double x, std::int64_t n);

/// cos(2 pi u) for 0 <= u <= 1, to about 1e-16.
double cos_of_turns(double u);

}  // namespace attnviz::math

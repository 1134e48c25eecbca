// What Eigen does with all instructions of this machine: a library of its own, since the rest of
// the benchmarks is compiled for the oldest processor.
#pragma once

#include <cstdint>

namespace attnviz::bench {

/// C = A B, A of m x k and B of k x n, all of them column by column; or C = A B' with B of n x k.
void eigen_product(std::int64_t m, std::int64_t k, std::int64_t n, const float* a, const float* b,
                   bool second_transposed, float* c);
/// y = tanh(x), y = e^x
void eigen_tanh(std::int64_t count, const float* x, float* y);
void eigen_exp(std::int64_t count, const float* x, float* y);

}  // namespace attnviz::bench

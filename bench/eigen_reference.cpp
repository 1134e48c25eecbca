#include "eigen_reference.h"

#include <Eigen/Core>

// Everything else in this library is hidden: its Eigen must not be mixed with the program's.
#define ATTNVIZ_SHOWN __attribute__((visibility("default")))

namespace attnviz::bench {
namespace {

using Seen = Eigen::Map<const Eigen::MatrixXf>;
using SeenArray = Eigen::Map<const Eigen::ArrayXf>;

}  // namespace

ATTNVIZ_SHOWN void eigen_product(std::int64_t m, std::int64_t k, std::int64_t n, const float* a,
                                 const float* b, bool second_transposed, float* c) {
  Eigen::Map<Eigen::MatrixXf> out(c, m, n);
  if (second_transposed) {
    out.noalias() = Seen(a, m, k) * Seen(b, n, k).transpose();
  } else {
    out.noalias() = Seen(a, m, k) * Seen(b, k, n);
  }
}

ATTNVIZ_SHOWN void eigen_tanh(std::int64_t count, const float* x, float* y) {
  Eigen::Map<Eigen::ArrayXf>(y, count) = SeenArray(x, count).tanh();
}

ATTNVIZ_SHOWN void eigen_exp(std::int64_t count, const float* x, float* y) {
  Eigen::Map<Eigen::ArrayXf>(y, count) = SeenArray(x, count).exp();
}

}  // namespace attnviz::bench

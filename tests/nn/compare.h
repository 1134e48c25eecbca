// How far computed numbers are from the expected ones. Another shape, NaN or infinity is infinitely
// far: the largest of several numbers would hide a NaN among them.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <limits>

namespace attnviz {

/// The largest absolute difference of two elements.
template <typename Found, typename Expected>
double distance(const Eigen::MatrixBase<Found>& found,
                const Eigen::MatrixBase<Expected>& expected) {
  if (found.rows() != expected.rows() || found.cols() != expected.cols() || !found.allFinite() ||
      !expected.allFinite()) {
    return std::numeric_limits<double>::infinity();
  }
  if (found.size() == 0) return 0.0;
  return (found.template cast<double>() - expected.template cast<double>()).cwiseAbs().maxCoeff();
}

/// The same, of numbers about as large as the largest expected one.
template <typename Found, typename Expected>
double difference(const Eigen::MatrixBase<Found>& found,
                  const Eigen::MatrixBase<Expected>& expected) {
  const double all = distance(found, expected);
  if (found.size() == 0) return all;
  return all / std::max(1.0, static_cast<double>(expected.cwiseAbs().maxCoeff()));
}

}  // namespace attnviz

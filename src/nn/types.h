// The matrix shapes of the numeric rooms.
//
// A column is an example at one step. Sequences are packed: step t holds one column for each
// example that has not ended, examples ordered by falling length, and the steps follow each other
// without a gap. Nothing is ever computed for padding, so nothing has to be masked.
//
// Sizes: B batch, S source steps, T target steps, N columns of all steps, E embedding, H encoder
// state of one direction, K = 2H annotation, D decoder state, A attention units, V vocabulary.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <type_traits>

#include "nn/kernels/kernels.h"

namespace attnviz {

static_assert(std::is_same_v<Index, Eigen::Index>);
using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;
using MatrixIn = const Eigen::Ref<const Matrix>&;
using MatrixOut = Eigen::Ref<Matrix>;

/// The columns of one step in a packed matrix: the first one and how many.
struct Columns {
  Index first;
  Index count;
};

inline auto columns(Matrix& m, Columns c) {
  return m.middleCols(c.first, c.count);
}
inline auto columns(const Matrix& m, Columns c) {
  return m.middleCols(c.first, c.count);
}

/// The columns of a matrix or of a part of one, as kernels take them.
template <typename M>
auto strided(M&& m) {
  return Strided<std::remove_pointer_t<decltype(m.data())>>{m.data(), m.outerStride()};
}

/// Gives `m` that shape; its contents are lost if its size changes. Eigen's own resize frees the
/// old memory before it allocates the new: were that to fail, `m` would free the old once more.
template <typename M>
void resize_anew(M& m, Index rows, Index columns) {
  if (m.size() != rows * columns) m.resize(0, M::ColsAtCompileTime == 1 ? 1 : 0);
  m.resize(rows, columns);
}

/// Makes a buffer at least rows x columns; its contents are lost if it grows. It never shrinks, so
/// a step whose sizes were seen before allocates nothing.
template <typename M>
void grow(M& m, Index rows, Index columns) {
  if (m.rows() < rows || m.cols() < columns) {
    resize_anew(m, std::max(rows, m.rows()), std::max(columns, m.cols()));
  }
}

}  // namespace attnviz

// Matrix products of the model's shapes: tall, thin and small, where packing the operands first, as
// a general library does, costs as much as the product.
#pragma once

#include "nn/types.h"

namespace attnviz {

/// A right-hand side: a matrix, a part of one or the transpose of one, seen in place.
struct Factor {
  const Scalar* data;
  Index row_stride;
  Index column_stride;

  template <typename Derived>
  Factor(const Eigen::MatrixBase<Derived>& m)
      : data(m.derived().data()),
        row_stride(m.derived().rowStride()),
        column_stride(m.derived().colStride()) {}
};

/// C = A B and C += A B. C may not overlap A or B. Each element of C is a sum over A's columns in
/// rising order, whatever the shapes: a column's bits do not depend on the columns beside it.
///
/// A is taken as it is. What backward multiplies by W' is a copy named W_t, made once an update
/// (the ...BackwardWeights): transposing at each call would cost as much as a narrow product.
void product(MatrixIn A, const Factor& B, MatrixOut C);
void add_product(MatrixIn A, const Factor& B, MatrixOut C);

}  // namespace attnviz

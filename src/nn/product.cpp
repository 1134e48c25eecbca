#include "nn/product.h"

#include "nn/processor.h"

namespace attnviz {
namespace {

void multiply(MatrixIn A, const Factor& B, MatrixOut C, bool add) {
  if (A.cols() == 0) {  // nothing to point at
    if (!add) C.setZero();
    return;
  }
  if (C.size() == 0) return;
  kernels().product({.A = strided(A),
                     .B = B.data,
                     .B_row = B.row_stride,
                     .B_column = B.column_stride,
                     .C = strided(C),
                     .rows = C.rows(),
                     .columns = C.cols(),
                     .depth = A.cols(),
                     .add = add});
}

}  // namespace

void product(MatrixIn A, const Factor& B, MatrixOut C) {
  multiply(A, B, C, false);
}

void add_product(MatrixIn A, const Factor& B, MatrixOut C) {
  multiply(A, B, C, true);
}

}  // namespace attnviz

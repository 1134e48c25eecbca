#include "nn/product.h"

#include "base/random.h"
#include "catch.h"
#include "nn/compare.h"

using namespace attnviz;

namespace {

Matrix drawn(Index rows, Index columns, Random& random) {
  Matrix m(rows, columns);
  for (Index c = 0; c < columns; ++c) {
    for (Index r = 0; r < rows; ++r) m(r, c) = static_cast<Scalar>(random.uniform() - 0.5);
  }
  return m;
}

}  // namespace

TEST_CASE("products agree with Eigen's at every shape around the tiles", "[product]") {
  Random random(1, 1);
  for (const Index rows :
       {0, 1, 3, 7, 8, 15, 16, 17, 31, 32, 33, 47, 48, 63, 64, 65, 80, 100, 130}) {
    for (const Index columns : {0, 1, 2, 5, 6, 7, 8, 13, 23}) {
      for (const Index depth : {0, 1, 2, 31, 128, 131}) {
        CAPTURE(rows, columns, depth);
        // parts of larger matrices, so that a stride mistaken for a height shows
        const Matrix a = drawn(rows + 2, depth + 1, random);
        const Matrix b = drawn(depth + 3, columns + 1, random);
        const Matrix before = drawn(rows + 1, columns + 2, random);
        const auto A = a.block(1, 1, rows, depth);
        const auto B = b.block(2, 0, depth, columns);
        const Matrix b_t = B.transpose();

        Matrix c = before;
        product(A, B, c.block(1, 1, rows, columns));
        Matrix expected = before;
        expected.block(1, 1, rows, columns) = A.lazyProduct(B);
        CHECK(distance(c, expected) < 2e-5);

        add_product(A, b_t.transpose(), c.block(1, 1, rows, columns));
        expected.block(1, 1, rows, columns) += A.lazyProduct(B);
        CHECK(distance(c, expected) < 2e-5);
      }
    }
  }
}

TEST_CASE("a column of a product does not depend on the columns beside it", "[product]") {
  Random random(2, 1);
  const Matrix a = drawn(70, 33, random);
  const Matrix b = drawn(33, 19, random);
  Matrix all(70, 19);
  product(a, b, all);
  for (Index j = 0; j < b.cols(); ++j) {
    Matrix one(70, 1);
    product(a, b.col(j), one);
    CHECK(one == all.col(j));
  }
}

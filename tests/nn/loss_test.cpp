#include "nn/loss.h"

#include "catch.h"

using namespace attnviz;

TEST_CASE("the loss of uniform logits is log V", "[loss]") {
  const Matrix logits = Matrix::Constant(17, 3, 2.5F);
  Matrix d_logits(17, 3);
  const std::vector<int> labels = {0, 16, 5};
  CHECK(cross_entropy(logits, labels, 1, d_logits) == Catch::Approx(3 * std::log(17.0)));
  CHECK(d_logits(0, 0) == Catch::Approx(1.0 / 17 - 1));
  CHECK(d_logits(1, 0) == Catch::Approx(1.0 / 17));
}

TEST_CASE("columns without a label are not counted", "[loss]") {
  Matrix logits = Matrix::Random(5, 2);
  Matrix d_logits = Matrix::Constant(5, 2, 9.0F);
  const std::vector<int> both = {2, -1};
  const double loss = cross_entropy(logits, both, 0.5F, d_logits);
  CHECK(d_logits.col(1).isZero());
  CHECK(d_logits.col(0).sum() == Catch::Approx(0.0).margin(1e-6));
  logits.col(1) *= 100.0F;
  CHECK(cross_entropy(logits, both, 0.5F, d_logits) == loss);
}

TEST_CASE("logits of 1e4 and a probability that underflows give finite results", "[loss]") {
  Matrix logits = Matrix::Zero(4, 1);
  logits(0, 0) = 1e4F;
  Matrix d_logits(4, 1);
  const std::vector<int> labels = {3};
  CHECK(cross_entropy(logits, labels, 1, d_logits) == Catch::Approx(1e4));
  CHECK(d_logits.allFinite());
  CHECK(d_logits(0, 0) == 1.0F);
  CHECK(d_logits(3, 0) == -1.0F);
}

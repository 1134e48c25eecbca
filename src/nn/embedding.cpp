#include "nn/embedding.h"

#include "nn/activation.h"
#include "nn/product.h"

namespace attnviz {

void project_tokens(MatrixIn W, const Matrix& embedding, const Vector& b, Matrix& table) {
  resize_anew(table, W.rows(), embedding.cols());
  table.colwise() = b;
  add_product(W, embedding, table);
}

void project_tokens_backward(MatrixIn W_t, const Matrix& embedding, const Matrix& d_table,
                             MatrixOut d_W, Matrix& d_embedding, Vector& d_b) {
  bias_backward(d_table, d_b);
  add_product(W_t, d_table, d_embedding);
  add_product(d_table, embedding.transpose(), d_W);
}

void look_up(const Matrix& table, std::span<const int> ids, MatrixOut out) {
  for (Index k = 0; k < out.cols(); ++k) out.col(k) = table.col(ids[static_cast<std::size_t>(k)]);
}

void look_up_backward(MatrixIn d_out, std::span<const int> ids, Matrix& d_table) {
  for (Index k = 0; k < d_out.cols(); ++k) {
    add(d_out.col(k), d_table.col(ids[static_cast<std::size_t>(k)]));
  }
}

}  // namespace attnviz

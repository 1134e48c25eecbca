// Token embeddings, seen through the layer that reads them.
//
// A layer that computes W x + b of an embedded token x = embedding.col(id) has only V different
// inputs, so W embedding + b is computed once for the whole vocabulary and looked up. Its gradient
// is collected by token, then taken through one product.
#pragma once

#include <span>

#include "nn/types.h"

namespace attnviz {

/// table = W embedding + b.   W: R x E, embedding: E x V, b: R, table: R x V (resized)
void project_tokens(MatrixIn W, const Matrix& embedding, const Vector& b, Matrix& table);

/// Adds to the gradients of W, embedding and b, given that of the table.   W_t = W': E x R
void project_tokens_backward(MatrixIn W_t, const Matrix& embedding, const Matrix& d_table,
                             MatrixOut d_W, Matrix& d_embedding, Vector& d_b);

/// out.col(k) = table.col(ids[k]) for every column of out.
void look_up(const Matrix& table, std::span<const int> ids, MatrixOut out);

/// d_table.col(ids[k]) += d_out.col(k)
void look_up_backward(MatrixIn d_out, std::span<const int> ids, Matrix& d_table);

}  // namespace attnviz

// The copy gate (See, Liu and Manning 2017, equations 8 and 9): an answer's symbol is generated
// from the vocabulary or copied from where attention is.
//
//   g_i    = sigmoid(z_i), z_i = w_g [s_i ; c_i ; y_{i-1}] + b_g
//   p_i(y) = g_i p_vocab(y) + (1 - g_i) sum_j a_ij [x_j = y]
//
// over the target vocabulary (V symbols) extended by the symbols of the source that it does not
// hold (text/copies.h). A copied symbol that the vocabulary does not hold is the unknown symbol as
// y_{i-1}. Logits become log p_i(y), which are their own log-softmax: what reads logits stays as it
// is. All sums are of logarithms, so that p may be as small as a float's exponent allows.
#pragma once

#include "nn/types.h"
#include "text/batch.h"

namespace attnviz {

/// The logit of a row that is no symbol of an answer to its source.
inline constexpr Scalar no_symbol = static_cast<Scalar>(-1e30);

/// N packed target columns.
struct CopyTape {
  Matrix gate;       // 1 x N   z
  Matrix generated;  // S x N   log g p_vocab(x_j), no_symbol outside the vocabulary
  Vector mass;       // V + X   a buffer: of one column, the attention on each symbol

  /// For `answers` symbols, those of the vocabulary and of any source.
  void grow(Index answers, Index source_steps, Index columns);
};

/// 1 - g of a column.
double copied_share(const CopyTape& tape, Index column);

/// How many symbols an answer has at most, V and those outside the vocabulary of any source.
Index answer_symbols(const Batch& batch, int vocabulary);

/// The number by which the decoder is given a symbol of an answer.
inline int fed_symbol(int id, int vocabulary) {
  return id < vocabulary ? id : Vocabulary::unknown;
}

/// The logits of p_vocab in the columns `now`, one for each of the batch's first examples, become
/// log p. The rows from `vocabulary` on are the symbols outside it. `attention` is S x N.
void mix_copies(const Batch& batch, int vocabulary, const Matrix& attention, Columns now,
                CopyTape& tape, Matrix& logits);

/// The sum of -log p of the labels. Fills with `scale` times its gradient d_logits (V x N), that of
/// the logits of p_vocab, d_gate (1 x N), that of z, and d_attention (S x N), that of the attention
/// weights, as far as they are copied from.
double copy_loss(const Batch& batch, const Matrix& logits, const CopyTape& tape, Scalar scale,
                 MatrixOut d_logits, Matrix& d_gate, Matrix& d_attention);

}  // namespace attnviz

// Attention without a model: given queries, keys and values, in double. What the forms of
// nn/attention.h compute in a model is computed here as it is written, one number after the other:
//
//   e_ij = scale * score(q_i, k_j) + m_ij
//   a_i  = softmax_j(e_i / temperature); hard: 1 for the largest e_ij, 0 for the others
//   o_i  = sum_j a_ij v_j
//
//   dot         q'k
//   scaled dot  q'k, where the scale is 1 / sqrt(d) unless given
//   bilinear    k' W q
//   additive    v' tanh(W_q q + W_k k)
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/real_matrix.h"
#include "nn/attention.h"

namespace attnviz {

/// Of L queries over S keys. Matrices that the score does not use are empty.
struct AttentionLayer {
  Attention score = Attention::scaled_dot;
  RealMatrix W;    // size of a key x size of a query
  RealMatrix W_q;  // A x size of a query
  RealMatrix W_k;  // A x size of a key
  RealMatrix v;    // 1 x A
  std::optional<double> scale;
  double temperature = 1.0;
  bool hard = false;  // chosen, not trained
};

/// Which keys take part, as in PyTorch's scaled_dot_product_attention.
struct AttentionMask {
  /// Query i sees the last so many of the keys 0..i; the largest number: all of them (causal).
  std::optional<std::size_t> window;
  /// What is added to the scores, -infinity where a key takes no part: L x S, where a single row
  /// holds for all rows, a single column for all columns. Empty for nothing.
  RealMatrix added;

  /// m_ij
  double at(std::size_t query, std::size_t key) const;
};

struct AttendedValues {
  RealMatrix weights;             // L x S   a; 0 where masked
  RealMatrix output;              // L x size of a value
  std::vector<std::size_t> tied;  // queries whose largest score several keys have, of a hard layer
};

/// A row of L or S is a vector. Throws SettingError "key", "value", "weight" or "mask" for sizes
/// that do not match and for a query without a key; InputError for a number that becomes infinite.
AttendedValues attend_values(const AttentionLayer& layer, const RealMatrix& query,
                             const RealMatrix& key, const RealMatrix& value,
                             const AttentionMask& mask);

}  // namespace attnviz

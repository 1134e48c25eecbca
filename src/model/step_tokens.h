// The tokens of one side in an update's batch, and their embeddings, with dropout.
#pragma once

#include <span>
#include <vector>

#include "base/random.h"
#include "nn/types.h"

namespace attnviz {

/// A small vocabulary (V up to `max_whole`) is collected whole. Of a large one only the tokens of
/// the batch are: projecting the others would cost more than the batch itself.
class StepTokens {
 public:
  static constexpr int max_whole = 1024;

  /// For a vocabulary of that size, all of it at first.
  void resize(int vocabulary);

  /// Starts to collect the tokens of another batch: none yet of a large vocabulary.
  void clear();
  void meet(std::span<const int> ids);
  /// Ends collecting, and copies the embeddings (E x V). With dropout (Srivastava et al. 2014) each
  /// element is left out with this probability, the same for every occurrence of a token in the
  /// batch; the others are scaled up.
  void gather(const Matrix& embedding, double dropout, Random& random);

  /// The positions of the ids among the collected ones: columns of embedding().
  void renumber(std::vector<int>& ids) const;

  const Matrix& embedding() const { return embedding_; }  // E x U

  /// Adds the gradient of embedding() to that of the whole.
  void scatter(const Matrix& d_embedding, Matrix& d_whole) const;

 private:
  bool is_whole() const { return static_cast<int>(places_.size()) <= max_whole; }

  std::vector<int> ids_;     // U, rising
  std::vector<int> places_;  // V: the position of an id in ids_, or -1
  Matrix embedding_;
  Matrix mask_;  // E x U: what embeddings are multiplied by; empty without dropout
};

/// Fills the top left of `mask` for dropout: 0 with this probability, else 1 / (1 - dropout).
void draw_mask(double dropout, Random& random, MatrixOut mask);

}  // namespace attnviz

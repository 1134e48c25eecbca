// The decoder's steps of one answer, and what they become with other attention.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "explain/passes.h"
#include "model/model.h"

namespace attnviz {

/// A sum of attention weights that is none: those of a softmax stay above e^-87, where exp() ends,
/// and are no longer told apart there.
inline constexpr Scalar no_attention = 1e-30F;

class AnswerTape {
 public:
  /// All must outlive it. `source` are columns of passes.symbols(), END's last. The next pass
  /// ends its validity.
  AnswerTape(const Model& model, Passes& passes, const std::vector<int>& source,
             std::span<const int> answer);

  Index outputs() const { return static_cast<Index>(answer_.size()); }
  Index inputs() const { return scratch_.tape.memory.size(); }  // END's included

  /// a_i, over all inputs.
  auto attention(Index output) const {
    return scratch_.tape.decoder.attention.weights.col(output).head(inputs());
  }
  auto annotations() const { return scratch_.tape.memory.annotations.leftCols(inputs()); }  // K x S

  /// Calls use(k, logits, column) for column k of `attention` (S x N): that column of the logits
  /// (V rows) is what an output has whose step alone attends so, given the answer before it. With
  /// Query::previous the state of the step changes too. Throws InputError where they are not
  /// finite.
  template <typename Use>
  void for_each_logits(Index output, const Matrix& attention, const Use& use) const {
    constexpr Index at_once = 256;  // a vocabulary may be large
    for (Index first = 0; first < attention.cols(); first += at_once) {
      const Index count = std::min(at_once, attention.cols() - first);
      const Matrix& logits = logits_of(output, attention.middleCols(first, count));
      for (Index k = 0; k < count; ++k) use(static_cast<std::size_t>(first + k), logits, k);
    }
  }

 private:
  /// The logits (V x N) with each column of the attention (S x N); the buffer may be wider.
  const Matrix& logits_of(Index output, MatrixIn attention) const;

  const Model& model_;
  std::span<const int> answer_;
  const DecodingScratch& scratch_;
  mutable DecoderTape changed_;  // a buffer
};

}  // namespace attnviz

// The decoder's steps of one answer, and what they become with other attention.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "explain/passes.h"
#include "model/model.h"

namespace attnviz {

class AnswerTape {
 public:
  /// All must outlive it. `source` are columns of passes.symbols(), END's last. The next pass
  /// ends its validity.
  AnswerTape(const Model& model, Passes& passes, const std::vector<int>& source,
             std::span<const int> answer, StopCheck stop);

  Index outputs() const { return static_cast<Index>(answer_.size()); }
  Index inputs() const { return scratch_.tape.memory.size(); }  // END's included

  /// a_i, over all inputs.
  auto attention(Index output) const {
    return scratch_.tape.decoder.attention.weights.col(output).head(inputs());
  }
  auto annotations() const { return scratch_.tape.memory.annotations.leftCols(inputs()); }  // K x S

  /// Calls use(k, logits) with the logits (V) of outputs whose step alone has the attention of
  /// column k of `attention` (S x N), given the answer before it. With Query::previous the state of
  /// the step changes too.
  template <typename Use>
  void for_each_logits(std::span<const int> outputs, const Matrix& attention,
                       const Use& use) const {
    constexpr std::size_t at_once = 256;
    for (std::size_t first = 0; first < outputs.size(); first += at_once) {
      const auto some = outputs.subspan(first, std::min(at_once, outputs.size() - first));
      const Matrix& logits = logits_of(some, attention, first);
      for (std::size_t k = 0; k < some.size(); ++k) {
        use(first + k, Vector(logits.col(static_cast<Index>(k))));
      }
    }
  }

 private:
  /// The logits (V x outputs) with the attention of the columns from `first` on.
  const Matrix& logits_of(std::span<const int> outputs, const Matrix& attention,
                          std::size_t first) const;

  const Model& model_;
  std::span<const int> answer_;
  const DecodingScratch& scratch_;
  mutable DecoderTape changed_;  // a buffer
};

}  // namespace attnviz

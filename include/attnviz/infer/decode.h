// Greedy decoding.
#pragma once

#include <span>
#include <vector>

#include "attnviz/model/model.h"

namespace attnviz {

/// What the model answers to one source.
struct Decoded {
  std::vector<int> ids;          // with END, unless the limit was reached first
  std::vector<float> attention;  // ids.size() x source length with END, row-major
  std::vector<float> logits;     // ids.size() x target vocabulary, row-major, if kept
};

/// The buffers of decoding, kept from call to call.
struct Decoder {
  TokenTables tables;
  Batch batch;
  Tape tape;
  bool keep_logits = false;

  explicit Decoder(const ModelConfig& config) { tables.resize(config); }
};

/// The longest answer to a source of that many tokens, END included on both sides.
inline int longest_answer(int source_length) {
  return 2 * source_length + 10;
}

/// The symbol with the highest logit; PAD and START are no answers.
int most_probable(const Matrix& logits, Index column);

/// The most probable symbol at every step. Answers come in the order of the sources (`target` of
/// the pairs is not looked at) and do not depend on which others share the call.
/// `project_tokens(weights, decoder.tables)` must have been called for these weights.
std::vector<Decoded> decode_greedily(const Seq2SeqWeights& weights, const ModelConfig& config,
                                     std::span<const EncodedPair* const> sources, Decoder& decoder);

}  // namespace attnviz

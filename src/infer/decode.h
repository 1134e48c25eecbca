// Greedy decoding, and decoding that is forced to a given answer.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/stop.h"
#include "infer/chunk.h"
#include "model/model.h"

namespace attnviz {

/// What the model answers to one source.
struct Decoded {
  std::vector<int> ids;                   // with END, unless the limit was reached first; numbers
                                          // as in EncodedPair::wanted()
  std::vector<float> attention;           // ids.size() x source length with END, row-major
  std::vector<float> posterior;           // the same with hard attention, else empty: P(j | symbol)
  std::vector<float> logits;              // ids.size() x target vocabulary, row-major, if kept;
                                          // with a copy gate logarithms of probabilities
  std::vector<double> log_probabilities;  // of each of the ids, given those before it
  std::vector<float> copied;              // 1 - g of each, with a copy gate

  /// Of the answer as a whole.
  double log_probability() const;
  double log_probability_per_symbol() const {
    return log_probability() / static_cast<double>(ids.size());
  }
};

/// The longest answer to a source of that many tokens, END included on both sides.
inline int longest_answer(int source_length) {
  return 2 * source_length + 10;
}

/// Where an answer to a source of that many tokens is cut: at `longest` tokens of its model, if
/// that is above 0.
inline int answer_limit(int longest, int source_length) {
  return longest > 0 ? longest : longest_answer(source_length);
}

/// The buffers of decoding, kept from call to call.
struct DecodingScratch {
  TokenTables tables;
  Batch batch;
  Tape tape;
  bool keep_logits = false;
  int longest = 0;              // answers with END; 0 for longest_answer() of each source
  std::string model = "model";  // its name, for messages
  StopCheck stop = {};          // asked at every step

  explicit DecodingScratch(const ModelConfig& config) { tables.resize(config); }

  Index vocabulary() const { return tables.decoder.recurrent.cols(); }  // of targets
  bool copies() const { return tables.decoder.copy.size() > 0; }        // has a copy gate

  /// Where an answer to a source of that many tokens is cut, END included on both sides.
  int limit(int source_length) const { return answer_limit(longest, source_length); }

  /// What the maps of so many answers to a source hold at most.
  ChunkSize size(const EncodedPair& pair, int answers) const {
    const auto length = static_cast<int>(pair.source.size());
    return {static_cast<std::size_t>(answers) * static_cast<std::size_t>(limit(length)),
            pair.source.size()};
  }
};

/// What decode_forced() computes for a pair: attention and logits of every step.
inline ChunkSize forced_size(const ModelConfig& config, const EncodedPair& pair) {
  const std::size_t maps = config.hard ? 2 : 1;
  return {pair.target.size(),
          maps * pair.source.size() + static_cast<std::size_t>(config.target_vocabulary)};
}

/// Throws InputError: `what` is not finite, as weights that are too large make it.
[[noreturn]] void refuse_not_finite(const std::string& model, const std::string& what);

/// The symbol with the highest logit; PAD and START are no answers.
int most_probable(const Matrix& logits, Index column);

/// The most probable symbol at every step. Answers come in the order of the sources (`target` of
/// the pairs is ignored) and do not depend on which others share the call. Throws InputError where
/// attention or logits are not finite, as weights that are too large make them.
/// `project_tokens(weights, scratch.tables)` must have been called for these weights.
std::vector<Decoded> decode_greedily(const Seq2SeqWeights& weights, const ModelConfig& config,
                                     std::span<const EncodedPair* const> sources,
                                     DecodingScratch& scratch);

/// The targets of the pairs as if they were answers: their attention and log-probabilities. Order,
/// independence, errors and tables as above.
std::vector<Decoded> decode_forced(const Seq2SeqWeights& weights, const ModelConfig& config,
                                   std::span<const EncodedPair* const> pairs,
                                   DecodingScratch& scratch);

}  // namespace attnviz

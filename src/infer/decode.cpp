#include "infer/decode.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "attnviz/error.h"
#include "model/marginal_steps.h"
#include "model/steps.h"
#include "nn/loss.h"

namespace attnviz {
namespace {

/// Adds the symbol `id` of the step in `column` to the answer to an example.
void take(const DecoderWeights& weights, DecodingScratch& scratch, Index example, Index column,
          int id, Decoded& answer) {
  DecoderTape& tape = scratch.tape.decoder;
  const Index length = scratch.tape.memory.of(example).count;
  const Scalar* a = tape.attention.weights.col(column).data();
  const auto logits = tape.logits.col(column);
  const bool is_attention_finite =
      std::all_of(a, a + length, [](Scalar w) { return std::isfinite(w); });
  if (!is_attention_finite || !logits.allFinite()) {
    refuse_not_finite(
        scratch.model,
        fmt::format("{} of output symbol {}", is_attention_finite ? "the logits" : "the attention",
                    answer.ids.size() + 1));
  }
  answer.ids.push_back(id);
  answer.attention.insert(answer.attention.end(), a, a + length);
  if (weights.hard()) {
    const Vector from = posterior(weights, scratch.tape.memory, example, column, id, tape);
    answer.posterior.insert(answer.posterior.end(), from.begin(), from.end());
  }
  answer.log_probabilities.push_back(static_cast<double>(logits[id]) - log_sum_exp(logits));
  if (scratch.copies()) {
    answer.copied.push_back(static_cast<float>(copied_share(tape.copy, column)));
  }
  if (scratch.keep_logits) {
    answer.logits.insert(answer.logits.end(), logits.data(), logits.data() + scratch.vocabulary());
  }
}

}  // namespace

double Decoded::log_probability() const {
  return std::accumulate(log_probabilities.begin(), log_probabilities.end(), 0.0);
}

void refuse_not_finite(const std::string& model, const std::string& what) {
  throw InputError(
      fmt::format("{}: its weights give numbers that are not finite: {}", model, what));
}

int most_probable(const Matrix& logits, Index column) {
  Index best = 0;
  const Index first = Vocabulary::end;
  logits.col(column).tail(logits.rows() - first).maxCoeff(&best);
  return static_cast<int>(first + best);
}

std::vector<Decoded> decode_greedily(const Seq2SeqWeights& weights, const ModelConfig& config,
                                     std::span<const EncodedPair* const> sources,
                                     DecodingScratch& scratch) {
  std::vector<Decoded> answers(sources.size());
  if (sources.empty()) return answers;
  Tape& tape = scratch.tape;
  pack_sources(sources, scratch.batch);
  const Index B = scratch.batch.size;
  tape.grow(config, scratch.batch, 2 * B);  // a step needs the one before it and no other
  encode(weights, scratch.tables, scratch.batch, tape, scratch.stop);

  std::vector<int> inputs(static_cast<std::size_t>(2 * B), Vocabulary::start);
  std::vector<bool> done(sources.size(), false);
  Columns earlier = no_columns;
  Index going = B;
  for (Index t = 0; going > 0; ++t) {
    scratch.stop();
    const Columns now{(t % 2) * B, going};
    answer_step(weights, scratch.tables, config, scratch.batch, inputs, earlier, now, tape);
    earlier = now;

    const Index next = ((t + 1) % 2) * B;
    for (Index k = 0; k < going; ++k) {
      const auto place = static_cast<std::size_t>(k);
      if (done[place]) continue;
      Decoded& answer = answers[static_cast<std::size_t>(scratch.batch.order[place])];
      const int symbol = most_probable(tape.decoder.logits, now.first + k);
      const Index length = tape.memory.of(k).count;
      take(weights.decoder, scratch, k, now.first + k, symbol, answer);
      inputs[static_cast<std::size_t>(next + k)] = fed_symbol(symbol, config.target_vocabulary);
      done[place] = symbol == Vocabulary::end ||
                    static_cast<int>(answer.ids.size()) == scratch.limit(static_cast<int>(length));
    }
    while (going > 0 && done[static_cast<std::size_t>(going - 1)]) --going;
  }
  return answers;
}

std::vector<Decoded> decode_forced(const Seq2SeqWeights& weights, const ModelConfig& config,
                                   std::span<const EncodedPair* const> pairs,
                                   DecodingScratch& scratch) {
  std::vector<Decoded> answers(pairs.size());
  if (pairs.empty()) return answers;
  pack(pairs, scratch.batch);
  const Batch& batch = scratch.batch;
  Tape& tape = scratch.tape;
  forward(weights, scratch.tables, config, batch, tape, scratch.stop);
  for (Index k = 0; k < batch.size; ++k) {
    const auto pair = static_cast<std::size_t>(batch.order[static_cast<std::size_t>(k)]);
    for (std::size_t t = 0; t < pairs[pair]->target.size(); ++t) {
      const Index column = step_columns(batch.target_first, static_cast<Index>(t)).first + k;
      take(weights.decoder, scratch, k, column, pairs[pair]->wanted()[t], answers[pair]);
    }
  }
  return answers;
}

}  // namespace attnviz

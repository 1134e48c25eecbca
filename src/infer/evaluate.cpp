#include "attnviz/infer/evaluate.h"

#include <algorithm>

#include "attnviz/model/steps.h"
#include "attnviz/nn/loss.h"

namespace attnviz {
namespace {

constexpr std::size_t chunk_size = 64;  // examples side by side

/// Calls f(pairs, examples) for one chunk after the other.
template <typename F>
void for_each_chunk(std::span<const EncodedExample> examples, F&& f) {
  std::vector<const EncodedPair*> pairs;
  for (std::size_t at = 0; at < examples.size(); at += chunk_size) {
    const auto chunk = examples.subspan(at, std::min(chunk_size, examples.size() - at));
    pairs.clear();
    for (const EncodedExample& example : chunk) pairs.push_back(&example.pair);
    f(std::span<const EncodedPair* const>(pairs), chunk);
  }
}

void add(const EncodedExample& example, std::span<const int> answer, Evaluation& sum) {
  const AnswerScores scores = score_answer(answer, example.pair.target);
  sum.answers += scores;
  sum.by_length[static_cast<int>(example.pair.source.size()) - 1] += scores;
}

}  // namespace

EncodedExample encode(const Vocabulary& source, const Vocabulary& target, const Example& example) {
  return {{encode(source, example.source), encode(target, example.target)}, example.gold};
}

Evaluation evaluate_forced(const Seq2SeqWeights& weights, const ModelConfig& config,
                           std::span<const EncodedExample> examples, Decoder& decoder) {
  Evaluation sum;
  std::vector<int> answer;
  std::vector<float> row;
  project_tokens(weights, decoder.tables);
  for_each_chunk(examples, [&](auto pairs, auto chunk) {
    pack(pairs, decoder.batch);
    const Batch& batch = decoder.batch;
    Tape& tape = decoder.tape;
    forward(weights, decoder.tables, config, batch, tape);
    const auto N = static_cast<Index>(batch.wanted.size());
    sum.loss += cross_entropy(tape.decoder.logits.leftCols(N), batch.wanted, 1,
                              tape.decoder.d_logits.leftCols(N));

    for (Index k = 0; k < batch.size; ++k) {
      const EncodedExample& example =
          chunk[static_cast<std::size_t>(batch.order[static_cast<std::size_t>(k)])];
      answer.clear();
      for (std::size_t t = 0; t < example.pair.target.size(); ++t) {
        const Index column = step_columns(batch.target_first, static_cast<Index>(t)).first + k;
        answer.push_back(most_probable(tape.decoder.logits, column));
        if (t >= example.gold.size()) continue;
        const Scalar* a = tape.decoder.attention.weights.col(column).data();
        row.assign(a, a + tape.memory.of(k).count);
        sum.alignment.add_row(row, example.gold[t]);
      }
      add(example, answer, sum);
    }
  });
  sum.loss /= static_cast<double>(std::max<std::size_t>(1, sum.answers.tokens));
  return sum;
}

Evaluation evaluate_greedily(const Seq2SeqWeights& weights, const ModelConfig& config,
                             std::span<const EncodedExample> examples, Decoder& decoder) {
  Evaluation sum;
  project_tokens(weights, decoder.tables);
  for_each_chunk(examples, [&](auto pairs, auto chunk) {
    const auto answers = decode_greedily(weights, config, pairs, decoder);
    for (std::size_t i = 0; i < chunk.size(); ++i) {
      add(chunk[i], answers[i].ids, sum);
      sum.alignment +=
          score_alignment(answers[i].attention, chunk[i].pair.source.size(), chunk[i].gold);
    }
  });
  return sum;
}

}  // namespace attnviz

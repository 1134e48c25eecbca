#include "score/evaluate.h"

#include <algorithm>

#include "infer/chunk.h"
#include "model/steps.h"
#include "nn/loss.h"

namespace attnviz {
namespace {

/// Calls f(pairs, examples) for one chunk after the other. `size` gives the size of an example.
template <typename Size, typename F>
void for_each_chunk_of_examples(std::span<const EncodedExample> examples, Size&& size, F&& f) {
  const auto size_at = [&](std::size_t i) { return size(examples[i].pair); };
  std::vector<const EncodedPair*> pairs;
  for_each_chunk(examples.size(), size_at, [&](std::size_t first, std::size_t end) {
    const auto chunk = examples.subspan(first, end - first);
    pairs.clear();
    for (const EncodedExample& example : chunk) pairs.push_back(&example.pair);
    f(std::span<const EncodedPair* const>(pairs), chunk);
  });
}

/// Scores one answer and its attention (a row for each of its tokens).
void add(const EncodedExample& example, std::span<const int> answer,
         std::span<const float> attention, std::span<const float> posterior, Evaluation& sum) {
  const std::size_t columns = example.pair.source.size();
  const AnswerScores scores = score_answer(answer, example.pair.wanted());
  sum.answers += scores;
  sum.by_length[static_cast<int>(columns) - 1] += scores;
  sum.alignment += score_alignment(attention, columns, example.gold);
  if (!posterior.empty()) sum.posterior += score_alignment(posterior, columns, example.gold);

  const ExampleDetails& details = example.details;
  if (!details.kind.empty()) sum.by_kind[details.kind] += scores;
  const std::size_t rows = std::min(example.gold.size(), attention.size() / columns);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto row = attention.subspan(i * columns, columns);
    if (i < details.fields.size() && !details.fields[i].empty()) {
      sum.by_field[details.fields[i]].add_row(row, example.gold[i]);
      if (!posterior.empty()) {
        sum.posterior_by_field[details.fields[i]].add_row(posterior.subspan(i * columns, columns),
                                                          example.gold[i]);
      }
    }
    if (!details.distractor.empty()) sum.distractor.add_row(row, details.distractor);
  }
}

}  // namespace

Evaluation evaluate_forced(const Seq2SeqWeights& weights, const ModelConfig& config,
                           std::span<const EncodedExample> examples, DecodingScratch& scratch) {
  Evaluation sum;
  std::vector<int> answer;
  std::vector<float> attention;
  project_tokens(weights, scratch.tables);
  const auto size = [&](const EncodedPair& pair) { return forced_size(config, pair); };
  for_each_chunk_of_examples(examples, size, [&](auto pairs, auto chunk) {
    pack(pairs, scratch.batch);
    const Batch& batch = scratch.batch;
    Tape& tape = scratch.tape;
    forward(weights, scratch.tables, config, batch, tape, scratch.stop);
    const auto N = static_cast<Index>(batch.labels.size());
    sum.loss += cross_entropy(tape.decoder.logits.leftCols(N), batch.labels);

    for (Index k = 0; k < batch.size; ++k) {
      const EncodedExample& example =
          chunk[static_cast<std::size_t>(batch.order[static_cast<std::size_t>(k)])];
      answer.clear();
      attention.clear();
      for (std::size_t t = 0; t < example.pair.target.size(); ++t) {
        const Index column = step_columns(batch.target_first, static_cast<Index>(t)).first + k;
        const Scalar* a = tape.decoder.attention.weights.col(column).data();
        answer.push_back(most_probable(tape.decoder.logits, column));
        attention.insert(attention.end(), a, a + tape.memory.of(k).count);
      }
      add(example, answer, attention, {}, sum);
    }
  });
  sum.loss /= static_cast<double>(std::max<std::size_t>(1, sum.answers.tokens));
  return sum;
}

Evaluation evaluate_greedily(const Seq2SeqWeights& weights, const ModelConfig& config,
                             std::span<const EncodedExample> examples, DecodingScratch& scratch,
                             const OnAnswer& on_answer) {
  Evaluation sum;
  project_tokens(weights, scratch.tables);
  const auto size = [&](const EncodedPair& pair) { return scratch.size(pair, 1); };
  for_each_chunk_of_examples(examples, size, [&](auto pairs, auto chunk) {
    const auto answers = decode_greedily(weights, config, pairs, scratch);
    for (std::size_t i = 0; i < chunk.size(); ++i) {
      add(chunk[i], answers[i].ids, answers[i].attention, answers[i].posterior, sum);
      if (on_answer) on_answer(chunk[i], answers[i].ids);
      if (answers[i].ids != chunk[i].pair.wanted()) continue;
      sum.least_log_probability =
          std::min(sum.least_log_probability, answers[i].log_probability_per_symbol());
    }
  });
  return sum;
}

}  // namespace attnviz

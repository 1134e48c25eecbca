// Greedy answers, one at a time and many at once, from a model that has learnt to reverse words.
#include "infer/decode.h"

#include "register.h"
#include "sizes.h"

namespace attnviz::bench {
namespace {

Seq2SeqWeights train_briefly(const ModelConfig& config) {
  constexpr int steps = 500;
  Recipe recipe;
  recipe.model = config;
  recipe.steps = steps;
  Trainer trainer(config, recipe, 1, 1);
  Random random(1, 1);
  for (int i = 0; i < steps; ++i) {
    const auto pairs = draw_pairs(16, 4, 12, random);
    trainer.step(pointers(pairs));
  }
  return trainer.weights();
}

void decode(benchmark::State& state, int count, int shortest, int longest) {
  const ModelConfig config = config_of(sizes[0]);
  static const Seq2SeqWeights weights = train_briefly(config);
  DecodingScratch scratch(config);
  project_tokens(weights, scratch.tables);
  Random random(2, 1);
  const auto pairs = draw_pairs(count, shortest, longest, random);
  const auto sources = pointers(pairs);
  for (auto _ : state) benchmark::DoNotOptimize(decode_greedily(weights, config, sources, scratch));
  state.counters["symbols/s"] = per_second(count_symbols(pairs));
}

}  // namespace

void register_all() {
  add("decode/word", [](benchmark::State& state) {
    decode(state, 1, 10, 10);
  })->Unit(benchmark::kMicrosecond);
  add("decode/lines:10000", [](benchmark::State& state) {
    decode(state, 10'000, 4, 12);
  })->Unit(benchmark::kMillisecond);
}

}  // namespace attnviz::bench

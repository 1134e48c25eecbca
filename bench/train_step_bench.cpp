// Whole training steps, and their parts.
#include <benchmark/benchmark.h>

#include "sizes.h"

namespace attnviz::bench {
namespace {

std::vector<const EncodedPair*> pointers(const std::vector<EncodedPair>& pairs) {
  std::vector<const EncodedPair*> result;
  for (const EncodedPair& pair : pairs) result.push_back(&pair);
  return result;
}

void train_step(benchmark::State& state, const Size& size, int threads, int shortest, int longest) {
  Recipe recipe;
  recipe.model = config_of(size);
  Trainer trainer(recipe.model, recipe, 1, threads);
  Random random(1, 1);
  const auto pairs = draw_pairs(size.batch, shortest, longest, random);
  const auto batch = pointers(pairs);
  std::size_t symbols = 0;
  for (const EncodedPair& pair : pairs) symbols += pair.source.size();
  for (auto _ : state) benchmark::DoNotOptimize(trainer.step(batch).loss);
  state.counters["symbols/s"] = benchmark::Counter(static_cast<double>(symbols),
                                                   benchmark::Counter::kIsIterationInvariantRate);
}

void register_all() {
  for (const Size& size : sizes) {
    for (const int threads : {1, 2}) {
      const std::string name =
          std::string("step/") + size.name + "/threads:" + std::to_string(threads);
      benchmark::RegisterBenchmark(
          name.c_str(),
          [&size, threads](benchmark::State& state) { train_step(state, size, threads, 10, 10); })
          ->Unit(benchmark::kMillisecond)
          ->UseRealTime();
    }
  }
}

}  // namespace
}  // namespace attnviz::bench

int main(int argc, char** argv) {
  attnviz::bench::register_all();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}

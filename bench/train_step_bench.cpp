// Whole training steps: by size and threads, with and without padding, by length, and of sentence
// pairs.
#include "register.h"
#include "sizes.h"

namespace attnviz::bench {
namespace {

void train_step(benchmark::State& state, const Recipe& recipe, int examples, int threads,
                int shortest, int longest) {
  Trainer trainer(recipe.model, recipe, 1, threads);
  Random random(1, 1);
  const auto pairs = draw_pairs(examples, shortest, longest, random);
  const auto batch = pointers(pairs);
  for (auto _ : state) benchmark::DoNotOptimize(trainer.step(batch).loss);
  state.counters["symbols/s"] = per_second(count_symbols(pairs));
}

void add_step(const std::string& name, const Size& size, int threads, int shortest, int longest) {
  add(name, [=, &size](benchmark::State& state) {
    Recipe recipe;
    recipe.model = config_of(size);
    train_step(state, recipe, size.batch, threads, shortest, longest);
  })->Unit(benchmark::kMillisecond);
}

/// The recipe of pairs with states of another size.
void add_pairs(int states) {
  add("pairs/" + std::to_string(states), [states](benchmark::State& state) {
    Recipe recipe = pair_recipe();
    recipe.model.hidden = recipe.model.decoder_hidden = states;
    recipe.model.source_vocabulary = recipe.model.target_vocabulary =
        Vocabulary::reserved + letters;
    train_step(state, recipe, recipe.batch, 1, shortest_pair, longest_pair);
  })->Unit(benchmark::kMillisecond);
}

}  // namespace

void register_all() {
  for (const Size& size : sizes) {
    const std::string of_size = std::string("/") + size.name;
    for (const int threads : {1, 2}) {
      add_step("step" + of_size + "/threads:" + std::to_string(threads), size, threads,
               usual_length, usual_length);
    }
    add_step("padding" + of_size + "/lengths:4-12", size, 1, 4, 12);
    add_step("padding" + of_size + "/lengths:8", size, 1, 8, 8);
    for (int length = 10; length <= 60; length += 10) {
      add_step("length" + of_size + "/" + std::to_string(length), size, 1, length, length);
    }
  }
  for (const int states : {128, 256}) add_pairs(states);
}

}  // namespace attnviz::bench

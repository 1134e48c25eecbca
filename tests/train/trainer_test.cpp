#include "train/trainer.h"

#include <cstring>
#include <memory>

#include "catch.h"
#include "infer/small_model.h"
#include "train/allocation_counter.h"

using namespace attnviz;

namespace {

struct Batches {
  std::vector<EncodedExample> examples;
  std::vector<const EncodedPair*> pairs;

  explicit Batches(int count) : examples(some_examples("reverse", count)) {
    for (const EncodedExample& example : examples) pairs.push_back(&example.pair);
  }
};

Trainer make_trainer(int threads, const Recipe& recipe = {}) {
  ModelConfig config = recipe.model;
  config.source_vocabulary = 30;
  config.target_vocabulary = 30;
  return Trainer(config, recipe, 17, threads);
}

/// Bit for bit, NaN included.
bool same_weights(const Seq2SeqWeights& a, const Seq2SeqWeights& b) {
  bool same = true;
  Seq2SeqWeights::visit(
      [&](std::string_view, const auto& x, const auto& y) {
        const auto bytes = static_cast<std::size_t>(x.size()) * sizeof(Scalar);
        same &= x.size() == y.size() && (bytes == 0 || std::memcmp(x.data(), y.data(), bytes) == 0);
      },
      a, b);
  return same;
}

}  // namespace

TEST_CASE("the allocation counter sees Eigen and operator new", "[allocation]") {
  if (!allocations_are_counted()) return;
  const std::size_t before = allocation_count();
  const Matrix m = Matrix::Zero(33, 7);
  const std::size_t with_matrix = allocation_count();
  const auto text = std::make_unique<std::string>(100, static_cast<char>('a' + m.size() % 2));
  CHECK(with_matrix > before);
  CHECK(allocation_count() > with_matrix);
  CHECK(text->size() == 100);
}

TEST_CASE("a training step whose sizes were seen before allocates nothing", "[allocation]") {
  if (!allocations_are_counted()) return;
  Recipe recipe;
  recipe.model.query = GENERATE(Query::previous, Query::current);
  recipe.model.hard = GENERATE(false, true);
  if (recipe.model.hard && recipe.model.query == Query::previous) return;
  recipe.model.hidden = 48;
  recipe.model.readout_units = 20;
  recipe.model.attention = GENERATE(Attention::additive, Attention::dot);
  recipe.dropout = recipe.forgetting = 0.1;
  Trainer trainer = make_trainer(1, recipe);
  const Batches batches(64);
  trainer.step(batches.pairs);
  const std::size_t before = allocation_count();
  trainer.step(batches.pairs);
  trainer.step(batches.pairs);
  CHECK(allocation_count() == before);
}

TEST_CASE("the result does not depend on the number of threads", "[trainer]") {
  const int examples = GENERATE(64, 400);
  const Batches batches(examples);
  Trainer one = make_trainer(1);
  for (int i = 0; i < 5; ++i) one.step(batches.pairs);
  for (const int threads : {2, 3, 4, 12, 16}) {
    Trainer many = make_trainer(threads);
    for (int i = 0; i < 5; ++i) many.step(batches.pairs);
    CHECK(same_weights(one.weights(), many.weights()));
  }
}

TEST_CASE("the number of shards follows from the size of the batch", "[trainer]") {
  for (const auto& [examples, shards] : {std::pair{1, 1},
                                         {15, 1},
                                         {16, 2},
                                         {32, 2},
                                         {64, 2},
                                         {96, 3},
                                         {128, 4},
                                         {159, 4},
                                         {256, 8},
                                         {512, 16},
                                         {100'000, 16}}) {
    CHECK(shard_count(static_cast<std::size_t>(examples)) == shards);
  }
}

TEST_CASE("a step depends on the batches before it through the saved state alone", "[trainer]") {
  // Buffers that have grown with longer sources must not change a bit of a sum.
  const std::vector<EncodedExample> examples = some_examples("reverse", 400);
  std::vector<const EncodedPair*> any, shortest;
  for (const EncodedExample& example : examples) {
    any.push_back(&example.pair);
    if (example.pair.source.size() < 8) shortest.push_back(&example.pair);
  }
  Recipe recipe;
  recipe.warm_up = 0;
  recipe.entropy_penalty = 0.1;
  recipe.penalty_from = -1.0;
  Trainer grown = make_trainer(1, recipe);
  grown.step(any);
  Trainer fresh = make_trainer(1, recipe);
  fresh.restore({grown.raw_weights(), grown.weights(), grown.adam()});
  for (int i = 0; i < 3; ++i) {
    grown.step(shortest);
    fresh.step(shortest);
    CHECK(same_weights(grown.raw_weights(), fresh.raw_weights()));
  }
}

TEST_CASE("the same seed gives the same fresh weights, another seed others", "[trainer]") {
  CHECK(same_weights(make_trainer(1).weights(), make_trainer(1).weights()));
  Recipe recipe;
  ModelConfig config = recipe.model;
  config.source_vocabulary = 30;
  config.target_vocabulary = 30;
  CHECK(!same_weights(make_trainer(1).weights(), Trainer(config, recipe, 18, 1).weights()));
}

TEST_CASE("steps make the loss of a batch smaller", "[trainer]") {
  const Batches batches(32);
  Trainer trainer = make_trainer(2);
  const double first = trainer.step(batches.pairs).loss;
  double last = first;
  for (int i = 0; i < 60; ++i) last = trainer.step(batches.pairs).loss;
  CHECK(first == Catch::Approx(std::log(30.0)).epsilon(0.05));
  CHECK(last < 0.25 * first);
  CHECK(trainer.steps_done() == 61);
}

TEST_CASE("a step that is not finite changes nothing and names the culprit", "[trainer]") {
  Recipe recipe;
  recipe.rate = 1e38;
  recipe.warm_up = 0;
  recipe.adam.clip = 1e38;
  Trainer trainer = make_trainer(1, recipe);
  const Batches batches(16);
  StepReport report;
  for (int i = 0; i < 50 && report.finite(); ++i) report = trainer.step(batches.pairs);
  REQUIRE(!report.finite());
  const bool named = report.culprit == "the loss" || report.culprit.starts_with("the gradient of ");
  CHECK(named);
  const TrainerState before{trainer.raw_weights(), trainer.weights(), trainer.adam()};
  CHECK(!trainer.step(batches.pairs).finite());
  CHECK(trainer.steps_done() == before.adam.updates);
  CHECK(same_weights(trainer.raw_weights(), before.weights));
  CHECK(same_weights(trainer.weights(), before.average));
  CHECK(same_weights(trainer.adam().m, before.adam.m));
  CHECK(same_weights(trainer.adam().v, before.adam.v));
}

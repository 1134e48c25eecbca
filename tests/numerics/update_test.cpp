// A whole update of the trainer against the gradient of the whole batch and Adam as published.
#include "train/update.h"

#include <cmath>

#include "catch.h"
#include "nn/compare.h"
#include "nn/scalar_reference.h"
#include "numerics/model_run.h"
#include "train/trainer.h"

using namespace attnviz;

namespace {

std::vector<EncodedPair> draw_pairs(int count, const ModelConfig& config, Random& random) {
  const auto draw = [&](int vocabulary) {
    std::vector<int> ids(1 + random.below(5));
    for (int& id : ids) {
      id = Vocabulary::reserved + static_cast<int>(random.below(static_cast<std::uint64_t>(
                                      vocabulary - Vocabulary::reserved)));
    }
    ids.push_back(Vocabulary::end);
    return ids;
  };
  std::vector<EncodedPair> pairs(static_cast<std::size_t>(count));
  for (EncodedPair& pair : pairs) {
    pair = {draw(config.source_vocabulary), draw(config.target_vocabulary)};
  }
  return pairs;
}

std::vector<const EncodedPair*> pointers(const std::vector<EncodedPair>& pairs) {
  std::vector<const EncodedPair*> result;
  for (const EncodedPair& pair : pairs) result.push_back(&pair);
  return result;
}

double count_tokens(const std::vector<EncodedPair>& pairs) {
  double tokens = 0.0;
  for (const EncodedPair& pair : pairs) tokens += static_cast<double>(pair.target.size());
  return tokens;
}

ModelConfig config_of(Query query, int readout_units) {
  ModelConfig config = small_config(query);
  config.readout_units = readout_units;
  return config;
}

/// Tensor by tensor.
void check_same(const Seq2SeqWeights& found, const Seq2SeqWeights& expected, double tolerance) {
  Seq2SeqWeights::visit(
      [&](std::string_view name, const auto& f, const auto& e) {
        INFO(name);
        CHECK(distance(f, e) <= tolerance);
      },
      found, expected);
}

double norm_of(const Seq2SeqWeights& gradient) {
  double squares = 0.0;
  Seq2SeqWeights::visit([&](std::string_view, const auto& g) { squares += g.squaredNorm(); },
                        gradient);
  return std::sqrt(squares);
}

}  // namespace

TEST_CASE("an update's gradient is that of the whole batch, in any number of shards", "[update]") {
  const ModelConfig config = config_of(GENERATE(Query::previous, Query::current), GENERATE(0, 7));
  Random random(21);
  Seq2SeqWeights weights;
  initialise(config, {.embedding_std = 0.8, .score_scale = 3.0}, random, weights);
  const auto pairs = draw_pairs(11, config, random);
  const double scale = 1.0 / count_tokens(pairs);
  const ModelRun whole(config, weights, pairs, {.scale = scale, .entropy_penalty = 0.4});
  Workers workers(2);
  Update update(config, workers);
  for (const int shards : {4, 1, 3, 2}) {
    CAPTURE(shards);
    const auto [gradient, norm, loss] =
        update.run(weights, pointers(pairs), shards, {.entropy_penalty = 0.4});
    CHECK(loss == Catch::Approx(scale * whole.loss).epsilon(1e-12));
    CHECK(norm == Catch::Approx(norm_of(whole.gradient.weights)).epsilon(1e-12));
    check_same(gradient, whole.gradient.weights, 1e-13);
  }
}

TEST_CASE("an update draws its dropout from the streams of its seed, step and shards", "[update]") {
  const ModelConfig config = config_of(Query::current, 7);
  Random random(23);
  Seq2SeqWeights weights;
  initialise(config, {.embedding_std = 0.8, .score_scale = 3.0}, random, weights);
  const auto pairs = draw_pairs(8, config, random);
  const UpdateOptions options{.entropy_penalty = 0.2,
                              .dropout = GENERATE(0.0, 0.3),
                              .state_dropout = GENERATE(0.0, 0.4),
                              .seed = 5,
                              .step = 6};
  CAPTURE(options.dropout, options.state_dropout);
  Workers workers(2);
  Update update(config, workers);
  const auto [gradient, norm, loss] = update.run(weights, pointers(pairs), 2, options);

  const LossOptions of_sum{.scale = 1.0 / count_tokens(pairs), .entropy_penalty = 0.2};
  Seq2SeqWeights expected;
  expected.resize(config);
  expected.set_zero();
  double expected_loss = 0.0;
  for (std::size_t shard = 0; shard < 2; ++shard) {
    std::vector<EncodedPair> dealt;
    for (std::size_t i = shard; i < pairs.size(); i += 2) dealt.push_back(pairs[i]);
    Random noise(5, static_cast<std::uint64_t>(Stream::noise) + 6 * Update::max_shards + shard);
    Random embedding_noise(5, static_cast<std::uint64_t>(Stream::embedding_noise) + 6);
    const ModelRun run(config, weights, dealt, of_sum, options.state_dropout, noise,
                       options.dropout, embedding_noise);
    expected_loss += of_sum.scale * run.loss;
    Seq2SeqWeights::visit([](std::string_view, auto& sum, const auto& g) { sum += g; }, expected,
                          run.gradient.weights);
  }
  CHECK(loss == Catch::Approx(expected_loss).epsilon(1e-12));
  check_same(gradient, expected, 1e-13);
}

TEST_CASE("the trainer's updates have the dropouts of the recipe, its seed and their own number",
          "[update]") {
  Recipe recipe;
  recipe.model = config_of(Query::current, 7);
  recipe.steps = 5;
  recipe.dropout = GENERATE(0.0, 0.3);
  recipe.forgetting = GENERATE(0.0, 0.5);
  recipe.forgetting_full = 0.2;
  recipe.forgetting_until = 0.8;
  recipe.entropy_penalty = 0.0;
  CAPTURE(recipe.dropout, recipe.forgetting);
  Trainer trainer(recipe.model, recipe, 5, 1);
  Workers workers(1);
  Update update(recipe.model, workers);
  Random random(24);
  const auto pairs = draw_pairs(12, recipe.model, random);  // too few for a second shard
  const double shares[] = {1, 1, 2.0 / 3, 1.0 / 3, 0};      // of the forgetting, step by step
  for (int step = 0; step < 5; ++step) {
    CAPTURE(step);
    const auto [gradient, norm, loss] =
        update.run(trainer.raw_weights(), pointers(pairs), 1,
                   {.dropout = recipe.dropout,
                    .state_dropout = 0.5 * shares[step] * (recipe.forgetting > 0 ? 1 : 0),
                    .seed = 5,
                    .step = step});
    const StepReport report = trainer.step(pointers(pairs));
    CHECK(report.loss == Catch::Approx(loss).epsilon(1e-12));
    CHECK(report.norm == Catch::Approx(norm).epsilon(1e-12));
  }
}

TEST_CASE("a step is as long as the factor of the learning rate says", "[update]") {
  Recipe recipe;
  recipe.model = config_of(Query::current, 0);
  Random random(25);
  const auto pairs = draw_pairs(12, recipe.model, random);
  Trainer whole(recipe.model, recipe, 5, 1);
  Trainer part(recipe.model, recipe, 5, 1);
  const Seq2SeqWeights before = whole.raw_weights();
  whole.step(pointers(pairs));
  part.step(pointers(pairs), 0.25);
  Seq2SeqWeights::visit(
      [](std::string_view name, const auto& w, const auto& after_whole, const auto& after_part) {
        INFO(name);
        CHECK(distance(after_part, (w + 0.25 * (after_whole - w)).eval()) < 1e-15);
      },
      before, whole.raw_weights(), part.raw_weights());
  CHECK(norm_of(before) != norm_of(whole.raw_weights()));
}

TEST_CASE("steps of the trainer are Adam on the gradient of the whole batch", "[update]") {
  Recipe recipe;
  recipe.model = config_of(Query::current, GENERATE(0, 7));
  recipe.warm_up = 0;
  recipe.entropy_penalty = GENERATE(0.0, 0.5);
  recipe.penalty_from = -1.0;  // in full from the start
  recipe.penalty_full = -0.5;
  recipe.average = GENERATE(0.0, 0.9);
  recipe.adam.clip = GENERATE(0.05, 100.0);
  const ModelConfig& config = recipe.model;
  Trainer trainer(config, recipe, 5, 2);
  Seq2SeqWeights w = trainer.raw_weights();
  Seq2SeqWeights mean = w;
  AdamState adam;
  adam.resize(config);
  Random random(22);
  for (int t = 1; t <= 4; ++t) {
    const auto pairs = draw_pairs(t == 4 ? 3 : 20 + 60 * (t - 1), config, random);
    const StepReport report = trainer.step(pointers(pairs));
    const double scale = 1.0 / count_tokens(pairs);
    const ModelRun whole(config, w, pairs,
                         {.scale = scale, .entropy_penalty = recipe.entropy_penalty});
    const double norm = norm_of(whole.gradient.weights);
    CHECK(report.loss == Catch::Approx(scale * whole.loss).epsilon(1e-9));
    CHECK(report.norm == Catch::Approx(norm).epsilon(1e-9));

    const reference::Adam exact{recipe.adam.beta1, recipe.adam.beta2, recipe.adam.epsilon,
                                learning_rate(recipe, t - 1)};
    const double clip = std::min(1.0, recipe.adam.clip / (norm + 1e-6));
    const double share = 1.0 - std::min(recipe.average, 1.0 - 1.0 / t);
    Seq2SeqWeights::visit(
        [&](std::string_view, const auto& d, auto& m, auto& v, auto& weight, auto& average) {
          for (Index i = 0; i < d.size(); ++i) {
            exact.update(t, clip * d.data()[i], m.data()[i], v.data()[i], weight.data()[i]);
          }
          average += share * (weight - average);
        },
        whole.gradient.weights, adam.m, adam.v, w, mean);
    CAPTURE(t);
    check_same(trainer.raw_weights(), w, 1e-9);
    check_same(trainer.weights(), recipe.average > 0.0 ? mean : w, 1e-9);
    check_same(trainer.adam().m, adam.m, 1e-12);
    check_same(trainer.adam().v, adam.v, 1e-12);
  }
}

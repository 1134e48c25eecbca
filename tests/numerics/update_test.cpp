// A whole update of the trainer against the gradient of the whole batch and Adam as published.
#include "train/update.h"

#include <cmath>

#include "catch.h"
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
        REQUIRE(f.size() == e.size());
        CHECK((e.size() == 0 || (f - e).cwiseAbs().maxCoeff() <= tolerance));
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

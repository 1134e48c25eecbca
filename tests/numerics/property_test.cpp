// Properties of the whole model, in double.
#include <cmath>

#include "catch.h"
#include "nn/compare.h"
#include "numerics/model_run.h"

using namespace attnviz;

namespace {

Seq2SeqWeights some_weights(const ModelConfig& config) {
  Seq2SeqWeights weights;
  Random random(5);
  initialise(config, {.embedding_std = 0.8, .score_scale = 3.0}, random, weights);
  return weights;
}

const std::vector<EncodedPair> pairs = {{{4, 5, 2}, {4, 6, 7, 5, 2}},
                                        {{6, 7, 8, 4, 6, 2}, {5, 2}},
                                        {{2}, {7, 4, 2}},
                                        {{5, 8, 2}, {6, 2}}};

}  // namespace

TEST_CASE("a pair alone equals the pair inside any batch", "[property]") {
  ModelConfig config = small_config(GENERATE(Query::previous, Query::current));
  config.cell = GENERATE(Cell::gru, Cell::lstm);
  const Seq2SeqWeights weights = some_weights(config);
  const ModelRun together(config, weights, pairs, {});
  double sum = 0.0;
  for (int pair = 0; pair < 4; ++pair) {
    const EncodedPair& one = pairs[static_cast<std::size_t>(pair)];
    const ModelRun alone(config, weights, {one}, {});
    sum += alone.loss;
    for (Index t = 0; t < static_cast<Index>(one.target.size()); ++t) {
      CHECK(distance(together.logits(pair, t), alone.logits(0, t)) < 1e-13);
      CHECK(distance(together.attention(pair, t), alone.attention(0, t)) < 1e-13);
    }
  }
  CHECK(together.loss == Catch::Approx(sum).epsilon(1e-12));
}

TEST_CASE("the gradient of a batch is the sum of its pairs'", "[property]") {
  ModelConfig config = small_config(GENERATE(Query::previous, Query::current));
  config.cell = GENERATE(Cell::gru, Cell::lstm);
  const Seq2SeqWeights weights = some_weights(config);
  const LossOptions options{.entropy_penalty = 0.2};
  const ModelRun together(config, weights, pairs, options);
  Seq2SeqWeights sum;
  sum.resize(config);
  sum.set_zero();
  for (const EncodedPair& pair : pairs) {
    const ModelRun alone(config, weights, {pair}, options);
    Seq2SeqWeights::visit([](std::string_view, auto& s, const auto& part) { s += part; }, sum,
                          alone.gradient.weights);
  }
  Seq2SeqWeights::visit(
      [](std::string_view name, const auto& whole, const auto& s) {
        INFO(name);
        CHECK(distance(whole, s) < 1e-12);
      },
      together.gradient.weights, sum);
}

TEST_CASE("permuting the batch permutes the result", "[property]") {
  const ModelConfig config = small_config(GENERATE(Query::previous, Query::current));
  const Seq2SeqWeights weights = some_weights(config);
  const ModelRun before(config, weights, pairs, {});
  const std::vector<int> order = {2, 0, 3, 1};
  std::vector<EncodedPair> permuted;
  for (const int pair : order) permuted.push_back(pairs[static_cast<std::size_t>(pair)]);
  const ModelRun after(config, weights, permuted, {});
  for (int k = 0; k < 4; ++k) {
    const int pair = order[static_cast<std::size_t>(k)];
    for (Index t = 0; t < static_cast<Index>(pairs[static_cast<std::size_t>(pair)].target.size());
         ++t) {
      CHECK(distance(before.logits(pair, t), after.logits(k, t)) < 1e-13);
      CHECK(distance(before.attention(pair, t), after.attention(k, t)) < 1e-13);
    }
  }
}

TEST_CASE("where every state is forgotten an annotation knows its own input alone", "[property]") {
  ModelConfig config = small_config(Query::current);
  config.cell = GENERATE(Cell::gru, Cell::lstm);
  const Seq2SeqWeights weights = some_weights(config);
  Random noise(1);
  const std::vector<EncodedPair> twice = {{{4, 5, 7, 5, 2}, {4, 2}}};
  const ModelRun kept(config, weights, twice, {});
  const ModelRun forgotten(config, weights, twice, {}, 1.0, noise);
  const Matrix& h = forgotten.tape.memory.annotations;
  CHECK(distance(h.col(1), h.col(3)) == 0.0);
  CHECK(distance(h.col(1), h.col(2)) > 1e-3);
  const Matrix& with_neighbours = kept.tape.memory.annotations;
  CHECK(distance(with_neighbours.col(1), with_neighbours.col(3)) > 1e-3);
}

TEST_CASE("attention rows are distributions over the real inputs", "[property]") {
  const ModelConfig config = small_config(GENERATE(Query::previous, Query::current));
  const ModelRun run(config, some_weights(config), pairs, {});
  for (int pair = 0; pair < 4; ++pair) {
    const EncodedPair& one = pairs[static_cast<std::size_t>(pair)];
    for (Index t = 0; t < static_cast<Index>(one.target.size()); ++t) {
      const Vector a = run.attention(pair, t);
      CHECK(a.size() == static_cast<Index>(one.source.size()));
      CHECK(a.minCoeff() >= 0.0);
      CHECK(a.sum() == Catch::Approx(1.0).epsilon(1e-12));
    }
  }
}

TEST_CASE("a model that knows nothing has the loss of a uniform guess", "[property]") {
  const ModelConfig config = small_config(Query::current);
  Seq2SeqWeights weights;
  weights.resize(config);
  weights.set_zero();
  const ModelRun run(config, weights, pairs, {});
  CHECK(run.loss == Catch::Approx(12 * std::log(8.0)));
}

TEST_CASE("parameters are counted as the tensors of a model hold them", "[property]") {
  ModelConfig config = small_config(Query::current);
  const auto count = [&](Attention attention, int readout_units) {
    config.attention = attention;
    config.readout_units = readout_units;
    std::uint64_t counted = 0;
    const Seq2SeqWeights weights = some_weights(config);
    Seq2SeqWeights::visit(
        [&](std::string_view, const auto& w) { counted += static_cast<std::uint64_t>(w.size()); },
        weights);
    CHECK(count_parameters(config) == counted);
    return counted;
  };
  // V = 9 and 8, E = 3, H = 4, K = 8, D = 5, A = 6, by hand
  const std::uint64_t encoder = 9 * 3 + 2 * 3 * 4 * (3 + 4 + 2);
  const std::uint64_t decoder = 8 * 3 + 5 * (4 + 1) + 3 * 5 * (11 + 5 + 2);
  const std::uint64_t linear = encoder + decoder + 8 * (5 + 8 + 3 + 1);
  CHECK(count(Attention::additive, 0) == linear + 6 * (5 + 8 + 1));
  CHECK(count(Attention::dot, 0) == linear + 6 * (5 + 8));
  CHECK(count(Attention::scaled_dot, 0) == linear + 6 * (5 + 8));
  CHECK(count(Attention::bilinear, 0) == linear + 5 * 8);
  CHECK(count(Attention::uniform, 0) == linear);
  CHECK(count(Attention::none, 7) == encoder + decoder + 7 * (5 + 8 + 3 + 1) + 8 * (7 + 1));
  config.cell = Cell::lstm;
  const std::uint64_t fourth_gates = 2 * 4 * (3 + 4 + 2) + 5 * (11 + 5 + 2);
  CHECK(count(Attention::uniform, 0) == linear + fourth_gates);
}

// Central differences of the loss in every element of every tensor.
#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "catch.h"
#include "nn/compare.h"
#include "numerics/model_run.h"
#include "train/update.h"

using namespace attnviz;

namespace {

Seq2SeqWeights random_weights(const ModelConfig& config, Random& random) {
  Seq2SeqWeights weights;
  weights.resize(config);
  REQUIRE(weights.decoder.embedding.size() > 0);
  Seq2SeqWeights::visit(
      [&](std::string_view, auto& tensor) {
        for (Index i = 0; i < tensor.size(); ++i) tensor.data()[i] = 0.7 * random.normal();
      },
      weights);
  return weights;
}

// Lengths differ on both sides and in different order; one target ends before a later one.
std::vector<EncodedPair> mixed_pairs() {
  return {{{4, 5, 2}, {4, 6, 7, 5, 2}},
          {{6, 7, 8, 4, 6, 2}, {5, 2}},
          {{2}, {7, 4, 2}},
          {{5, 8, 2}, {6, 2}}};
}

// The same with what they copy, of a vocabulary of eight: symbols that are generated only, that are
// copied only (8 and 9), that are both, once or twice in the source, and an unknown one.
std::vector<EncodedPair> copied_pairs() {
  std::vector<EncodedPair> pairs = mixed_pairs();
  pairs[0].copies = {8, 4, 2};
  pairs[0].labels = {4, 8, 7, 5, 2};
  pairs[1].copies = {8, 5, 9, 5, 8, 2};
  pairs[1].labels = {5, 2};
  pairs[2].copies = {2};
  pairs[2].labels = {7, 3, 2};
  pairs[3].copies = {6, 8, 2};
  pairs[3].labels = {8, 2};
  for (EncodedPair& pair : pairs) {
    for (std::size_t t = 0; t < pair.labels.size(); ++t) {
      pair.target[t] = fed_symbol(pair.labels[t], 8);
    }
  }
  pairs[1].target.insert(pairs[1].target.begin(), Vocabulary::unknown);
  pairs[1].labels.insert(pairs[1].labels.begin(), 8);
  return pairs;
}

double entropy_sum(const ModelRun& run, const std::vector<EncodedPair>& pairs) {
  double sum = 0.0;
  for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
    for (std::size_t t = 0; t < pairs[pair].target.size(); ++t) {
      const Vector a = run.attention(static_cast<int>(pair), static_cast<Index>(t));
      for (Index j = 0; j < a.size(); ++j) sum -= a[j] > 0 ? a[j] * std::log(a[j]) : 0.0;
    }
  }
  return sum;
}

double objective(const ModelConfig& config, const Seq2SeqWeights& weights,
                 const std::vector<EncodedPair>& pairs, const LossOptions& options) {
  const ModelRun run(config, weights, pairs, options);
  return options.scale * (run.loss + options.entropy_penalty * entropy_sum(run, pairs));
}

/// Every element of every tensor against the central difference of `loss`, by its relative error;
/// differences up to `negligible` are the rounding of the loss.
template <typename Loss>
void check_gradient(Seq2SeqWeights& weights, const Seq2SeqWeights& gradient, double negligible,
                    Loss&& loss) {
  constexpr double step = 1e-5;
  Seq2SeqWeights::visit(
      [&](std::string_view name, auto& tensor, const auto& analytic) {
        INFO(name);
        REQUIRE(tensor.size() == analytic.size());
        double worst = 0.0;
        for (Index i = 0; i < tensor.size(); ++i) {
          double& w = tensor.data()[i];
          const double kept = w;
          w = kept + step;
          const double above = loss();
          w = kept - step;
          const double below = loss();
          w = kept;
          const double numeric = (above - below) / (2.0 * step);
          const double error = std::abs(numeric - analytic.data()[i]);
          const double size = std::max(std::abs(numeric), std::abs(analytic.data()[i]));
          REQUIRE(std::isfinite(error));
          if (error > negligible) worst = std::max(worst, error / size);
        }
        CHECK(worst <= 1e-6);
      },
      weights, gradient);
}

}  // namespace

TEST_CASE("gradients equal central differences", "[gradient]") {
  const Query query = GENERATE(Query::previous, Query::current);
  const double penalty = GENERATE(0.0, 0.3);
  ModelConfig config = small_config(query);
  config.attention = GENERATE(Attention::additive, Attention::dot, Attention::scaled_dot,
                              Attention::bilinear, Attention::uniform, Attention::none);
  config.coverage = GENERATE(false, true);
  config.cell = GENERATE(Cell::gru, Cell::lstm);
  if (config.coverage && config.attention != Attention::additive) return;
  const bool learned =
      config.attention != Attention::uniform && config.attention != Attention::none;
  if (!learned && penalty > 0.0) return;  // there is nothing to sharpen
  config.readout_units = penalty > 0.0 ? 7 : 0;
  Random random(11);
  Seq2SeqWeights weights = random_weights(config, random);
  const auto pairs = mixed_pairs();
  const LossOptions options{.scale = 0.1, .entropy_penalty = penalty};
  ModelRun run(config, weights, pairs, options);

  CAPTURE(to_string(config.attention), config.coverage, to_string(config.cell));
  check_gradient(weights, run.gradient.weights, 1e-9,
                 [&] { return objective(config, weights, pairs, options); });
}

TEST_CASE("gradients of hard attention equal central differences", "[gradient][hard]") {
  ModelConfig config = small_config(Query::current);
  config.hard = true;
  config.cell = GENERATE(Cell::gru, Cell::lstm);
  config.attention =
      GENERATE(Attention::additive, Attention::dot, Attention::scaled_dot, Attention::bilinear);
  config.coverage = GENERATE(false, true);
  const bool is_additive = config.attention == Attention::additive;
  if (!is_additive && (config.coverage || config.cell == Cell::lstm)) return;
  config.readout_units = GENERATE(0, 7);
  const double penalty = GENERATE(0.0, 0.3);
  const double dropout = GENERATE(0.0, 0.3);
  if (dropout > 0.0 && config.readout_units == 0) return;
  CAPTURE(to_string(config.attention), config.coverage, config.readout_units, penalty, dropout);
  Random random(11);
  Seq2SeqWeights weights = random_weights(config, random);
  const auto pairs = mixed_pairs();
  const LossOptions options{.scale = 0.1, .entropy_penalty = penalty};
  const auto run = [&] {
    Random noise(4);
    return ModelRun(config, weights, pairs, options, 0.0, noise, dropout);
  };
  const ModelRun analytic = run();

  check_gradient(weights, analytic.gradient.weights, 1e-9, [&] {
    const ModelRun one = run();
    return options.scale * (one.loss + options.entropy_penalty * entropy_sum(one, pairs));
  });
}

TEST_CASE("a gradient of log a alone, whatever its sum, becomes that of the query",
          "[gradient][hard]") {
  Random random(15);
  const auto drawn = [&](Index rows, Index columns) {
    Matrix m(rows, columns);
    for (Index i = 0; i < m.size(); ++i) m.data()[i] = random.normal();
    return m;
  };
  AttentionWeights weights;
  weights.W_a = drawn(4, 3);
  weights.U_a = drawn(4, 5);
  weights.v = drawn(4, 1).col(0);
  const std::vector<int> starts = {0, 6};
  AttentionMemory memory{starts, drawn(5, 6), Matrix(4, 6)};
  attention_keys(weights, memory);
  AttentionTape tape;
  tape.grow(4, 6, 1, false);
  Matrix no_context(0, 1);
  const Columns one{0, 1};
  const Matrix d = drawn(6, 1);
  const auto objective = [&](const Matrix& query) {
    attend(weights, memory, query, no_columns, one, tape, no_context);
    return d.col(0).dot(tape.weights.col(0).array().log().matrix());
  };
  const Matrix query = drawn(3, 1);
  objective(query);
  AttentionBackwardWeights backward;
  backward.prepare(weights);
  AttentionBackwardTape d_tape;
  d_tape.grow(5, 4, 6, 6, 1);
  d_tape.d_keys.setZero();
  d_tape.d_log_weights = d;
  AttentionWeights d_weights = weights;
  Matrix d_query = Matrix::Zero(3, 1);
  attend_backward(backward, memory, no_context, one, Vector::Zero(1), tape, d_tape, d_query,
                  d_weights);
  for (Index i = 0; i < 3; ++i) {
    Matrix above = query;
    Matrix below = query;
    above(i, 0) += 1e-5;
    below(i, 0) -= 1e-5;
    const double numeric = (objective(above) - objective(below)) / 2e-5;
    CHECK(d_query(i, 0) == Catch::Approx(numeric).epsilon(1e-7));
  }
}

TEST_CASE("gradients of a copy gate equal central differences", "[gradient][copy]") {
  ModelConfig config = small_config(GENERATE(Query::previous, Query::current));
  config.attention = GENERATE(Attention::additive, Attention::bilinear, Attention::uniform);
  const bool is_additive = config.attention == Attention::additive;
  config.coverage = GENERATE(false, true);
  const double penalty = GENERATE(0.0, 0.3);
  if (!is_additive && (config.coverage || penalty > 0.0)) return;
  config.readout_units = GENERATE(0, 7);
  config.copy = true;
  config.cell = GENERATE(Cell::gru, Cell::lstm);
  Random random(17);
  Seq2SeqWeights weights = random_weights(config, random);
  const auto pairs = copied_pairs();
  const LossOptions options{.scale = 0.1, .entropy_penalty = penalty};
  const ModelRun run(config, weights, pairs, options);

  CAPTURE(to_string(config.attention), config.coverage);
  check_gradient(weights, run.gradient.weights, 1e-9,
                 [&] { return objective(config, weights, pairs, options); });
}

TEST_CASE("a copy gate mixes what is generated and what is copied", "[copy]") {
  ModelConfig config = small_config(Query::current);
  Random random(18);
  const auto pairs = copied_pairs();
  config.copy = true;
  Seq2SeqWeights weights = random_weights(config, random);
  const ModelRun run(config, weights, pairs, {});
  ModelConfig plain = config;
  plain.copy = false;
  Seq2SeqWeights without = weights;
  without.decoder.copy = {};
  std::vector<EncodedPair> generated = pairs;
  for (EncodedPair& pair : generated) pair.copies = pair.labels = {};
  const ModelRun reference(plain, without, generated, {});

  double loss = 0.0;
  for (int i = 0; i < static_cast<int>(pairs.size()); ++i) {
    const EncodedPair& pair = pairs[static_cast<std::size_t>(i)];
    for (Index t = 0; t < static_cast<Index>(pair.target.size()); ++t) {
      const Index column = run.column(i, t);
      const int fed = t == 0 ? Vocabulary::start : pair.target[static_cast<std::size_t>(t - 1)];
      Vector read(config.decoder_hidden + config.annotation() + config.embedding);
      read << run.tape.decoder.recurrent.after.col(column), run.tape.decoder.contexts.col(column),
          weights.decoder.embedding.col(fed);
      const double g =
          1 / (1 + std::exp(-weights.decoder.copy.W.row(0).dot(read) - weights.decoder.copy.b[0]));
      const Vector logits = reference.logits(i, t);
      const Vector attention = run.attention(i, t);
      Vector p = Vector::Zero(run.tape.decoder.logits.rows());
      p.head(config.target_vocabulary) = g * logits.array().exp() / logits.array().exp().sum();
      for (Index j = 0; j < attention.size(); ++j) {
        p[pair.copies[static_cast<std::size_t>(j)]] += (1 - g) * attention[j];
      }
      CHECK(p.sum() == Catch::Approx(1.0).epsilon(1e-12));
      CHECK(distance(run.logits(i, t).array().exp().matrix(), p) < 1e-13);
      CHECK(copied_share(run.tape.decoder.copy, column) == Catch::Approx(1 - g).epsilon(1e-12));
      loss -= std::log(p[pair.labels[static_cast<std::size_t>(t)]]);
    }
  }
  CHECK(run.loss == Catch::Approx(loss).epsilon(1e-12));
}

TEST_CASE("gradients equal central differences under state dropout", "[gradient]") {
  ModelConfig config = small_config(Query::current);
  config.cell = GENERATE(Cell::gru, Cell::lstm);
  Random random(12);
  Seq2SeqWeights weights = random_weights(config, random);
  const auto pairs = mixed_pairs();
  const auto run = [&] {
    Random noise(3);
    return ModelRun(config, weights, pairs, {}, 0.4, noise);
  };
  const ModelRun analytic = run();
  const auto& marked = analytic.tape.encoder.state_dropout.forward;
  REQUIRE(std::count(marked.begin(), marked.end(), true) > 2);
  REQUIRE(std::count(marked.begin(), marked.end(), false) > 2);

  check_gradient(weights, analytic.gradient.weights, 1e-8, [&] { return run().loss; });
}

TEST_CASE("gradients equal central differences under dropout", "[gradient]") {
  ModelConfig config = small_config(GENERATE(Query::previous, Query::current));
  config.readout_units = 7;
  Random random(13);
  Seq2SeqWeights weights = random_weights(config, random);
  const auto pairs = mixed_pairs();
  const auto run = [&] {
    Random noise(4);
    return ModelRun(config, weights, pairs, {}, 0.0, noise, 0.3);
  };
  const ModelRun analytic = run();
  CHECK(analytic.loss != ModelRun(config, weights, pairs, {}).loss);
  const Matrix& mask = analytic.tape.decoder.dropout.mask;
  REQUIRE((mask.array() == 0).count() > 5);
  REQUIRE((mask.array() > 1).count() > 5);

  check_gradient(weights, analytic.gradient.weights, 1e-8, [&] { return run().loss; });
}

TEST_CASE("of a large vocabulary only the tokens of a batch are projected, to the same gradient",
          "[gradient]") {
  ModelConfig config = small_config(Query::current);
  config.readout_units = 7;
  config.source_vocabulary = StepTokens::max_whole + 9;
  config.target_vocabulary = StepTokens::max_whole + 5;
  Random random(14);
  const Seq2SeqWeights weights = random_weights(config, random);
  std::vector<EncodedPair> pairs = mixed_pairs();
  pairs[0].source[0] = config.source_vocabulary - 1;
  pairs[1].target[0] = config.target_vocabulary - 1;
  std::vector<const EncodedPair*> pointers;
  std::size_t tokens = 0;
  for (const EncodedPair& pair : pairs) {
    pointers.push_back(&pair);
    tokens += pair.target.size();
  }
  const auto scale = 1.0 / static_cast<double>(tokens);
  const ModelRun whole(config, weights, pairs, {.scale = scale});
  Workers workers(1);
  Update update(config, workers);
  const Update::Result found = update.run(weights, pointers, 1, {});
  CHECK(*std::max_element(update.batch(0).source.begin(), update.batch(0).source.end()) == 6);
  CHECK(found.loss == Catch::Approx(scale * whole.loss).epsilon(1e-12));
  Seq2SeqWeights::visit(
      [&](std::string_view name, const auto& expected, const auto& of_few) {
        INFO(name);
        CHECK(distance(of_few, expected) < 1e-12);
      },
      whole.gradient.weights, found.gradient);
}

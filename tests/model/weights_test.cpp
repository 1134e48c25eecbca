#include "model/weights.h"

#include <cmath>

#include "catch.h"

using namespace attnviz;

namespace {

// Large enough that moments are near their expectation.
constexpr ModelConfig gru_config = {.source_vocabulary = 60,
                                    .target_vocabulary = 50,
                                    .embedding = 30,
                                    .hidden = 20,
                                    .decoder_hidden = 25,
                                    .attention_units = 400,
                                    .readout_units = 35,
                                    .coverage = true};

Seq2SeqWeights drawn(const Initialisation& options, Cell cell = Cell::gru) {
  Seq2SeqWeights weights;
  Random random(3);
  ModelConfig config = gru_config;
  config.cell = cell;
  initialise(config, options, random, weights);
  return weights;
}

double root_mean_square(const Eigen::Ref<const Matrix>& m) {
  return std::sqrt(m.cast<double>().squaredNorm() / static_cast<double>(m.size()));
}

/// Uniform between -b and b with b = sqrt(6 / (rows + columns)): that far and no further.
void check_glorot(const Eigen::Ref<const Matrix>& m) {
  const double bound = std::sqrt(6.0 / static_cast<double>(m.rows() + m.cols()));
  CHECK(m.maxCoeff() <= bound * (1 + 1e-6));
  CHECK(m.maxCoeff() > 0.95 * bound);
  CHECK(m.minCoeff() >= -bound * (1 + 1e-6));
  CHECK(m.minCoeff() < -0.95 * bound);
  CHECK(root_mean_square(m) == Catch::Approx(bound / std::sqrt(3.0)).epsilon(0.06));
}

/// The second gate is that of what is kept: z of a GRU, f of an LSTM.
void check_layer(const RecurrentWeights& layer, Cell cell, double update_bias) {
  const Index H = layer.W_hh.cols();
  REQUIRE(layer.W_hh.rows() == gate_count(cell) * H);
  for (Index gate = 0; gate < gate_count(cell); ++gate) {
    CAPTURE(gate);
    check_glorot(layer.W_ih.middleRows(gate * H, H));
    check_glorot(layer.W_hh.middleRows(gate * H, H));
    const double bias = gate == 1 ? update_bias : 0.0;
    CHECK((layer.b_ih.segment(gate * H, H).array() == static_cast<Scalar>(bias)).all());
  }
  CHECK((layer.b_hh.array() == 0).all());
}

}  // namespace

TEST_CASE("fresh weights are drawn as their tensors' kinds say", "[weights]") {
  const double update_bias = GENERATE(0.0, 1.5);
  const Cell cell = GENERATE(Cell::gru, Cell::lstm);
  const Seq2SeqWeights w = drawn({.embedding_std = 0.3,
                                  .score_scale = 2.0,
                                  .coverage_std = 0.6,
                                  .update_bias = update_bias,
                                  .decoder_update_bias = 2 * update_bias},
                                 cell);
  CHECK(root_mean_square(w.encoder.embedding) == Catch::Approx(0.3).epsilon(0.06));
  CHECK(root_mean_square(w.decoder.embedding) == Catch::Approx(0.3).epsilon(0.06));
  CHECK(w.encoder.embedding.maxCoeff() > 0.7);  // normal, not uniform
  check_layer(w.encoder.forward, cell, update_bias);
  check_layer(w.encoder.backward, cell, update_bias);
  check_layer(w.decoder.recurrent, cell, 2 * update_bias);
  check_glorot(w.decoder.initial_state.W);
  check_glorot(w.decoder.attention.W_a);
  check_glorot(w.decoder.attention.U_a);
  check_glorot(w.decoder.combine.W);
  check_glorot(w.decoder.readout.W);
  CHECK(root_mean_square(w.decoder.attention.v) == Catch::Approx(2.0 / 20.0).epsilon(0.15));
  CHECK(root_mean_square(w.decoder.attention.w) == Catch::Approx(0.6).epsilon(0.15));
  for (const Vector* bias :
       {&w.decoder.initial_state.b, &w.decoder.combine.b, &w.decoder.readout.b}) {
    CHECK((bias->array() == 0).all());
  }
}

TEST_CASE("only what the recipe changes differs in fresh weights", "[weights]") {
  const Seq2SeqWeights plain = drawn({});
  const auto check_differing = [&](const Seq2SeqWeights& other, auto&& may_differ) {
    Seq2SeqWeights::visit(
        [&](std::string_view name, const auto& a, const auto& b) {
          INFO(name);
          CHECK((a == b) == !may_differ(name));
        },
        plain, other);
  };
  check_differing(drawn({.update_bias = 1.0}),
                  [](std::string_view name) { return name.starts_with("encoder.gru.bias_ih"); });
  check_differing(drawn({.decoder_update_bias = 1.0}),
                  [](std::string_view name) { return name == "decoder.gru.bias_ih"; });
  check_differing(drawn({.attention_gain = 1.5}), [](std::string_view name) {
    return name == "attention.query.weight" || name == "attention.key.weight";
  });
}

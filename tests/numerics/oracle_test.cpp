// Agreement with an independent PyTorch implementation, to 1e-9 relative.
#include "numerics/oracle.h"
#include "catch.h"
#include "model/marginal_steps.h"
#include "numerics/model_run.h"
#include "train/adam.h"

using namespace attnviz;

namespace {

auto near(double value) {
  return Catch::Approx(value).epsilon(1e-9).margin(1e-12);
}

}  // namespace

TEST_CASE("loss, logits, attention and all gradients agree with PyTorch", "[oracle]") {
  const Oracle oracle(GENERATE("previous", "current", "coverage", "lstm"));
  const auto pairs = oracle.pairs();
  const double tokens = 9;
  ModelRun run(oracle.config, oracle.weights(), pairs, {.scale = 1.0 / tokens});

  CHECK(run.loss / tokens == near(oracle.number("loss")));

  const auto logits = oracle.data("logits");        // T x B x V
  const auto attention = oracle.data("attention");  // T x J x B
  for (int pair = 0; pair < 3; ++pair) {
    const EncodedPair& one = pairs[static_cast<std::size_t>(pair)];
    for (std::size_t t = 0; t < one.target.size(); ++t) {
      const Vector ours = run.logits(pair, static_cast<Index>(t));
      for (std::size_t v = 0; v < 7; ++v) {
        const auto at = (t * 3 + static_cast<std::size_t>(pair)) * 7 + v;
        CHECK(ours[static_cast<Index>(v)] == near(logits[at]));
      }
      const Vector a = run.attention(pair, static_cast<Index>(t));
      for (std::size_t j = 0; j < one.source.size(); ++j) {
        const auto at = (t * 5 + j) * 3 + static_cast<std::size_t>(pair);
        CHECK(a[static_cast<Index>(j)] == near(attention[at]));
      }
    }
  }

  oracle.for_each_tensor("grad.", run.gradient.weights,
                         [](const std::string& name, double ours, double theirs) {
                           INFO(name);
                           CHECK(ours == near(theirs));
                         });
}

TEST_CASE("hard attention agrees with PyTorch: prior, posterior, probabilities, all gradients",
          "[oracle][hard]") {
  const Oracle oracle("hard");
  const auto pairs = oracle.pairs();
  const Seq2SeqWeights weights = oracle.weights();
  ModelRun run(oracle.config, weights, pairs, {.scale = 1.0 / 9});
  CHECK(run.loss / 9 == near(oracle.number("loss")));

  const auto prior = oracle.data("attention");       // T x J x B
  const auto posteriors = oracle.data("posterior");  // T x J x B
  const auto log_prob = oracle.data("log_prob");     // T x B
  for (int pair = 0; pair < 3; ++pair) {
    const auto k = static_cast<std::size_t>(pair);
    const std::vector<int>& source = pairs[k].source;
    const std::vector<int>& target = pairs[k].target;
    for (std::size_t t = 0; t < target.size(); ++t) {
      const auto step = static_cast<Index>(t);
      const Vector log_p = run.logits(pair, step);
      CHECK(log_p.array().exp().sum() == near(1.0));
      CHECK(log_p[target[t]] == near(log_prob[t * 3 + k]));
      const Vector a = run.attention(pair, step);
      const Vector from = posterior(weights.decoder, run.tape.memory, run.place(pair),
                                    run.column(pair, step), target[t], run.tape.decoder);
      for (std::size_t j = 0; j < source.size(); ++j) {
        CHECK(a[static_cast<Index>(j)] == near(prior[(t * 5 + j) * 3 + k]));
        CHECK(from[static_cast<Index>(j)] == near(posteriors[(t * 5 + j) * 3 + k]));
      }
    }
  }

  oracle.for_each_tensor("grad.", run.gradient.weights,
                         [](const std::string& name, double ours, double theirs) {
                           INFO(name);
                           CHECK(ours == near(theirs));
                         });
}

TEST_CASE("annotations, keys and s_0 agree with PyTorch", "[oracle]") {
  const Oracle oracle("previous");
  const auto pairs = oracle.pairs();
  ModelRun run(oracle.config, oracle.weights(), pairs, {});
  const auto annotations = oracle.data("annotations");  // J x B x 2H
  const auto keys = oracle.data("keys");                // J x B x A
  const auto s_0 = oracle.data("s0");                   // B x H
  for (int pair = 0; pair < 3; ++pair) {
    const auto k = static_cast<std::size_t>(pair);
    const Index place = run.place(pair);
    for (std::size_t j = 0; j < pairs[k].source.size(); ++j) {
      const Index column = run.tape.memory.of(place).first + static_cast<Index>(j);
      for (std::size_t i = 0; i < 8; ++i) {
        CHECK(run.tape.memory.annotations(static_cast<Index>(i), column) ==
              near(annotations[(j * 3 + k) * 8 + i]));
      }
      for (std::size_t i = 0; i < 5; ++i) {
        CHECK(run.tape.memory.keys(static_cast<Index>(i), column) ==
              near(keys[(j * 3 + k) * 5 + i]));
      }
    }
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(run.tape.decoder.initial_state(static_cast<Index>(i), place) == near(s_0[k * 4 + i]));
    }
  }
}

TEST_CASE("three steps of Adam agree with PyTorch", "[oracle]") {
  const Oracle oracle("previous");
  Seq2SeqWeights weights = oracle.weights();
  AdamState adam;
  adam.resize(oracle.config);
  const AdamOptions options{
      .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .clip = oracle.number("adam.clip")};
  const auto norms = oracle.data("adam.norms");
  const auto losses = oracle.data("adam.losses");
  for (std::size_t step = 0; step < 3; ++step) {
    ModelRun run(oracle.config, weights, oracle.pairs(), {.scale = 1.0 / 9});
    CHECK(run.loss / 9 == near(losses[step]));
    double squares = 0.0;
    Seq2SeqWeights::visit([&](std::string_view, const auto& g) { squares += g.squaredNorm(); },
                          run.gradient.weights);
    const double norm = std::sqrt(squares);
    CHECK(norm == near(norms[step]));
    ++adam.updates;
    for (const ModelPart part : model_parts) {
      adam_update(options, oracle.number("adam.lr"), norm, part, {}, run.gradient.weights, adam,
                  weights);
    }
  }
  oracle.for_each_tensor("adam.weight.", weights,
                         [](const std::string& name, double ours, double theirs) {
                           INFO(name);
                           CHECK(ours == near(theirs));
                         });
}

TEST_CASE("greedy decoding agrees with PyTorch", "[oracle]") {
  // The oracle's greedy answers contain START, which ours never do; so its symbols are fed, and
  // each of our steps must find the next one of them most probable.
  const Oracle oracle("previous");
  const auto ids = oracle.data("greedy_ids");              // t x B
  const auto attention = oracle.data("greedy_attention");  // t x J x B
  auto pairs = oracle.pairs();
  for (std::size_t k = 0; k < 3; ++k) {
    pairs[k].target.clear();
    for (std::size_t t = 0; t < 6; ++t) pairs[k].target.push_back(static_cast<int>(ids[t * 3 + k]));
  }
  const ModelRun run(oracle.config, oracle.weights(), pairs, {});
  for (int k = 0; k < 3; ++k) {
    for (Index t = 0; t < 6; ++t) {
      Index best = 0;
      run.logits(k, t).maxCoeff(&best);
      CHECK(best == pairs[static_cast<std::size_t>(k)].target[static_cast<std::size_t>(t)]);
      const Vector a = run.attention(k, t);
      for (Index j = 0; j < a.size(); ++j) {
        CHECK(a[j] == near(attention[static_cast<std::size_t>((t * 5 + j) * 3 + k)]));
      }
    }
  }
}

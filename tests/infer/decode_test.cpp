#include "infer/decode.h"

#include "catch.h"
#include "infer/small_model.h"
#include "score/evaluate.h"

using namespace attnviz;

namespace {

DecodingScratch scratch_for(const Model& model) {
  DecodingScratch scratch(model.config);
  scratch.keep_logits = true;
  project_tokens(model.weights, scratch.tables);
  return scratch;
}

}  // namespace

TEST_CASE("answers do not depend on which others share the call, nor on their order", "[decode]") {
  const Model model = small_model("reverse", 3, {.cell = GENERATE(Cell::gru, Cell::lstm)});
  const auto examples = some_examples("reverse", 40);
  DecodingScratch scratch = scratch_for(model);
  auto all = pointers(examples);
  const auto together = decode_greedily(model.weights, model.config, all, scratch);
  std::reverse(all.begin(), all.end());
  const auto reversed = decode_greedily(model.weights, model.config, all, scratch);
  for (std::size_t k = 0; k < examples.size(); ++k) {
    const EncodedPair* one = &examples[k].pair;
    const auto alone = decode_greedily(model.weights, model.config, std::span(&one, 1), scratch);
    CHECK(alone[0].ids == together[k].ids);
    CHECK(reversed[examples.size() - 1 - k].ids == together[k].ids);
    REQUIRE(alone[0].attention.size() == together[k].attention.size());
    for (std::size_t i = 0; i < alone[0].attention.size(); ++i) {
      CHECK(alone[0].attention[i] == Catch::Approx(together[k].attention[i]).margin(1e-5));
    }
  }
}

TEST_CASE("an answer ends with END or at its limit, a row of attention a symbol", "[decode]") {
  const Model model = small_model();
  const auto examples = some_examples("reverse", 30);
  DecodingScratch scratch = scratch_for(model);
  const auto answers = decode_greedily(model.weights, model.config, pointers(examples), scratch);
  for (std::size_t k = 0; k < answers.size(); ++k) {
    const std::size_t length = examples[k].pair.source.size();
    const auto& ids = answers[k].ids;
    REQUIRE(!ids.empty());
    CHECK(std::count(ids.begin(), ids.end() - 1, Vocabulary::end) == 0);
    CHECK(std::count(ids.begin(), ids.end(), Vocabulary::pad) == 0);
    if (ids.back() != Vocabulary::end) {
      CHECK(static_cast<int>(ids.size()) == longest_answer(static_cast<int>(length)));
    }
    CHECK(answers[k].attention.size() == ids.size() * length);
    CHECK(answers[k].logits.size() == ids.size() * static_cast<std::size_t>(model.target.size()));
  }
}

TEST_CASE("nothing in, nothing out", "[decode]") {
  const Model model = small_model();
  DecodingScratch scratch(model.config);
  CHECK(decode_greedily(model.weights, model.config, {}, scratch).empty());
}

TEST_CASE("an answer is exact under teacher forcing if and only if it is greedily", "[evaluate]") {
  // A model that has learnt a little, so that some answers are exact: copying the right answers of
  // a random model makes all of them exact, and changing some symbols makes those wrong.
  Model model = small_model("sort");
  model.weights.decoder.readout.b[Vocabulary::unknown] = -100;  // which is never right
  auto examples = some_examples("sort", 60);
  DecodingScratch scratch = scratch_for(model);
  const auto answers = decode_greedily(model.weights, model.config, pointers(examples), scratch);
  for (std::size_t k = 0; k < examples.size(); ++k) {
    examples[k].pair.target = answers[k].ids;
    examples[k].gold.clear();
    if (k % 3 == 0) examples[k].pair.target[k % answers[k].ids.size()] ^= 1;
  }
  const Evaluation forced = evaluate_forced(model.weights, model.config, examples, scratch);
  const Evaluation greedy = evaluate_greedily(model.weights, model.config, examples, scratch);
  CHECK(forced.answers.exact == 40);
  CHECK(greedy.answers.exact == 40);
  CHECK(forced.answers.answers == 60);
  CHECK(forced.answers.tokens == greedy.answers.tokens);
  std::size_t by_length = 0;
  for (const auto& [length, scores] : greedy.by_length) by_length += scores.exact;
  CHECK(by_length == 40);
}

TEST_CASE("PAD and START are never the most probable symbol", "[decode]") {
  Matrix logits = Matrix::Zero(6, 2);
  logits(5, 0) = 1;
  logits(Vocabulary::pad, 1) = 5;
  logits(Vocabulary::start, 1) = 4;
  logits(Vocabulary::end, 1) = 3;
  logits(5, 1) = 2;
  CHECK(most_probable(logits, 0) == 5);
  CHECK(most_probable(logits, 1) == Vocabulary::end);
}

TEST_CASE("with hard attention an answer has the posterior of each of its symbols",
          "[decode][hard]") {
  const Model model = small_model("reverse", 3, {.hard = true});
  const auto examples = some_examples("reverse", 30);
  DecodingScratch scratch = scratch_for(model);
  const auto answers = decode_greedily(model.weights, model.config, pointers(examples), scratch);
  for (std::size_t k = 0; k < answers.size(); ++k) {
    const std::size_t length = examples[k].pair.source.size();
    const Decoded& answer = answers[k];
    REQUIRE(answer.posterior.size() == answer.attention.size());
    CHECK(answer.posterior != answer.attention);
    for (std::size_t i = 0; i < answer.ids.size(); ++i) {
      const auto row = std::span(answer.posterior).subspan(i * length, length);
      CHECK(std::accumulate(row.begin(), row.end(), 0.0) == Catch::Approx(1).margin(1e-5));
    }
    // the logits are logarithms of probabilities that sum to one
    double sum = 0.0;
    for (int y = 0; y < model.target.size(); ++y) {
      sum += std::exp(static_cast<double>(answer.logits[static_cast<std::size_t>(y)]));
    }
    CHECK(sum == Catch::Approx(1).margin(1e-5));

    const EncodedPair pair{examples[k].pair.source, answer.ids};
    const EncodedPair* one = &pair;
    const auto forced = decode_forced(model.weights, model.config, std::span(&one, 1), scratch);
    REQUIRE(forced[0].posterior.size() == answer.posterior.size());
    for (std::size_t i = 0; i < answer.posterior.size(); ++i) {
      CHECK(forced[0].posterior[i] == Catch::Approx(answer.posterior[i]).margin(1e-5));
    }
    CHECK(forced[0].log_probability() == Catch::Approx(answer.log_probability()).margin(1e-4));
  }
  const Model soft = small_model();
  DecodingScratch other(soft.config);
  project_tokens(soft.weights, other.tables);
  CHECK(decode_greedily(soft.weights, soft.config, pointers(examples), other)[0].posterior.empty());
}

#include "score/pair_evaluation.h"

#include <cmath>

#include "catch.h"

namespace attnviz {
namespace {

Prediction answer_of(std::vector<std::string> answer, std::vector<float> weights) {
  Prediction prediction;
  prediction.answer = std::move(answer);
  prediction.ended = true;
  prediction.map.weights = std::move(weights);
  return prediction;
}

TextPair pair_of(std::vector<std::string> source, std::vector<std::string> target) {
  TextPair pair;
  pair.source = std::move(source);
  pair.target = std::move(target);
  return pair;
}

bool add(PairEvaluation& sum, const Prediction& answer, const std::vector<std::string>& source,
         const std::vector<std::vector<std::string>>& rights, std::size_t times = 1) {
  return sum.add_answer(answer, source, rights, times);
}

TEST_CASE("answers to pairs are scored as texts", "[pairs]") {
  PairEvaluation sum;
  // right, with attention on the diagonal: 2 rows, END's row, 3 columns
  CHECK(add(sum, answer_of({"x", "y"}, {1, 0, 0, 0, 1, 0, 0, 0, 1}), {"a", "b"}, {{"x", "y"}}));
  // one word too few, attention on END alone
  CHECK_FALSE(add(sum, answer_of({"x"}, {0, 1, 0, 1}), {"c"}, {{"x", "z"}}));
  CHECK(sum.answers().answers == 2);
  CHECK(sum.answers().exact == 1);
  CHECK(sum.answers().token_accuracy() == Catch::Approx(4.0 / 6));
  CHECK(sum.errors().rate() == Catch::Approx(1.0 / 4));
  CHECK(sum.bleu().matches[0] == 3);
  CHECK(sum.by_length().at(1).exact == 0);
  CHECK(sum.by_length().at(2).exact == 1);
  CHECK(sum.coverage().mean_coverage_penalty() == Catch::Approx(std::log(2.0) / 2));
  CHECK(sum.gold_pairs() == 0);
  CHECK(to_json(sum).find("gold") == std::string::npos);
}

TEST_CASE("a reserved label in a text is never right", "[pairs]") {
  PairEvaluation sum;
  add(sum, answer_of({"x", "<unk>"}, {1, 0, 1, 0, 1, 0}), {"a"}, {{"x", "<unk>"}});
  CHECK(sum.answers().exact == 0);
  CHECK(sum.answers().token_accuracy() == Catch::Approx(2.0 / 3));
  CHECK(sum.errors().edits == 1);
  CHECK(sum.bleu().matches[0] == 1);
}

TEST_CASE("of several right answers any counts, the nearest for edits", "[pairs]") {
  PairEvaluation sum;
  const std::vector<std::vector<std::string>> rights = {{"p", "q", "r"}, {"x", "y"}};
  CHECK(add(sum, answer_of({"x", "y"}, {1, 0, 1, 0, 1, 0}), {"a"}, rights, 3));
  CHECK(sum.answers().answers == 3);
  CHECK(sum.answers().exact == 3);
  CHECK(sum.errors().edits == 0);
  CHECK(sum.errors().symbols == 6);
  CHECK(sum.coverage().maps == 3);
  CHECK(sum.ambiguous() == 1);
  CHECK_FALSE(add(sum, answer_of({"x", "z"}, {1, 0, 1, 0, 1, 0}), {"b"}, rights));
  CHECK(sum.errors().edits == 1);
  CHECK(sum.errors().symbols == 8);
  CHECK(sum.answers().right_tokens == 3 * 3 + 2);
  CHECK(sum.by_length().at(1).answers == 4);
  CHECK(to_json(sum).find("\"several_answers\":2") != std::string::npos);
}

TEST_CASE("an answer without END is not exact", "[pairs]") {
  PairEvaluation sum;
  Prediction cut = answer_of({"x"}, {1, 0});
  cut.ended = false;
  add(sum, cut, {"a"}, {{"x"}});
  CHECK(sum.answers().exact == 0);
  CHECK(sum.errors().edits == 0);
}

TEST_CASE("attention of the right answer is held against gold", "[pairs]") {
  PairEvaluation sum;
  TextPair pair = pair_of({"a", "b"}, {"x", "y"});
  pair.has_gold = true;
  pair.gold = {{0}, {0, 1}};
  pair.possible = {{}, {0}};
  sum.add_gold(answer_of({"x", "y"}, {0.75F, 0.25F, 0, 0.5F, 0.25F, 0.25F, 0, 0, 1}), pair);
  CHECK(sum.gold_pairs() == 1);
  CHECK(sum.alignment().gold_mass() == Catch::Approx(0.75));
  CHECK(sum.alignment().hit_rate() == 1.0);
  // A = {0-0, 0-1}, S = {0-0, 1-1}, P adds 0-1: 1 - (1 + 2) / (2 + 2)
  CHECK(sum.links().error_rate() == Catch::Approx(0.25));
  CHECK(to_json(sum).find("\"alignment_error_rate\":0.25") != std::string::npos);
}

}  // namespace
}  // namespace attnviz

// Metrics on matrices whose scores can be worked out by hand.
#include "score/scores.h"

#include <cmath>
#include <limits>

#include "catch.h"
#include "text/vocabulary.h"

using namespace attnviz;

namespace {

using Weights = std::vector<float>;

const GoldAlignment diagonal = {{0}, {1}, {2}};

}  // namespace

TEST_CASE("a map on target", "[scores]") {
  const auto scores = score_alignment(Weights{1, 0, 0, 0, 1, 0, 0, 0, 1}, 3, diagonal);
  CHECK(scores.gold_mass() == 1.0);
  CHECK(scores.hit_rate() == 1.0);
  CHECK(scores.offsets == std::map<int, std::size_t>{{0, 3}});
  CHECK(scores.row_entropy() == 0.0);
}

TEST_CASE("a diffuse map", "[scores]") {
  const auto scores = score_alignment(Weights(9, 1.0F / 3), 3, diagonal);
  CHECK(scores.gold_mass() == Catch::Approx(1.0 / 3));
  CHECK(scores.hit_rate() == Catch::Approx(1.0 / 3));  // the first of equals is the argmax
  CHECK(scores.offsets == std::map<int, std::size_t>{{-2, 1}, {-1, 1}, {0, 1}});
  CHECK(scores.row_entropy() == Catch::Approx(std::log(3.0)));
}

TEST_CASE("a map shifted by one", "[scores]") {
  const auto scores = score_alignment(Weights{0, 1, 0, 0, 0, 1, 1, 0, 0}, 3, diagonal);
  CHECK(scores.gold_mass() == 0.0);
  CHECK(scores.hit_rate() == 0.0);
  CHECK(scores.offsets == std::map<int, std::size_t>{{-2, 1}, {1, 2}});
}

TEST_CASE("a permuted map: sharp and wrong", "[scores]") {
  const auto scores = score_alignment(Weights{0, 0, 1, 0, 1, 0, 1, 0, 0}, 3, diagonal);
  CHECK(scores.gold_mass() == Catch::Approx(1.0 / 3));
  CHECK(scores.hit_rate() == Catch::Approx(1.0 / 3));
  CHECK(scores.row_entropy() == 0.0);
}

TEST_CASE("ties: any position of the set is right, and the mass is that of the whole set",
          "[scores]") {
  const auto scores = score_alignment(Weights{0.4F, 0.1F, 0.5F}, 3, {{0, 2}});
  CHECK(scores.gold_mass() == Catch::Approx(0.9));
  CHECK(scores.hit_rate() == 1.0);
}

TEST_CASE("the offset is counted from the nearest gold position", "[scores]") {
  const auto scores = score_alignment(Weights{0.1F, 0.1F, 0.8F, 0.0F}, 4, {{0, 3}});
  CHECK(scores.offsets == std::map<int, std::size_t>{{-1, 1}});
}

TEST_CASE("rows without gold count for the entropy alone", "[scores]") {
  const auto scores = score_alignment(Weights{1, 0, 0.5F, 0.5F}, 2, {{0}, {}});
  CHECK(scores.rows == 1);
  CHECK(scores.gold_mass() == 1.0);
  CHECK(scores.all_rows == 2);
  CHECK(scores.row_entropy() == Catch::Approx(std::log(2.0) / 2));
}

TEST_CASE("only rows that both have are scored", "[scores]") {
  CHECK(score_alignment(Weights{1, 0, 0, 1}, 2, {{0}}).rows == 1);      // END's row
  CHECK(score_alignment(Weights{1, 0}, 2, {{0}, {1}, {1}}).rows == 1);  // an answer cut short
  CHECK(score_alignment(Weights{}, 0, {{0}}).rows == 0);
}

TEST_CASE("sums of maps are those of their rows", "[scores]") {
  AlignmentScores sum = score_alignment(Weights{1, 0}, 2, {{0}});
  sum += score_alignment(Weights{0.25F, 0.75F, 1, 0}, 2, {{0}, {1}});
  CHECK(sum.rows == 3);
  CHECK(sum.gold_mass() == Catch::Approx(1.25 / 3));
  CHECK(sum.hit_rate() == Catch::Approx(1.0 / 3));
}

TEST_CASE("nothing scored is zero, not a division by zero", "[scores]") {
  CHECK(AlignmentScores{}.gold_mass() == 0.0);
  CHECK(AnswerScores{}.exact_match() == 0.0);
  CHECK(AnswerScores{}.token_accuracy() == 0.0);
}

TEST_CASE("answers are compared by position", "[scores]") {
  using Ints = std::vector<int>;
  const Ints right = {7, 8, 9, 2};
  CHECK(score_answer(right, right).exact == 1);
  CHECK(score_answer(right, right).token_accuracy() == 1.0);
  CHECK(score_answer(Ints{7, 9, 9, 2}, right).exact == 0);
  CHECK(score_answer(Ints{7, 9, 9, 2}, right).token_accuracy() == 0.75);
  CHECK(score_answer(Ints{7, 8, 2}, right).exact == 0);
  CHECK(score_answer(Ints{7, 8, 2}, right).token_accuracy() == 0.5);
  CHECK(score_answer(Ints{7, 8, 9, 2, 2}, right).exact == 0);
}

TEST_CASE("an unknown symbol is never right", "[scores]") {
  const std::vector<int> right = {7, Vocabulary::unknown, 2};
  CHECK(score_answer(right, right).exact == 0);
  CHECK(score_answer(right, right).right_tokens == 2);
}

TEST_CASE("the alignment error rate of a hand-made example", "[scores]") {
  // Four outputs over three inputs and END. Sure links: 0-0 and 1-1; possible: 1-2 and 2-2.
  const GoldAlignment gold = {{0}, {1, 2}, {2}, {}};
  const GoldAlignment possible = {{}, {2}, {2}, {}};
  const auto score = [&](const Weights& weights) {
    LinkScores scores;
    for (std::size_t i = 0; i < 4; ++i) {
      scores.add_row(std::span(weights).subspan(4 * i, 4), 3, gold[i], possible[i]);
    }
    return scores;
  };
  // A = {0-0, 1-1}, the fourth looks at END: as good as can be
  const LinkScores right = score({1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1});
  CHECK(right.links == 2);
  CHECK(right.sure == 2);
  CHECK(right.error_rate() == 0.0);
  // A = {0-0, 1-2, 2-2}: |A n S| = 1, |A n P| = 3: 1 - (1 + 3) / (3 + 2)
  CHECK(score({1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1}).error_rate() == Catch::Approx(0.2));
  // A = {0-1, 1-0, 2-0, 3-0}: nothing in common
  CHECK(score({0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0}).error_rate() == 1.0);
  LinkScores twice = right;
  twice += score({0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0});
  CHECK(twice.error_rate() == Catch::Approx(1.0 - 4.0 / (6 + 4)));
  CHECK(LinkScores{}.error_rate() == 0.0);
}

TEST_CASE("masked cells hold no weight", "[scores]") {
  const float masked = std::numeric_limits<float>::quiet_NaN();
  const auto scores =
      score_alignment(Weights{masked, 0.25F, 0.75F, masked, masked, masked}, 3, {{0, 2}, {0}});
  CHECK(scores.rows == 2);
  CHECK(scores.gold_mass() == Catch::Approx(0.375));
  CHECK(scores.hits == 1);  // a row without any weight hits nothing
  LinkScores links;
  links.add_row(Weights{masked, 0.25F, masked}, 2, {1}, {});
  links.add_row(Weights{masked, masked, masked}, 2, {0}, {});
  CHECK(links.links == 1);
  CHECK(links.sure == 2);
  CoverageScores coverage;
  coverage.add_map(Weights{1, masked, masked, 1}, 2, 2);
  CHECK(coverage.confidence() == 1.0);
}

TEST_CASE("a row of zeros and ones is an alignment itself", "[scores]") {
  LinkScores links;
  links.add_row(Weights{1, 0, 1}, 3, {0, 2}, {});
  links.add_row(Weights{0, 0, 0}, 3, {}, {});  // no link, and none wanted
  CHECK(links.links == 2);
  CHECK(links.error_rate() == 0.0);
  links.add_row(Weights{1, 1, 1}, 2, {0}, {});  // the last is END
  CHECK(links.links == 4);
  CHECK(links.error_rate() == Catch::Approx(1.0 - 6.0 / 7));
}

TEST_CASE("a map without END: every column is an input", "[scores]") {
  LinkScores links;
  links.add_row(Weights{0, 1}, 2, {1}, {});
  CHECK(links.error_rate() == 0.0);
  CoverageScores coverage;
  coverage.add_map(Weights{1, 0}, 2, 2);
  CHECK(coverage.mean_coverage_penalty() == Catch::Approx(std::log(2.0) / 2));
}

TEST_CASE("coverage and confidence of hand-made maps", "[scores]") {
  CoverageScores diagonal_map;
  diagonal_map.add_map(Weights{1, 0, 0, 0, 1, 0}, 3, 2);
  CHECK(diagonal_map.confidence() == 1.0);
  CoverageScores one_input;  // the first input is attended to twice, the second never
  one_input.add_map(Weights{1, 0, 0, 1, 0, 0}, 3, 2);
  CHECK(one_input.mean_coverage_penalty() == Catch::Approx(std::log(2.0)));
  CHECK(one_input.mean_entropy() == 0.0);
  CHECK(one_input.confidence() == Catch::Approx(0.5));
  CoverageScores undecided;  // every input gets its share, but from no row in particular
  undecided.add_map(Weights{0.5F, 0.5F, 0, 0.5F, 0.5F, 0}, 3, 2);
  CHECK(undecided.mean_coverage_penalty() == Catch::Approx(0.0).margin(1e-12));
  CHECK(undecided.confidence() == Catch::Approx(0.5));
  undecided += one_input;
  CHECK(undecided.maps == 2);
  CHECK(undecided.confidence() == Catch::Approx(0.5));
  CHECK(CoverageScores{}.confidence() == 0.0);
}

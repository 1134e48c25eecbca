#include "score/map_evaluation.h"
#include "json.h"

#include <limits>

#include "catch.h"

using namespace attnviz;

namespace {

AttentionMap map_of(std::vector<std::string> source, std::vector<std::string> target,
                    std::vector<float> weights, GoldAlignment gold = {}) {
  return {std::move(source), std::move(target), std::move(weights), std::move(gold), {}, {}};
}

}  // namespace

TEST_CASE("END's row is not scored, its column is nothing to link or cover", "[maps]") {
  MapScores with_end;
  with_end.add(map_of({"a", "b", "</s>"}, {"x", "y", "</s>"},
                      {0.75F, 0, 0.25F, 0, 0.25F, 0.75F, 0.5F, 0.5F, 0}, {{0}, {1}, {}}));
  CHECK(with_end.rows == 2);
  CHECK(with_end.alignment.gold_mass() == Catch::Approx(0.5));
  CHECK(with_end.alignment.hit_rate() == 0.5);
  CHECK(with_end.links.links == 1);  // y looks at END most
  CHECK(with_end.links.error_rate() == Catch::Approx(1.0 - 2.0 / 3));
  CHECK(with_end.end_rows == 1);
  CHECK(with_end.end_columns == 1);
  // Without the label it is a symbol like any other.
  MapScores without;
  without.add(map_of({"a", "b", "c"}, {"x", "y", "z"},
                     {0.75F, 0, 0.25F, 0, 0.25F, 0.75F, 0.5F, 0.5F, 0}, {{0}, {1}, {}}));
  CHECK(without.rows == 3);
  CHECK(without.links.links == 3);
  CHECK(without.end_columns == 0);
}

TEST_CASE("rows that are no distribution and masked cells are counted", "[maps]") {
  const float masked = std::numeric_limits<float>::quiet_NaN();
  MapScores scores;
  scores.add(map_of({"a", "b"}, {"x", "y", "z"}, {1, masked, 2, 0, 1.5F, -0.5F}));
  CHECK(scores.masked == 1);
  CHECK(scores.odd_rows == 2);
  CHECK(scores.rows == 3);
  CHECK(scores.gold_maps == 0);
}

TEST_CASE("attributions are scored as shares of what is positive", "[maps]") {
  const float masked = std::numeric_limits<float>::quiet_NaN();
  AttentionMap map =
      map_of({"a", "b", "c", "</s>"}, {"w", "x", "y", "z", "</s>"},
             {3, 1, -2, 36, 3, 1, -2, masked, masked, -1, 2, masked, -1, -2, 0, masked, 1, 1, 1, 1},
             {{0}, {0}, {0}, {0}, {}});
  map.kind = MapKind::attribution;
  MapScores scores;
  scores.add(map);
  CHECK(scores.attributions == 1);
  CHECK(scores.odd_rows == 0);
  CHECK(scores.masked == 1);          // END's column is none of them
  CHECK(scores.alignment.rows == 3);  // the gold of y is undefined
  CHECK(scores.alignment.gold_mass() == Catch::Approx((0.075 + 0.75 + 0) / 3));
  CHECK(scores.alignment.hits == 1);  // z has nothing positive, and so no largest value
  CHECK(scores.links.links == 1);     // that of w is on END
  MapEvaluation evaluation;
  evaluation.sentences = {"one"};
  evaluation.heads.push_back({"", scores, {scores}});
  CHECK(nlohmann::json::parse(to_json(evaluation)).at("kind") == "attribution");
  map.kind = MapKind::attention;
  scores.add(map);
  CHECK(scores.odd_rows == 4);
  evaluation.heads.front().all = scores;
  CHECK(nlohmann::json::parse(to_json(evaluation)).at("kind") == "mixed");
}

TEST_CASE("possible links are no fault where they are missing, and none where they are there",
          "[maps]") {
  MapScores scores;
  scores.add(map_of({"a", "b"}, {"x", "y"}, {1, 0, 0, 1}, {{0}, {0, 1}}), {{}, {0, 1}});
  CHECK(scores.links.sure == 1);
  CHECK(scores.links.error_rate() == 0.0);
}

TEST_CASE("heads are sorted by gold mass, and JSON names them", "[maps]") {
  MapEvaluation evaluation;
  evaluation.sentences = {"one"};
  for (const float right : {0.25F, 0.75F, 0.5F}) {
    MapScores scores;
    scores.add(map_of({"a", "b"}, {"x"}, {right, 1 - right}, {{0}}));
    evaluation.heads.push_back(
        {"head " + std::to_string(evaluation.heads.size()), scores, {scores}});
  }
  evaluation.sort();
  CHECK(evaluation.heads[0].name == "head 1");
  CHECK(evaluation.heads[2].name == "head 0");
  const auto json = nlohmann::json::parse(to_json(evaluation));
  CHECK(json.at("heads")[0].at("gold").at("gold_mass") == 0.75);
  CHECK(json.at("heads")[0].at("by_sentence")[0].at("sentence") == "one");
}

TEST_CASE("a gold position on END's column is no link that is missing", "[maps]") {
  MapScores scores;
  scores.add(map_of({"a", "</s>"}, {"x", "y"}, {1, 0, 0, 1}, {{0}, {1}}), {{}, {}});
  CHECK(scores.alignment.hit_rate() == 1.0);
  CHECK(scores.links.sure == 1);
  CHECK(scores.links.error_rate() == 0.0);
}

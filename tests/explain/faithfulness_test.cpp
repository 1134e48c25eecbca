#include "explain/faithfulness.h"

#include <cmath>

#include "catch.h"
#include "explain/methods.h"
#include "infer/small_model.h"

using namespace attnviz;

namespace {

struct Bench {
  Model model;
  Workers workers{1};
  Explainer explainer{model, workers};
  Explained explained;

  explicit Bench(Model of, const std::vector<std::string>& source)
      : model(std::move(of)), explained(explainer.answer(source)) {}

  MethodScores score(std::vector<double> values, bool removal = false) {
    Attribution attribution;
    attribution.columns = explained.inputs();
    attribution.values = std::move(values);
    return score_methods(explainer, explained, {&attribution, 1}, {{}, removal}).front();
  }
};

}  // namespace

TEST_CASE("scores of values are taken from their positive part", "[explain][faithfulness]") {
  Bench bench(small_model(), {"a", "b"});
  bench.explained.gold = {{1}, {0}, {}};
  bench.explained.answer_ids.resize(3, Vocabulary::end);
  // ba: the truth of reverse is 1 on gold and 0 elsewhere.
  const MethodScores scores = bench.score({-5, 2,   // all on gold
                                           1, 3,    // a quarter on gold
                                           7, 7});  // END's
  CHECK(scores.rows == 3);
  CHECK(scores.gold.rows == 2);
  CHECK(scores.gold.gold_mass() == Catch::Approx((1 + 0.25) / 2));
  CHECK(scores.gold.hit_rate() == 0.5);
  CHECK(scores.without_truth == 1);
  CHECK(scores.overlap.count == 2);
  CHECK(scores.overlap.value() == Catch::Approx((1 + 0.25) / 2));
}

TEST_CASE("rows without a positive value are misses, those without a defined gold input no rows",
          "[explain][faithfulness]") {
  Bench bench(small_model(), {"a", "b"});
  bench.explained.gold = {{1}, {0}, {}};
  bench.explained.answer_ids.resize(3, Vocabulary::end);
  const MethodScores none = bench.score({-5, 0, -1, -3, 0, 0});
  CHECK(none.gold.rows == 2);
  CHECK(none.gold.hits == 0);
  CHECK(none.overlap.value() == 0.0);
  CHECK(none.distance.value() == 1.0);
  const MethodScores masked = bench.score({1, undefined, 1, 0, 0, 0});
  CHECK(masked.gold.rows == 1);
  CHECK(masked.gold.gold_mass() == 1.0);
  CHECK(masked.undefined == 1);
  CHECK(masked.values == 6);
}

TEST_CASE("the Jensen-Shannon distance is that of base 2", "[explain][faithfulness]") {
  Bench bench(small_model(), {"a", "b"});
  bench.explained.answer_ids.resize(3, Vocabulary::end);
  const MethodScores half = bench.score({1, 1, 1, 1, 0, 0});
  CHECK(half.overlap.value() == Catch::Approx(0.5));
  // sqrt((log2(4/3) + (log2(2/3) + 1) / 2) / 2), of (1, 0) and (1/2, 1/2)
  CHECK(half.distance.value() == Catch::Approx(0.5579230).margin(1e-6));
  const MethodScores wrong = bench.score({1, 0, 0, 1, 0, 0});
  CHECK(wrong.distance.value() == Catch::Approx(1.0));
  const MethodScores right = bench.score({0, 1, 1, 0, 0, 0});
  CHECK(right.distance.value() == Catch::Approx(0.0).margin(1e-9));
}

TEST_CASE("attention on END counts against gold mass and in no other score",
          "[explain][faithfulness]") {
  Bench bench(small_model(), {"a", "b"});
  bench.explained.gold = {{1}, {0}, {}};
  bench.explained.answer_ids.resize(3, Vocabulary::end);
  Attribution attention;
  attention.columns = 3;
  attention.values = {0, 0.5, 0.5, 0.25, 0.25, 0.5, 0, 0, 1};
  const MethodScores scores =
      score_methods(bench.explainer, bench.explained, {&attention, 1}, {{}, false}).front();
  CHECK(scores.gold.gold_mass() == Catch::Approx((0.5 + 0.25) / 2));
  CHECK(scores.gold.hit_rate() == 0.5);  // of equal weights the first
  CHECK(scores.overlap.value() == Catch::Approx((1.0 + 0.5) / 2));
}

TEST_CASE("removal and rank scores of occlusion itself", "[explain][faithfulness]") {
  Bench bench(small_model("sort", 6), {"1", "7", "3", "9"});
  const Method methods[] = {Method::occlusion, Method::flip};
  const auto all = bench.explainer.explain(bench.explained, methods, {});
  const auto scores = score_methods(bench.explainer, bench.explained, all, {});
  CHECK(scores[0].tau.value() == 1.0);
  CHECK(scores[0].comprehensiveness.count == bench.explained.rows());
  const auto again = score_methods(bench.explainer, bench.explained, all, {});
  CHECK(again[0].comprehensiveness.sum == scores[0].comprehensiveness.sum);
  // The same inputs removed, the same number, whichever method names them.
  const Attribution twice[] = {all[1], all[0]};
  CHECK(score_methods(bench.explainer, bench.explained, twice, {})[1].comprehensiveness.sum ==
        scores[0].comprehensiveness.sum);
  auto sum = scores[0];
  sum += scores[0];
  CHECK(sum.comprehensiveness.value() == Catch::Approx(scores[0].comprehensiveness.value()));
}

TEST_CASE("comprehensiveness is the fall without the top inputs, sufficiency that with them alone",
          "[explain][faithfulness]") {
  Model model = small_model();
  model.metadata.erase("task");
  std::vector<std::size_t> counts(model.source.symbols().size(), 5);
  counts[0] = counts[1] = 100;  // a and b can only be swapped for each other
  model.metadata[source_counts_key] = counts_to_json(counts);
  Bench bench(std::move(model), {"a", "a", "b"});
  Question question(bench.explainer, bench.explained, {});
  const auto p = [&](const std::string& source, std::size_t i) {
    std::vector<int> ids;
    for (const char c : source) ids.push_back(bench.model.source.id(std::string(1, c)));
    ids.push_back(Vocabulary::end);
    return std::exp(question.parts.passes.log_probabilities(bench.explained.answer_ids, 1,
                                                            [&](std::size_t) { return ids; })[i]);
  };
  std::vector<double> values;
  double without = 0.0;
  double alone = 0.0;
  const std::size_t rows = bench.explained.rows();
  for (std::size_t i = 0; i < rows; ++i) {
    values.insert(values.end(), {0.5, -1, 2});  // the last, then the first
    const double own = p("aab", i);
    without += own - (p("aaa", i) + p("baa", i) + p("bba", i)) / 3;
    alone += own - (p("bbb", i) + p("abb", i) + own) / 3;
  }
  const MethodScores scores = bench.score(values, true);
  CHECK(scores.comprehensiveness.count == rows);
  CHECK(scores.comprehensiveness.sum == Catch::Approx(without));
  CHECK(scores.sufficiency.count == rows);
  CHECK(scores.sufficiency.sum == Catch::Approx(alone));
}

TEST_CASE("uniform attention is not changed by being uniform or permuted",
          "[explain][faithfulness]") {
  Model model = small_model();
  model.config.attention = Attention::uniform;
  model.weights.decoder.attention.form = Attention::uniform;
  Bench bench(std::move(model), {"a", "b", "c", "d"});
  const NecessityScores scores = score_necessity(bench.explainer, bench.explained, {});
  CHECK(scores.uniform.value() == 1.0);
  CHECK(scores.permuted.value() == 1.0);
  CHECK(scores.permuted.count == 100 * bench.explained.rows());
}

TEST_CASE("wrong inputs are those that are not gold", "[explain][faithfulness]") {
  Bench bench(small_model(), {"a", "b", "c", "d"});
  bench.explained.gold.assign(bench.explained.rows(), {});
  bench.explained.gold[0] = {1, 3};
  const NecessityScores scores = score_necessity(bench.explainer, bench.explained, {});
  // Two of the first output; of the others all but the one attended to most, which may be END.
  const std::size_t others = scores.wrong.count - 2;
  CHECK(others >= 3 * (bench.explained.rows() - 1));
  CHECK(others <= 4 * (bench.explained.rows() - 1));
  CHECK(scores.some_wrong.count == bench.explained.rows());
}

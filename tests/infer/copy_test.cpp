// Decoding with a copy gate: the answer's vocabulary is extended by the source.
#include <algorithm>
#include <cmath>

#include "catch.h"
#include "infer/predict.h"
#include "infer/small_model.h"
#include "infer/trace.h"

namespace attnviz {
namespace {

using Words = std::vector<std::string>;

/// With random weights, which copies as often as not.
Model copying_model(Query query = Query::current, std::uint64_t seed = 3) {
  Model model;
  model.source = Vocabulary({"a", "b", "c", "d"});
  model.target = Vocabulary({"b", "c", "z"});
  make_small(model, {.query = query, .copy = true}, seed, 4.0);
  model.weights.decoder.readout.W *= 3;
  model.weights.decoder.copy.W *= 3;
  ModelText text;
  text.source.unit = text.target.unit = Unit::word;
  text.takes_unknown = true;
  text.longest = 8;
  model.metadata["text"] = text_to_json(text);
  return model;
}

const std::vector<Words> sources = {
    {"a", "Ann", "b"}, {"Bob", "a", "d", "Bob", "Eve"}, {"c", "b"}, {"Dan"}, {"b", "Fay", "Gus"}};

std::size_t copied_texts(const Model& model, const Prediction& prediction) {
  return model.target.missing(prediction.answer).size();
}

TEST_CASE("texts that the vocabulary does not hold come out as copies", "[copy]") {
  const Model model = copying_model(GENERATE(Query::current, Query::previous));
  std::size_t copied = 0;
  for (const Prediction& one : predict(model, sources)) {
    copied += copied_texts(model, one);
    REQUIRE(one.map.copied.size() == one.map.rows());
    for (std::size_t i = 0; i < one.answer.size(); ++i) {
      CHECK(one.map.copied[i] >= 0.0F);
      CHECK(one.map.copied[i] <= 1.0F);
      if (model.target.id(one.answer[i]) != Vocabulary::unknown) continue;
      const bool is_of_source = std::ranges::find(one.source, one.answer[i]) != one.source.end();
      CHECK((is_of_source || one.answer[i] == unknown_label));
    }
  }
  CHECK(copied > 0);
}

TEST_CASE("a copied answer is as probable when it is given, alone or among others", "[copy]") {
  const Model model = copying_model(GENERATE(Query::current, Query::previous));
  const auto answers = predict(model, sources);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (!answers[i].ended) continue;
    const auto alone = predict(model, std::span(sources).subspan(i, 1));
    CHECK(alone[0].answer == answers[i].answer);
    CHECK(alone[0].log_probability == answers[i].log_probability);
    const auto given =
        align(model, std::span(sources).subspan(i, 1), std::vector<Words>{answers[i].answer});
    CHECK(given[0].log_probability == Catch::Approx(answers[i].log_probability).margin(1e-5));
    REQUIRE(given[0].map.copied.size() == answers[i].map.copied.size());
    for (std::size_t t = 0; t < given[0].map.copied.size(); ++t) {
      CHECK(given[0].map.copied[t] == Catch::Approx(answers[i].map.copied[t]).margin(1e-5));
    }
  }
}

TEST_CASE("a beam finds copies too, and no answer that is none", "[copy]") {
  const Model model =
      copying_model(Query::current, GENERATE(std::uint64_t{3}, std::uint64_t{4}, std::uint64_t{5}));
  const auto greedy = predict(model, sources);
  const auto found = predict(model, sources, {.beam = {.width = 12, .n_best = 12}});
  std::size_t copied = 0;
  for (const Prediction& one : found) {
    copied += copied_texts(model, one);
    CHECK(one.log_probability > -1000.0);  // nothing of a row that is no symbol
    CHECK(one.map.copied.size() == one.map.rows());
    if (one.rank == 1) CHECK(one.log_probability >= greedy[one.input].log_probability - 1e-6);
    const auto given =
        align(model, std::span(sources).subspan(one.input, 1), std::vector<Words>{one.answer});
    const bool has_unknown = std::ranges::count(one.answer, unknown_label) > 0;
    if (one.ended && !has_unknown) {
      CHECK(given[0].log_probability == Catch::Approx(one.log_probability).margin(1e-4));
    }
  }
  CHECK(copied > 0);
}

TEST_CASE("probabilities over the vocabulary and the source sum to one", "[copy]") {
  const Model model = copying_model();
  const auto logits = predict(model, sources, {.beam = {}, .keep_logits = true});
  for (const Prediction& one : logits) {
    const auto V = static_cast<std::size_t>(model.target.size());
    REQUIRE(one.logits.size() == one.map.rows() * V);
    const Trace trace = Tracer(model).trace(one);
    CHECK(trace.copied == one.map.copied);
    for (std::size_t i = 0; i < one.map.rows(); ++i) {
      double sum = 0.0;
      for (std::size_t y = 0; y < V; ++y) sum += std::exp(double{one.logits[i * V + y]});
      // The rest is copied from texts outside the vocabulary.
      double outside = 0.0;
      for (std::size_t j = 0; j < one.source.size(); ++j) {
        if (model.target.id(one.source[j]) != Vocabulary::unknown) continue;
        outside += double{one.map.copied[i]} * double{one.map.at(i, j)};
      }
      CHECK(sum + outside == Catch::Approx(1.0).margin(1e-5));
      CHECK(trace.top[i][0].first == trace.target[i]);  // greedy
    }
  }
}

}  // namespace
}  // namespace attnviz

#include "infer/beam.h"

#include <algorithm>
#include <functional>
#include <map>

#include "catch.h"
#include "infer/small_model.h"

using namespace attnviz;

namespace {

struct Setting {
  Model model;
  std::vector<EncodedExample> examples;
  DecodingScratch scratch;
  std::vector<const EncodedPair*> sources;

  explicit Setting(const ModelConfig& form, std::uint64_t seed = 3)
      : model(small_model("sort", seed, form)),
        examples(some_examples("sort", 25)),
        scratch(model.config),
        sources(pointers(examples)) {
    model.weights.decoder.readout.W *= 4;  // so that some answers end
    scratch.longest = 7;
    project_tokens(model.weights, scratch.tables);
  }

  std::vector<std::vector<Decoded>> search(const BeamOptions& options) {
    return decode_with_beam(model.weights, model.config, sources, options, scratch);
  }
};

/// These symbols as the answer to that source.
Decoded forced(Setting& setting, const EncodedPair& source, const std::vector<int>& ids) {
  const EncodedPair pair{source.source, ids};
  const EncodedPair* one = &pair;
  return decode_forced(setting.model.weights, setting.model.config, std::span(&one, 1),
                       setting.scratch)[0];
}

/// Every answer of at most `longest` symbols with its log-probability: what a search of unlimited
/// width finds. The target vocabulary has a dozen symbols, so lengths stay tiny.
void enumerate(Setting& setting, const EncodedPair& source, std::vector<int>& prefix,
               std::size_t longest, std::map<std::vector<int>, double>& found) {
  for (int id = Vocabulary::end; id < setting.model.target.size(); ++id) {
    prefix.push_back(id);
    if (id == Vocabulary::end || prefix.size() == longest) {
      found[prefix] = forced(setting, source, prefix).log_probability();
    } else {
      enumerate(setting, source, prefix, longest, found);
    }
    prefix.pop_back();
  }
}

/// The scores of the best answers that a beam finds which goes on until nothing is left of it.
std::vector<double> scores_without_shortcuts(Setting& setting, const EncodedPair& source,
                                             const Decoded& greedy, const BeamOptions& options) {
  using Ranked = std::pair<double, std::vector<int>>;  // the best first: minus log-probability
  const auto width = static_cast<std::size_t>(options.width);
  std::map<std::vector<int>, double> finished = {
      {greedy.ids, beam_score(greedy, options.length_penalty)}};
  std::vector<Ranked> alive(1);
  while (!alive.empty()) {
    std::vector<Ranked> candidates;
    for (const auto& [rank, prefix] : alive) {
      for (int id = Vocabulary::end; id < setting.model.target.size(); ++id) {
        std::vector<int> ids = prefix;
        ids.push_back(id);
        candidates.emplace_back(-forced(setting, source, ids).log_probability(), ids);
      }
    }
    std::sort(candidates.begin(), candidates.end());
    candidates.resize(std::min(candidates.size(), 2 * width));
    alive.clear();
    for (const Ranked& candidate : candidates) {
      const std::vector<int>& ids = candidate.second;
      if (ids.back() == Vocabulary::end ||
          static_cast<int>(ids.size()) == setting.scratch.longest) {
        finished[ids] = beam_score(forced(setting, source, ids), options.length_penalty);
      } else if (alive.size() < width) {
        alive.push_back(candidate);
      }
    }
  }
  std::vector<double> scores;
  for (const auto& [ids, score] : finished) scores.push_back(score);
  std::sort(scores.begin(), scores.end(), std::greater<>());
  scores.resize(std::min(scores.size(), static_cast<std::size_t>(options.n_best)));
  return scores;
}

}  // namespace

TEST_CASE("a beam of one is greedy decoding", "[beam]") {
  Setting setting({});
  const auto greedy = decode_greedily(setting.model.weights, setting.model.config, setting.sources,
                                      setting.scratch);
  const auto beam = setting.search({.width = 1});
  REQUIRE(beam.size() == greedy.size());
  for (std::size_t i = 0; i < beam.size(); ++i) {
    REQUIRE(beam[i].size() == 1);
    CHECK(beam[i][0].ids == greedy[i].ids);
    CHECK(beam[i][0].attention == greedy[i].attention);
  }
}

TEST_CASE("a beam is never worse than greedy decoding, sorted and without repetition", "[beam]") {
  for (const Query query : {Query::previous, Query::current}) {
    for (const double penalty : {0.0, 1.0}) {
      Setting setting({.query = query});
      const auto greedy = decode_greedily(setting.model.weights, setting.model.config,
                                          setting.sources, setting.scratch);
      const auto beam = setting.search({.width = 5, .n_best = 5, .length_penalty = penalty});
      int better = 0;
      for (std::size_t i = 0; i < beam.size(); ++i) {
        REQUIRE(beam[i].size() == 5);
        const double best = beam_score(beam[i][0], penalty);
        CHECK(best >= beam_score(greedy[i], penalty));
        better += best > beam_score(greedy[i], penalty) ? 1 : 0;
        for (std::size_t n = 1; n < 5; ++n) {
          CHECK(beam_score(beam[i][n - 1], penalty) >= beam_score(beam[i][n], penalty));
          for (std::size_t m = 0; m < n; ++m) CHECK(beam[i][m].ids != beam[i][n].ids);
        }
      }
      CHECK(better > 0);
    }
  }
}

TEST_CASE("attention and probability of a hypothesis are those of forced decoding", "[beam]") {
  const auto settings = {std::pair(Query::previous, false), std::pair(Query::current, false),
                         std::pair(Query::previous, true), std::pair(Query::current, true)};
  const Cell cell = GENERATE(Cell::gru, Cell::lstm);
  for (const auto& [query, coverage] : settings) {
    CAPTURE(to_string(query), coverage, to_string(cell));
    Setting setting({.cell = cell, .query = query, .coverage = coverage});
    const auto beam = setting.search({.width = 4, .n_best = 4});
    for (std::size_t i = 0; i < beam.size(); ++i) {
      for (const Decoded& answer : beam[i]) {
        const Decoded expected = forced(setting, setting.examples[i].pair, answer.ids);
        CHECK(expected.ids == answer.ids);
        CHECK(expected.log_probability() == Catch::Approx(answer.log_probability()).margin(1e-5));
        REQUIRE(expected.attention.size() == answer.attention.size());
        for (std::size_t k = 0; k < answer.attention.size(); ++k) {
          CHECK(std::abs(expected.attention[k] - answer.attention[k]) < 1e-6F);
        }
      }
    }
  }
}

TEST_CASE("a beam that is wide enough finds the most probable answers of all", "[beam]") {
  Setting setting({});
  setting.scratch.longest = 3;
  setting.sources.resize(2);
  const auto beam = setting.search({.width = 200, .n_best = 10});
  for (std::size_t i = 0; i < beam.size(); ++i) {
    std::map<std::vector<int>, double> all;
    std::vector<int> prefix;
    enumerate(setting, *setting.sources[i], prefix, 3, all);
    std::vector<std::pair<double, std::vector<int>>> ranked;
    for (const auto& [ids, log_probability] : all) ranked.emplace_back(-log_probability, ids);
    std::sort(ranked.begin(), ranked.end());
    REQUIRE(beam[i].size() == 10);
    for (std::size_t n = 0; n < 10; ++n) {
      CHECK(beam[i][n].log_probability() == Catch::Approx(-ranked[n].first).margin(1e-5));
    }
    CHECK(beam[i][0].ids == ranked[0].second);
  }
}

TEST_CASE("a beam that stops early has found all that it would have found", "[beam]") {
  Setting setting({});
  setting.scratch.longest = 5;
  const BeamOptions options{.width = 3, .n_best = 3, .length_penalty = GENERATE(0.0, 1.0)};
  const auto greedy = decode_greedily(setting.model.weights, setting.model.config, setting.sources,
                                      setting.scratch);
  const auto beam = setting.search(options);
  for (std::size_t i = 0; i < beam.size(); ++i) {
    const auto expected =
        scores_without_shortcuts(setting, *setting.sources[i], greedy[i], options);
    REQUIRE(beam[i].size() == expected.size());
    for (std::size_t n = 0; n < expected.size(); ++n) {
      CHECK(beam_score(beam[i][n], options.length_penalty) ==
            Catch::Approx(expected[n]).margin(1e-5));
    }
  }
}

TEST_CASE("answers of a beam do not depend on which others share the call", "[beam]") {
  Setting setting({});
  const auto together = setting.search({.width = 3, .n_best = 2});
  for (std::size_t i = 0; i < together.size(); ++i) {
    const auto alone = decode_with_beam(setting.model.weights, setting.model.config,
                                        std::span(&setting.sources[i], 1),
                                        {.width = 3, .n_best = 2}, setting.scratch);
    REQUIRE(alone[0].size() == together[i].size());
    for (std::size_t n = 0; n < alone[0].size(); ++n) {
      CHECK(alone[0][n].ids == together[i][n].ids);
    }
  }
}

TEST_CASE("a length penalty favours longer answers", "[beam]") {
  Decoded shorter;
  shorter.ids = {4, Vocabulary::end};
  shorter.log_probabilities = {-1.0, -1.0};
  Decoded longer;
  longer.ids = {4, 5, 6, Vocabulary::end};
  longer.log_probabilities = {-1.0, -0.5, -0.5, -0.5};
  CHECK(beam_score(shorter, 0.0) == -2.0);
  CHECK(beam_score(longer, 0.0) == -2.5);
  CHECK(beam_score(shorter, 1.0) == Catch::Approx(-2.0 / (7.0 / 6.0)));
  CHECK(beam_score(longer, 1.0) == Catch::Approx(-2.5 / 1.5));
  CHECK(beam_score(longer, 1.0) > beam_score(shorter, 1.0));
}

TEST_CASE("answers of a beam have the probabilities and maps of hard attention", "[beam][hard]") {
  Setting setting({.hard = true});
  const auto answers = setting.search({.width = 4, .n_best = 4});
  for (std::size_t k = 0; k < answers.size(); ++k) {
    for (const Decoded& answer : answers[k]) {
      const Decoded again = forced(setting, *setting.sources[k], answer.ids);
      CHECK(answer.log_probability() == Catch::Approx(again.log_probability()).margin(1e-4));
      REQUIRE(answer.posterior.size() == again.posterior.size());
      for (std::size_t i = 0; i < again.posterior.size(); ++i) {
        CHECK(answer.posterior[i] == Catch::Approx(again.posterior[i]).margin(1e-4));
        CHECK(answer.attention[i] == Catch::Approx(again.attention[i]).margin(1e-4));
      }
    }
  }
}

#include <fmt/core.h>

#include "formats/json.h"
#include "formats/map_kind.h"
#include "score/evaluate.h"
#include "score/map_evaluation.h"
#include "score/pair_evaluation.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

Json answers_json(const AnswerScores& scores) {
  return {{"examples", scores.answers},
          {"exact_match", scores.exact_match()},
          {"token_accuracy", scores.token_accuracy()}};
}

/// What attention shows without gold.
Json coverage_json(const CoverageScores& scores) {
  return {{"coverage_penalty", scores.mean_coverage_penalty()},
          {"row_entropy", scores.mean_entropy()},
          {"confidence", scores.confidence()}};
}

/// `count` maps or pairs have gold.
Json gold_json(std::size_t count, const LinkScores& links, const AlignmentScores& alignment) {
  return {{"examples", count},
          {"alignment_error_rate", links.error_rate()},
          {"gold_mass", alignment.gold_mass()},
          {"hit_rate", alignment.hit_rate()}};
}

Json map_json(const MapScores& scores) {
  Json json = {{"maps", scores.maps}};
  if (scores.attributions > 0) {
    json["kind"] = scores.attributions == scores.maps ? to_string(MapKind::attribution) : "mixed";
  }
  json.update(coverage_json(scores.coverage));
  if (scores.gold_maps > 0) {
    json["gold"] = gold_json(scores.gold_maps, scores.links, scores.alignment);
  }
  json["rows"] = scores.rows;
  json["odd_rows"] = scores.odd_rows;
  json["masked_cells"] = scores.masked;
  json["end_rows"] = scores.end_rows;
  json["end_columns"] = scores.end_columns;
  return json;
}

/// Without gold there is no mass on it.
Json alignment_json(const AlignmentScores& scores) {
  Json json;
  if (scores.rows > 0) {
    json["gold_mass"] = scores.gold_mass();
    json["hit_rate"] = scores.hit_rate();
  }
  json["row_entropy"] = scores.row_entropy();
  return json;
}

}  // namespace

std::string to_json(const Evaluation& evaluation) {
  Json json = answers_json(evaluation.answers);
  json.update(alignment_json(evaluation.alignment));
  json["least_log_probability"] = evaluation.least_log_probability;
  json["offsets"] = Json::object();
  for (const auto& [offset, rows] : evaluation.alignment.offsets) {
    json["offsets"][fmt::format("{}", offset)] = rows;
  }
  json["by_length"] = Json::object();
  for (const auto& [length, scores] : evaluation.by_length) {
    json["by_length"][fmt::format("{}", length)] = answers_json(scores);
  }
  for (const auto& [kind, scores] : evaluation.by_kind) {
    json["by_kind"][kind] = answers_json(scores);
  }
  for (const auto& [field, scores] : evaluation.by_field) {
    json["by_field"][field] = alignment_json(scores);
  }
  if (evaluation.posterior.all_rows > 0) {
    json["posterior"] = alignment_json(evaluation.posterior);
    for (const auto& [field, scores] : evaluation.posterior_by_field) {
      json["posterior"]["by_field"][field] = alignment_json(scores);
    }
  }
  if (evaluation.distractor.rows > 0) {
    json["distractor_mass"] = evaluation.distractor.gold_mass();
  }
  return json.dump();
}

std::string to_json(const PairEvaluation& evaluation) {
  Json json = answers_json(evaluation.answers());
  json["error_rate"] = evaluation.errors().rate();
  json["bleu"] = evaluation.bleu().score();
  json.update(coverage_json(evaluation.coverage()));
  if (evaluation.gold_pairs() > 0) {
    json["gold"] = gold_json(evaluation.gold_pairs(), evaluation.links(), evaluation.alignment());
  }
  if (evaluation.posterior().all_rows > 0) {
    json["gold"]["posterior"] = alignment_json(evaluation.posterior());
  }
  if (evaluation.ambiguous() > 0) json["several_answers"] = evaluation.ambiguous();
  for (const auto& [length, scores] : evaluation.by_length()) {
    json["by_length"][fmt::format("{}", length)] = answers_json(scores);
  }
  return json.dump();
}

std::string to_json(const MapEvaluation& evaluation) {
  const auto head_json = [&](const HeadScores& head) {
    Json json;
    if (!head.name.empty()) json["head"] = head.name;
    json.update(map_json(head.all));
    json["by_sentence"] = Json::array();
    for (std::size_t i = 0; i < evaluation.sentences.size(); ++i) {
      Json sentence = {{"sentence", evaluation.sentences[i]}};
      sentence.update(map_json(head.by_sentence[i]));
      json["by_sentence"].push_back(std::move(sentence));
    }
    return json;
  };
  if (evaluation.heads.size() == 1) return head_json(evaluation.heads.front()).dump();
  Json json = {{"sentences", evaluation.sentences.size()}, {"heads", Json::array()}};
  for (const HeadScores& head : evaluation.heads) json["heads"].push_back(head_json(head));
  return json.dump();
}

}  // namespace attnviz

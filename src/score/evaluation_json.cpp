#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "score/evaluate.h"
#include "score/pair_evaluation.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

Json answers_json(const AnswerScores& scores) {
  return {{"examples", scores.answers},
          {"exact_match", scores.exact_match()},
          {"token_accuracy", scores.token_accuracy()}};
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
  if (evaluation.distractor.rows > 0) {
    json["distractor_mass"] = evaluation.distractor.gold_mass();
  }
  return json.dump();
}

std::string to_json(const PairEvaluation& evaluation) {
  Json json = answers_json(evaluation.answers());
  json["error_rate"] = evaluation.errors().rate();
  json["bleu"] = evaluation.bleu().score();
  json["coverage_penalty"] = evaluation.coverage().mean_coverage_penalty();
  json["row_entropy"] = evaluation.coverage().mean_entropy();
  json["confidence"] = evaluation.coverage().confidence();
  if (evaluation.gold_pairs() > 0) {
    json["gold"] = {{"examples", evaluation.gold_pairs()},
                    {"alignment_error_rate", evaluation.links().error_rate()},
                    {"gold_mass", evaluation.alignment().gold_mass()},
                    {"hit_rate", evaluation.alignment().hit_rate()}};
  }
  if (evaluation.ambiguous() > 0) json["several_answers"] = evaluation.ambiguous();
  for (const auto& [length, scores] : evaluation.by_length()) {
    json["by_length"][fmt::format("{}", length)] = answers_json(scores);
  }
  return json.dump();
}

}  // namespace attnviz

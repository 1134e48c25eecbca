#include <nlohmann/json.hpp>

#include "score/evaluate.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

Json answers_json(const AnswerScores& scores) {
  return {{"examples", scores.answers},
          {"exact_match", scores.exact_match()},
          {"token_accuracy", scores.token_accuracy()}};
}

Json alignment_json(const AlignmentScores& scores) {
  return {{"gold_mass", scores.gold_mass()},
          {"hit_rate", scores.hit_rate()},
          {"row_entropy", scores.row_entropy()}};
}

}  // namespace

std::string to_json(const Evaluation& evaluation) {
  Json json = answers_json(evaluation.answers);
  json.update(alignment_json(evaluation.alignment));
  json["offsets"] = Json::object();
  for (const auto& [offset, rows] : evaluation.alignment.offsets) {
    json["offsets"][std::to_string(offset)] = rows;
  }
  json["by_length"] = Json::object();
  for (const auto& [length, scores] : evaluation.by_length) {
    json["by_length"][std::to_string(length)] = answers_json(scores);
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

}  // namespace attnviz

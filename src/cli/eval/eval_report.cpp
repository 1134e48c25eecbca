#include "cli/eval/eval_report.h"

#include <fmt/core.h>

#include <concepts>
#include <map>

#include "base/number.h"
#include "cli/output.h"
#include "cli/table.h"

namespace attnviz {
namespace {

std::string number(std::integral auto value) {
  return fmt::format("{}", value);
}

std::string lay_out(const std::vector<Cells>& rows) {
  return format_table(rows, TableStyle::figures);
}

/// Exact match and token accuracy by some property of the examples.
template <typename Key>
std::string answers_table(const std::string& title, const std::map<Key, AnswerScores>& table) {
  std::vector<Cells> rows{{title, "examples", "exact match", "tokens"}};
  for (const auto& [key, scores] : table) {
    rows.push_back({fmt::format("{}", key), number(scores.answers), percent(scores.exact_match()),
                    percent(scores.token_accuracy())});
  }
  return "\n" + lay_out(rows);
}

std::string fields_table(const std::map<std::string, AlignmentScores>& table) {
  std::vector<Cells> rows{{"field", "gold mass", "hit rate"}};
  for (const auto& [field, scores] : table) {
    rows.push_back(
        {field, format_fixed(scores.gold_mass(), 4), format_fixed(scores.hit_rate(), 4)});
  }
  return "\n" + lay_out(rows);
}

std::string offsets_table(const AlignmentScores& alignment) {
  std::vector<Cells> rows{{"offset", "rows", "share"}};
  for (const auto& [offset, count] : alignment.offsets) {
    rows.push_back({offset == 0 ? "0" : fmt::format("{:+}", offset), number(count),
                    percent(static_cast<double>(count) / static_cast<double>(alignment.rows))});
  }
  return "\nhighest weight, from the gold position:\n" + lay_out(rows);
}

}  // namespace

std::string evaluation_text(const Evaluation& evaluation, bool by_length) {
  const AnswerScores& answers = evaluation.answers;
  const AlignmentScores& alignment = evaluation.alignment;
  std::string text = lay_out({{"examples", number(answers.answers)},
                              {"wrong answers", number(answers.answers - answers.exact)},
                              {"exact match", percent(answers.exact_match())},
                              {"token accuracy", percent(answers.token_accuracy())},
                              {"gold mass", format_fixed(alignment.gold_mass(), 4)},
                              {"hit rate", format_fixed(alignment.hit_rate(), 4)},
                              {"row entropy (nats)", format_fixed(alignment.row_entropy(), 4)}});
  if (alignment.rows > 0) text += offsets_table(alignment);
  if (!evaluation.by_field.empty()) text += fields_table(evaluation.by_field);
  if (evaluation.distractor.rows > 0) {
    text += fmt::format("\n  mass on the weekday, where there is one: {:.4f}\n",
                        evaluation.distractor.gold_mass());
  }
  if (!evaluation.by_kind.empty()) text += answers_table("format", evaluation.by_kind);
  if (by_length) text += answers_table("length", evaluation.by_length);
  return text;
}

std::string evaluation_text(const PairEvaluation& evaluation, bool by_length) {
  const AnswerScores& answers = evaluation.answers();
  std::vector<Cells> rows{
      {"pairs", number(answers.answers)},
      {"wrong answers", number(answers.answers - answers.exact)},
      {"exact match", percent(answers.exact_match())},
      {"token accuracy", percent(answers.token_accuracy())},
      {"error rate (edits)", percent(evaluation.errors().rate())},
      {"BLEU", format_fixed(100.0 * evaluation.bleu().score(), 2)},
      {"coverage penalty", format_fixed(evaluation.coverage().mean_coverage_penalty(), 4)},
      {"row entropy (nats)", format_fixed(evaluation.coverage().mean_entropy(), 4)},
      {"confidence", format_fixed(evaluation.coverage().confidence(), 4)}};
  std::string text = lay_out(rows);
  if (evaluation.ambiguous() > 0) {
    text += fmt::format("\n{} several right answers: any of them counts\n",
                        evaluation.ambiguous() == 1
                            ? "1 source has"
                            : fmt::format("{} sources have", evaluation.ambiguous()));
  }
  if (evaluation.gold_pairs() > 0) {
    text += "\nattention of the right answer, where there is gold:\n" +
            lay_out({{"pairs", number(evaluation.gold_pairs())},
                     {"alignment error rate", percent(evaluation.links().error_rate())},
                     {"gold mass", format_fixed(evaluation.alignment().gold_mass(), 4)},
                     {"hit rate", format_fixed(evaluation.alignment().hit_rate(), 4)}});
  }
  if (by_length) text += answers_table("length", evaluation.by_length());
  return text;
}

}  // namespace attnviz

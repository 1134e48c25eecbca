#include "cli/eval/eval_report.h"

#include <fmt/core.h>

#include <concepts>
#include <map>

#include "attnviz/error.h"
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

std::string posterior_table(const AlignmentScores& posterior) {
  return lay_out({{"gold mass", format_fixed(posterior.gold_mass(), 4)},
                  {"hit rate", format_fixed(posterior.hit_rate(), 4)},
                  {"row entropy (nats)", format_fixed(posterior.row_entropy(), 4)}});
}

Cells map_header(const std::string& first, bool has_gold) {
  Cells cells{first};
  if (has_gold) cells.insert(cells.end(), {"gold mass", "hit rate", "error rate"});
  cells.insert(cells.end(), {"entropy", "coverage penalty", "confidence"});
  return cells;
}

Cells map_cells(const std::string& name, const MapScores& scores, bool has_gold) {
  Cells cells{printable(name, no_limit)};
  if (has_gold && scores.gold_maps == 0) cells.insert(cells.end(), {"-", "-", "-"});
  if (scores.gold_maps > 0) {
    cells.push_back(format_fixed(scores.alignment.gold_mass(), 4));
    cells.push_back(format_fixed(scores.alignment.hit_rate(), 4));
    cells.push_back(percent(scores.links.error_rate()));
  }
  cells.push_back(format_fixed(scores.coverage.mean_entropy(), 4));
  cells.push_back(format_fixed(scores.coverage.mean_coverage_penalty(), 4));
  cells.push_back(format_fixed(scores.coverage.confidence(), 4));
  return cells;
}

std::string counted(std::size_t count, const std::string& what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// What was counted, and what was not.
std::string counted_text(const MapEvaluation& evaluation) {
  MapScores all;
  for (const HeadScores& head : evaluation.heads) all += head.all;
  std::string text = fmt::format("\n{}, {} with gold", counted(all.maps, "map"), all.gold_maps);
  if (evaluation.heads.size() > 1) {
    text += ": " + counted(evaluation.heads.size(), "head") + ", " +
            counted(evaluation.sentences.size(), "sentence");
  }
  if (all.attributions > 0) {
    text +=
        fmt::format("\n{} of attributions: scored are positive values, divided by their row's sum",
                    counted(all.attributions, "map"));
  }
  if (all.end_rows + all.end_columns > 0) {
    text += fmt::format(
        "\n{} at the end of the outputs of {} is not scored; at the end of the inputs of {} it is "
        "no link and nothing to cover",
        end_label, counted(all.end_rows, "map"), all.end_columns);
  }
  if (all.masked > 0) text += "\n" + counted(all.masked, "masked cell") + ": no weight";
  if (all.odd_rows > 0) {
    text +=
        fmt::format("\n{} of {} rows are not weights in 0..1 that sum to one: scored as they are",
                    all.odd_rows, all.rows);
  }
  return text + '\n';
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
  if (evaluation.posterior.all_rows > 0) {
    text +=
        "\nthe posterior, where the answer came from:\n" + posterior_table(evaluation.posterior);
    if (!evaluation.posterior_by_field.empty()) {
      text += fields_table(evaluation.posterior_by_field);
    }
  }
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
  if (evaluation.posterior().all_rows > 0) {
    text +=
        "\nthe posterior, where that answer came from:\n" + posterior_table(evaluation.posterior());
  }
  if (by_length) text += answers_table("length", evaluation.by_length());
  return text;
}

std::string evaluation_text(const MapEvaluation& evaluation) {
  const HeadScores& best = evaluation.heads.front();
  const bool has_heads = evaluation.heads.size() > 1;
  const bool has_gold = evaluation.has_gold();
  std::vector<Cells> rows{map_header(has_heads ? "head" : "sentence", has_gold)};
  for (const HeadScores& head : evaluation.heads) {
    if (has_heads) rows.push_back(map_cells(head.name, head.all, has_gold));
  }
  for (std::size_t i = 0; i < evaluation.sentences.size() && !has_heads; ++i) {
    rows.push_back(map_cells(evaluation.sentences[i], best.by_sentence[i], has_gold));
  }
  if (!has_heads && evaluation.sentences.size() > 1) {
    rows.push_back(map_cells("all", best.all, has_gold));
  }
  return lay_out(rows) + counted_text(evaluation);
}

}  // namespace attnviz

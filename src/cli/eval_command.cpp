#include "eval_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "attnviz/base/error.h"
#include "attnviz/base/file.h"
#include "attnviz/base/grapheme.h"
#include "attnviz/base/number.h"
#include "attnviz/infer/model_task.h"
#include "attnviz/train/data.h"
#include "attnviz/train/trainer.h"
#include "open_model.h"
#include "options.h"
#include "output.h"

namespace attnviz {
namespace {

struct EvalOptions {
  std::string model;
  int count = 10000;
  std::uint64_t seed = 1000;
  double min_exact = 0.0;
  bool by_length = false;
  bool json = false;
};

/// Cells in columns, the first one left-aligned and the others right-aligned.
std::string lay_out(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], split_characters(row[i]).size());
    }
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - split_characters(row[i]).size(), ' ');
      text += "  " + (i == 0 ? row[i] + space : space + row[i]);
    }
    text += '\n';
  }
  return text;
}

/// Exact match and token accuracy by some property of the examples.
template <typename Key, typename Name>
std::string answers_table(const std::string& title, const std::map<Key, AnswerScores>& table,
                          Name&& name) {
  std::vector<std::vector<std::string>> rows{{title, "examples", "exact match", "tokens"}};
  for (const auto& [key, scores] : table) {
    rows.push_back({name(key), std::to_string(scores.answers), percent(scores.exact_match()),
                    percent(scores.token_accuracy())});
  }
  return "\n" + lay_out(rows);
}

std::string fields_table(const std::map<std::string, AlignmentScores>& table) {
  std::vector<std::vector<std::string>> rows{{"field", "gold mass", "hit rate"}};
  for (const auto& [field, scores] : table) {
    rows.push_back(
        {field, format_fixed(scores.gold_mass(), 4), format_fixed(scores.hit_rate(), 4)});
  }
  return "\n" + lay_out(rows);
}

std::string offsets_table(const AlignmentScores& alignment) {
  std::vector<std::vector<std::string>> rows{{"offset", "rows", "share"}};
  for (const auto& [offset, count] : alignment.offsets) {
    rows.push_back({(offset > 0 ? "+" : "") + std::to_string(offset), std::to_string(count),
                    percent(static_cast<double>(count) / static_cast<double>(alignment.rows))});
  }
  return "\nhighest weight, from the gold position:\n" + lay_out(rows);
}

std::string to_text(const Evaluation& evaluation, bool by_length) {
  const AnswerScores& answers = evaluation.answers;
  const AlignmentScores& alignment = evaluation.alignment;
  std::string text = lay_out({{"examples", std::to_string(answers.answers)},
                              {"wrong answers", std::to_string(answers.answers - answers.exact)},
                              {"exact match", percent(answers.exact_match())},
                              {"token accuracy", percent(answers.token_accuracy())},
                              {"gold mass", format_fixed(alignment.gold_mass(), 4)},
                              {"hit rate", format_fixed(alignment.hit_rate(), 4)},
                              {"row entropy (nats)", format_fixed(alignment.row_entropy(), 4)}});
  if (alignment.rows > 0) text += offsets_table(alignment);
  if (!evaluation.by_field.empty()) text += fields_table(evaluation.by_field);
  if (evaluation.distractor.rows > 0) {
    text += "\n  mass on the weekday, where there is one: " +
            format_fixed(evaluation.distractor.gold_mass(), 4) + "\n";
  }
  if (!evaluation.by_kind.empty()) {
    text +=
        answers_table("format", evaluation.by_kind, [](const std::string& kind) { return kind; });
  }
  if (by_length) {
    text += answers_table("length", evaluation.by_length,
                          [](int length) { return std::to_string(length); });
  }
  return text;
}

void run_eval(const EvalOptions& options) {
  const Model model = open_model(options.model);
  const auto task = task_of(model);
  if (!task)
    throw InputError("model: it was trained on no task of attnviz: nothing to compare with");
  const TaskData data(*task->task, task->options, model.source, model.target);
  Random random(options.seed, static_cast<std::uint64_t>(Stream::test));
  const auto examples = data.draw(Part::test, options.count, random);
  Decoder decoder(model.config);
  const Evaluation evaluation = evaluate_greedily(model.weights, model.config, examples, decoder);
  write_file("-",
             options.json ? to_json(evaluation) + "\n" : to_text(evaluation, options.by_length));
  if (evaluation.answers.exact_match() < options.min_exact) {
    throw AnswerIsNo("exact match " + percent(evaluation.answers.exact_match()) +
                     " is below --min-exact " + format_shortest(options.min_exact));
  }
}

}  // namespace

void setup_eval(CLI::App& program) {
  const auto options = std::make_shared<EvalOptions>();
  CLI::App& command =
      *program.add_subcommand("eval", "measure a model on examples never used in training");
  lead_with_examples(command, {"attnviz eval", "attnviz eval --count 10000 --min-exact 0.999",
                               "attnviz eval --model runs/dates --json"});
  add_model_option(command, "--model", options->model);
  add_integer_option(command, "--count", options->count, 1, 1'000'000, "examples (default 10000)");
  add_integer_option(command, "--seed", options->seed, 0, UINT64_MAX,
                     "which examples (default 1000)");
  add_number_option(command, "--min-exact", options->min_exact, 0, 1,
                    "exit with 1 if the exact match is lower (default 0)");
  command.add_flag("--by-length", options->by_length, "add a table by input length");
  command.add_flag("--json", options->json, "print JSON, with all tables");
  command.callback([options] { run_eval(*options); });
}

}  // namespace attnviz

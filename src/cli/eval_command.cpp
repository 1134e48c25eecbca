#include "eval_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "attnviz/base/error.h"
#include "attnviz/base/file.h"
#include "attnviz/base/number.h"
#include "attnviz/infer/model_task.h"
#include "attnviz/model/checkpoint.h"
#include "attnviz/train/data.h"
#include "attnviz/train/run_folder.h"
#include "attnviz/train/trainer.h"
#include "options.h"
#include "output.h"

namespace attnviz {
namespace {

struct EvalOptions {
  std::string model;
  int count = 10000;
  std::uint64_t seed = 1000;
  double min_exact = 0.0;
  bool json = false;
};

nlohmann::ordered_json to_json(const Evaluation& evaluation) {
  auto offsets = nlohmann::ordered_json::object();
  for (const auto& [offset, rows] : evaluation.alignment.offsets) {
    offsets[std::to_string(offset)] = rows;
  }
  return {{"examples", evaluation.answers.answers},
          {"exact_match", evaluation.answers.exact_match()},
          {"token_accuracy", evaluation.answers.token_accuracy()},
          {"gold_mass", evaluation.alignment.gold_mass()},
          {"hit_rate", evaluation.alignment.hit_rate()},
          {"row_entropy", evaluation.alignment.row_entropy()},
          {"offsets", offsets}};
}

std::string to_text(const Evaluation& evaluation) {
  const AnswerScores& answers = evaluation.answers;
  const AlignmentScores& alignment = evaluation.alignment;
  std::string text = "examples        " + std::to_string(answers.answers) + "\nexact match     " +
                     percent(answers.exact_match()) + "  (" +
                     std::to_string(answers.answers - answers.exact) + " wrong)" +
                     "\ntoken accuracy  " + percent(answers.token_accuracy()) +
                     "\ngold mass       " + format_fixed(alignment.gold_mass(), 4) +
                     "\nhit rate        " + format_fixed(alignment.hit_rate(), 4) +
                     "\nrow entropy     " + format_fixed(alignment.row_entropy(), 4) +
                     " nats\noffset of the highest weight from the gold position:\n";
  for (const auto& [offset, rows] : alignment.offsets) {
    const double share = static_cast<double>(rows) / static_cast<double>(alignment.rows);
    text += (offset > 0    ? "  +"
             : offset == 0 ? "   "
                           : "  ") +
            std::to_string(offset) + "  " + percent(share) + "\n";
  }
  return text;
}

void run_eval(const EvalOptions& options) {
  const Model model = load_model(options.model.empty() ? newest_run() : options.model);
  const auto task = task_of(model);
  if (!task)
    throw InputError("model: it was trained on no task of attnviz: nothing to compare with");
  const TaskData data(*task->task, task->options, model.source, model.target);
  Random random(options.seed, static_cast<std::uint64_t>(Stream::test));
  const auto examples = data.draw(Part::test, options.count, random);
  Decoder decoder(model.config);
  const Evaluation evaluation = evaluate_greedily(model.weights, model.config, examples, decoder);
  write_file("-", options.json ? to_json(evaluation).dump() + "\n" : to_text(evaluation));
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
  command
      .add_option("--model", options->model,
                  "a run's folder or a model file (default: the newest run)")
      ->type_name("PATH");
  add_integer_option(command, "--count", options->count, 1, 1'000'000, "examples (default 10000)");
  add_integer_option(command, "--seed", options->seed, 0, UINT64_MAX,
                     "which examples (default 1000)");
  add_number_option(command, "--min-exact", options->min_exact, 0, 1,
                    "exit with 1 if the exact match is lower");
  command.add_flag("--json", options->json, "print JSON");
  command.callback([options] { run_eval(*options); });
}

}  // namespace attnviz

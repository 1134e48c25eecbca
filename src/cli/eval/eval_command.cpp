// `attnviz eval`: how often a model is right, and how well its attention matches the truth.
#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "attnviz/error.h"
#include "base/number.h"
#include "cli/answer_options.h"
#include "cli/commands.h"
#include "cli/eval/eval_report.h"
#include "cli/inputs.h"
#include "cli/open_model.h"
#include "cli/output.h"
#include "infer/model_task.h"
#include "score/pair_evaluation.h"
#include "train/data.h"
#include "train/pair_data.h"
#include "train/trainer.h"

namespace attnviz {
namespace {

struct EvalOptions {
  std::string model;
  std::string data;  // pairs instead of the task's examples
  std::string source;
  std::string target;
  AnswerOptions answer;
  std::optional<int> count;           // of a task's examples
  std::optional<std::uint64_t> seed;  // which of them
  double min_exact = 0.0;
  bool by_length = false;
  bool json = false;
};

void require_exact(const AnswerScores& answers, double least) {
  if (answers.exact_match() >= least) return;
  throw CheckFailed("exact match " + percent(answers.exact_match()) + " is below --min-exact " +
                    format_shortest(least));
}

void report(const EvalOptions& options, const PairEvaluation& evaluation) {
  print(options.json ? to_json(evaluation) + "\n" : evaluation_text(evaluation, options.by_length));
  require_exact(evaluation.answers(), options.min_exact);
}

/// The seed that a model was trained with, which decides what was held out.
std::uint64_t seed_of(const Model& model) {
  const auto training = model.metadata.find("training");
  if (training != model.metadata.end()) {
    const auto json = nlohmann::json::parse(training->second, nullptr, false);
    const auto seed = json.is_object() ? json.find("seed") : json.end();
    if (seed != json.end() && seed->is_number_unsigned()) return seed->get<std::uint64_t>();
  }
  throw InputError(
      "model: metadata: training: expected the seed, which determines the held-out pairs, got "
      "none; give pairs with --data");
}

/// Answers the held-out test pairs of the model's training.
PairEvaluation evaluate_held_out(const Model& model, const std::string& fact,
                                 const AnswerOptions& answer) {
  const std::string place = "model: metadata: data";
  const PairSettings settings = pair_settings_from_json(fact, place);
  const PairData data = reopen_pairs(fact, place, seed_of(model), model.source, model.target);
  const bool has_file = settings.test.given();
  const PairFiles& files = has_file ? settings.test : settings.train;
  const std::vector<std::uint32_t>& test = data.part(Part::test);
  tell(false, fmt::format("attnviz: note: measured on the {} pairs of {}{}", test.size(),
                          printable(files.name(), no_limit),
                          has_file ? "" : " that were held out to test with"));
  const auto longest = static_cast<std::size_t>(settings.max_length);
  std::uint32_t number = has_file ? test.front() : 0;
  const auto is_test = [&](const TextPair& pair) {
    if (pair.source.size() > longest || pair.target.size() > longest) return false;
    return std::binary_search(test.begin(), test.end(), number++);
  };
  PairReader reader(files, settings.source, settings.target);
  return evaluate_pairs(model, reader, answer, is_test);
}

void evaluate_on_pairs(const EvalOptions& options, const Model& model) {
  if (options.source.empty() != options.target.empty()) {
    throw UsageError(options.source.empty() ? "--target: needs --source"
                                            : "--source: needs --target");
  }
  const ModelText text = text_of(model);
  PairReader reader({options.data, options.source, options.target}, text.source, text.target);
  const PairEvaluation evaluation = evaluate_pairs(model, reader, options.answer);
  if (evaluation.answers().answers == 0) {
    throw InputError(printable(options.data.empty() ? options.source : options.data, no_limit) +
                     ": expected at least one pair, got none");
  }
  report(options, evaluation);
}

/// Options that would be without effect.
void refuse_useless(const EvalOptions& options, bool pairs) {
  const bool decodes = options.answer.beam.width > 1 || options.answer.replace_unknown;
  if (!pairs && decodes) {
    throw UsageError(std::string(options.answer.replace_unknown ? "--replace-unk" : "--beam") +
                     ": is for pairs; expected --data with it, or a model of pairs");
  }
  if (pairs && (options.count || options.seed)) {
    throw UsageError(std::string(options.count ? "--count" : "--seed") +
                     ": chooses examples of a task; has no use with pairs, which are all measured");
  }
}

void refuse_replaced_files(const EvalOptions& options) {
  Inputs inputs;
  inputs.add_model("--model", options.model);
  inputs.add("--data", options.data);
  inputs.add("--source", options.source);
  inputs.add("--target", options.target);
  inputs.refuse_output("standard output", "-");
}

void run_eval(const EvalOptions& options) {
  refuse_replaced_files(options);
  const Model model = open_model(options.model);
  const bool given = !options.data.empty() || !options.source.empty() || !options.target.empty();
  const auto task = task_of(model);
  const auto pairs = model.metadata.find("data");
  refuse_useless(options, given || !task);
  if (given) return evaluate_on_pairs(options, model);
  if (!task && pairs != model.metadata.end()) {
    return report(options, evaluate_held_out(model, pairs->second, options.answer));
  }
  if (!task) {
    throw UsageError("--data: expected pairs to measure the model on: it was trained on no task");
  }
  const TaskData data(*task->task, task->options, model.source, model.target);
  Random random(options.seed.value_or(1000), static_cast<std::uint64_t>(Stream::test));
  const auto examples = data.draw(Part::test, options.count.value_or(10000), random);
  DecodingScratch scratch(model.config);
  const Evaluation evaluation = evaluate_greedily(model.weights, model.config, examples, scratch);
  print(options.json ? to_json(evaluation) + "\n" : evaluation_text(evaluation, options.by_length));
  require_exact(evaluation.answers, options.min_exact);
}

}  // namespace

void add_eval(Program& program) {
  const auto options = std::make_shared<EvalOptions>();
  const Command command = program.add(
      "eval", "measure a model: on examples never used in training, or --data",
      {"attnviz eval", "attnviz eval --count 10000 --min-exact 0.999",
       "attnviz eval --model runs/dates --json", "attnviz eval --data test.tsv --beam 5"});
  add_model_option(command, "--model", options->model);
  command.path("--data", options->data,
               "pairs to answer, all of them (default: those held out to test with, or a task's "
               "examples): source TAB target a line, and TAB gold alignment if known; - for "
               "standard input");
  command.path("--source", options->source, "the sources alone, with --target").excludes("--data");
  command.path("--target", options->target, "the targets, line by line").needs("--source");
  add_answer_options(command, options->answer);
  command.integer("--count", options->count, 1, 1'000'000, "examples of a task (default 10000)");
  command.integer("--seed", options->seed, 0, UINT64_MAX, "which examples (default 1000)");
  command.number("--min-exact", options->min_exact, 0, 1,
                 "exit with 1 if the exact match is lower (default 0)");
  command.flag("--by-length", options->by_length, "add a table by input length");
  command.flag("--json", options->json, "print JSON, with all tables");
  command.run([options] { run_eval(*options); });
}

}  // namespace attnviz

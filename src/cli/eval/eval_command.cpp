// `attnviz eval`: how often a model is right, and how well its attention matches the truth.
#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/number.h"
#include "base/utf8.h"
#include "cli/answer_options.h"
#include "cli/commands.h"
#include "cli/eval/answer_log.h"
#include "cli/eval/eval_report.h"
#include "cli/eval/explain_eval.h"
#include "cli/eval/matrix_eval.h"
#include "cli/held_out.h"
#include "cli/inputs.h"
#include "cli/open_model.h"
#include "cli/output.h"
#include "cli/pair_notes.h"
#include "infer/model_task.h"
#include "score/pair_evaluation.h"
#include "train/data.h"
#include "train/pair_data.h"
#include "train/run_folder.h"
#include "train/trainer.h"

namespace attnviz {
namespace {

struct EvalOptions {
  MatrixEvalOptions matrix;  // maps instead of a model
  std::string model;
  std::string data;  // pairs instead of the task's examples
  std::string source;
  std::string target;
  std::string columns;  // of data
  bool held_out = false;
  AnswerOptions answer;
  std::optional<int> count;           // of a task's examples
  std::optional<std::uint64_t> seed;  // which of them
  double min_exact = 0.0;
  bool by_length = false;
  bool json = false;
  AnswerLogOptions log;
  MethodOptions explain;  // without methods, attention alone is measured

  bool explains() const { return !explain.methods.empty(); }
  bool gives_pairs() const { return !data.empty() || !source.empty() || !target.empty(); }
};

void require_exact(const AnswerScores& answers, double least) {
  if (answers.exact_match() >= least) return;
  throw CheckFailed("exact match " + percent(answers.exact_match()) + " is below --min-exact " +
                    format_shortest(least));
}

/// No output may be one of these.
void refuse_outputs(const EvalOptions& options, const Inputs& inputs) {
  if (!options.log.file.empty()) inputs.refuse_output("--out", options.log.file);
  inputs.refuse_output("standard output", "-");
}

/// Prints the scores. `Scores` is Evaluation or PairEvaluation.
template <typename Scores>
void report(const EvalOptions& options, const Scores& scores, const AnswerScores& answers,
            const AnswerLog& log) {
  log.write();
  print(options.json ? log.add_to(to_json(scores)) + "\n"
                     : evaluation_text(scores, options.by_length) + log.text());
  require_exact(answers, options.min_exact);
}

PairFiles given_files(const EvalOptions& options) {
  return {options.data, options.source, options.target, read_columns(options.columns)};
}

PairData open_held_out(const Model& model, const std::string& path, const EvalOptions& options) {
  for (const std::string& file : {options.data, options.source, options.target}) {
    if (file == "-") {
      throw UsageError("--held-out: expected a file that can be read again, got standard input");
    }
  }
  PairData data = open_pairs(model, path, given_files(options));
  Inputs inputs;
  inputs.add_pairs(data.settings());
  refuse_outputs(options, inputs);
  return data;
}

void tell_held_out(const PairData& data, std::size_t count) {
  tell_note(false,
            fmt::format("measured on {}{} pair{} of {}{}",
                        count == data.part(Part::test).size() ? "the " : "", count,
                        count == 1 ? "" : "s", printable(test_files(data).name(), no_limit),
                        data.settings().test.given() ? "" : " that were held out to test with"));
}

PairEvaluation evaluate_held_out(const Model& model, const std::string& path,
                                 const EvalOptions& options, const PairEvents& events) {
  const PairData data = open_held_out(model, path, options);
  tell_held_out(data, data.part(Part::test).size());
  return evaluate_test(model, data, options.answer, events);
}

PairEvaluation evaluate_given(const Model& model, const EvalOptions& options,
                              const PairEvents& events) {
  const PairFiles files = given_files(options);
  const ModelText text = text_of(model);
  PairReader reader(files, text.source, text.target);
  PairEvaluation evaluation = evaluate_pairs(model, reader, options.answer, events);
  tell_pair_notes(false, reader.notes(), evaluation.answers().answers);
  if (evaluation.answers().answers == 0) {
    throw InputError(printable(files.name(), no_limit) + ": expected at least one pair, got none");
  }
  return evaluation;
}

void evaluate_on_pairs(const EvalOptions& options, const Model& model, const std::string& path,
                       AnswerLog& log) {
  PairEvents events;
  events.on_answer = [&log](const JudgedAnswer& answer) { log.add(answer); };
  const bool all = options.gives_pairs() && !options.held_out;
  const PairEvaluation evaluation = all ? evaluate_given(model, options, events)
                                        : evaluate_held_out(model, path, options, events);
  report(options, evaluation, evaluation.answers(), log);
}

void evaluate_on_task(const EvalOptions& options, const Model& model, const ModelTask& task,
                      AnswerLog& log) {
  const TaskData data(*task.task, task.options, model.source, model.target);
  Random random(options.seed.value_or(1000), static_cast<std::uint64_t>(Stream::test));
  const auto examples = data.draw(Part::test, options.count.value_or(10000), random);
  DecodingScratch scratch(model.config);
  scratch.model = model.name;
  const Evaluation evaluation = evaluate_greedily(
      model.weights, model.config, examples, scratch,
      [&](const EncodedExample& example, std::span<const int> answer) {
        const auto text = [](const Vocabulary& symbols, std::span<const int> ids) {
          return join(decode(symbols, ids));
        };
        log.add({text(model.source, example.pair.source),
                 {text(model.target, example.pair.target)},
                 text(model.target, answer),
                 std::ranges::equal(answer, example.pair.target)});
      });
  report(options, evaluation, evaluation.answers, log);
}

/// The first of the pairs that are given.
std::vector<EncodedExample> given_examples(const Model& model, const EvalOptions& options,
                                           std::size_t count) {
  const PairFiles files = given_files(options);
  const ModelText text = text_of(model);
  const SourceReader rules(model);
  PairReader reader(files, text.source, text.target);
  std::vector<EncodedExample> examples;
  for (TextPair pair; reader.next(pair);) {
    check_pair(rules, reader, pair);
    if (examples.size() >= count) continue;
    examples.emplace_back().pair = {encode(model.source, pair.source),
                                    encode(model.target, pair.target)};
  }
  tell_pair_notes(false, reader.notes(), examples.size());
  if (examples.empty()) {
    throw InputError(printable(files.name(), no_limit) + ": expected at least one pair, got none");
  }
  return examples;
}

/// What methods are measured on: examples of the task, held-out pairs or those that are given.
std::vector<EncodedExample> examples_to_explain(const EvalOptions& options, const Model& model,
                                                const std::optional<ModelTask>& task,
                                                const std::string& path) {
  const int count = options.count.value_or(200);
  Random random(options.seed.value_or(1000), static_cast<std::uint64_t>(Stream::test));
  if (options.gives_pairs() && !options.held_out) {
    return given_examples(model, options, static_cast<std::size_t>(count));
  }
  if (task && !options.gives_pairs()) {
    return TaskData(*task->task, task->options, model.source, model.target)
        .draw(Part::test, count, random);
  }
  const PairData data = open_held_out(model, path, options);
  std::vector<EncodedExample> examples = data.held_out(Part::test, count, random);
  tell_held_out(data, examples.size());
  return examples;
}

void evaluate_methods(const EvalOptions& options, const Model& model,
                      const std::optional<ModelTask>& task, const std::string& path) {
  const auto examples = examples_to_explain(options, model, task, path);
  ExplainOptions explain;
  explain.seed = options.seed.value_or(explain.seed);
  const FaithfulnessEvaluation evaluation =
      evaluate_faithfulness(model, examples, options.explain, explain);
  print(options.json ? to_json(evaluation) + "\n" : evaluation_text(evaluation));
  require_exact(evaluation.answers, options.min_exact);
}

/// Options that would be without effect.
void refuse_useless(const EvalOptions& options, bool pairs, bool has_pairs) {
  const bool decodes = options.answer.beam.width > 1 || options.answer.replace_unknown;
  if (!pairs && decodes) {
    throw UsageError(std::string(options.answer.replace_unknown ? "--replace-unk" : "--beam") +
                     ": is for pairs; expected --data with it, or a model of pairs");
  }
  if (pairs && !options.explains() && (options.count || options.seed)) {
    throw UsageError(std::string(options.count ? "--count" : "--seed") +
                     ": chooses examples of a task; has no use with pairs, which are all measured");
  }
  if (!options.columns.empty() && options.data.empty()) {
    throw UsageError("--columns: has no use without --data");
  }
  if (options.held_out && (!options.gives_pairs() || !has_pairs)) {
    throw UsageError(std::string("--held-out: ") +
                     (has_pairs ? "has no use without --data: those are measured by default"
                                : "the model was not trained on pairs"));
  }
}

void run_eval(const EvalOptions& options) {
  if (!options.source.empty() && options.target.empty()) {
    throw UsageError("--source: needs --target");
  }
  Inputs inputs;
  if (!options.matrix.matrix.files.empty()) {
    add_inputs(options.matrix, inputs);
    refuse_outputs(options, inputs);
    const MapEvaluation evaluation = evaluate_matrices(options.matrix);
    return print(options.json ? to_json(evaluation) + "\n" : evaluation_text(evaluation));
  }
  inputs.add_model("--model", options.model);
  inputs.add("--data", options.data);
  inputs.add("--source", options.source);
  inputs.add("--target", options.target);
  refuse_outputs(options, inputs);
  const std::string path = options.model.empty() ? newest_run() : options.model;
  const Model model = open_model(path);
  AnswerLog log(options.log);
  const auto task = task_of(model);
  const bool has_pairs = model.metadata.contains("data");
  refuse_useless(options, options.gives_pairs() || !task, has_pairs);
  if (options.explains() && (options.gives_pairs() || task || has_pairs)) {
    return evaluate_methods(options, model, task, path);
  }
  if (!options.gives_pairs() && task) return evaluate_on_task(options, model, *task, log);
  if (!options.gives_pairs() && !has_pairs) {
    throw UsageError("--data: expected pairs to measure the model on: it was trained on no task");
  }
  evaluate_on_pairs(options, model, path, log);
}

}  // namespace

void add_eval(Program& program) {
  const auto options = std::make_shared<EvalOptions>();
  const Command command = program.add(
      "eval",
      "measure a model, on examples never used in training or --data; or maps, with --matrix",
      {"attnviz eval", "attnviz eval --count 10000 --min-exact 0.999",
       "attnviz eval --model runs/dates --json", "attnviz eval --data test.tsv --beam 5",
       "attnviz eval --explain attention,occlusion,ig --count 200",
       "attnviz eval --matrix heads.npz --gold links.pharaoh"});
  add_model_option(command, "--model", options->model);
  command.path("--data", options->data,
               "pairs to answer, all of them (default: those held out to test with, or a task's "
               "examples): source TAB target a line, and TAB gold alignment if known; - for "
               "standard input");
  command.path("--source", options->source, "the sources alone, with --target").excludes("--data");
  command.path("--target", options->target, "the targets, line by line").needs("--source");
  add_columns_option(command, options->columns);
  command.flag("--held-out", options->held_out,
               "of --data, which must be what the model was trained on, only the pairs held out "
               "to test with");
  add_answer_options(command, options->answer);
  add_answer_log_options(command, options->log);
  command.integer("--count", options->count, 1, 1'000'000,
                  "examples of a task (default 10000), or with --explain examples of any kind "
                  "(default 200)");
  command.integer("--seed", options->seed, 0, UINT64_MAX,
                  "which examples (default 1000), and which samples of --explain (default 1)");
  command.number("--min-exact", options->min_exact, 0, 1,
                 "exit with 1 if the exact match is lower (default 0)");
  command.flag("--by-length", options->by_length, "add a table by input length");
  command.flag("--json", options->json, "print JSON, with all tables");
  command
      .words(
          "--explain", options->explain.methods, "all, or methods such as attention,ig",
          "measure what these methods say of the answers (default: attention is measured alone): "
          "all, or some of " +
              method_names())
      .type("LIST")
      .excludes("--beam", "--replace-unk", "--by-length", "--wrong", "--out");
  add_method_options(command, options->explain);
  for (const char* name : {"--baseline", "--samples", "--threads"}) {
    command.option(name).needs("--explain");
  }
  add_matrix_eval_options(command, options->matrix);
  command.option("--matrix")
      .excludes("--model", "--data", "--source", "--target", "--columns", "--held-out", "--beam",
                "--replace-unk", "--count", "--seed", "--min-exact", "--by-length", "--wrong",
                "--out", "--explain");
  command.run([options] { run_eval(*options); });
}

}  // namespace attnviz

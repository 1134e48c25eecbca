#include "train_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "attnviz/base/error.h"
#include "attnviz/base/file.h"
#include "attnviz/base/number.h"
#include "attnviz/base/signals.h"
#include "attnviz/base/utf8.h"
#include "attnviz/infer/model_task.h"
#include "attnviz/infer/predict.h"
#include "attnviz/model/checkpoint.h"
#include "attnviz/train/data.h"
#include "attnviz/train/pair_data.h"
#include "attnviz/train/run.h"
#include "open_model.h"
#include "options.h"
#include "output.h"
#include "pair_options.h"
#include "terminal.h"
#include "version.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* all_name = "all";
constexpr int most_dev_pairs = 1000;    // of --data, used in an evaluation
constexpr int most_test_pairs = 20000;  // and at the end

struct TrainOptions {
  TaskFlags task;
  PairFlags pairs;
  RunOptions run;
  std::string resume;     // the folder of a run to go on with
  std::string init_from;  // a model to start from
  std::optional<std::uint64_t> seed;
  bool json = false;
  bool show = false;
  bool quiet = false;

  // settings of the recipe; unset means the task's own
  std::string query;
  std::string attention;
  std::string score;
  std::optional<int> embedding;
  std::optional<int> hidden;
  std::optional<int> decoder_hidden;
  std::optional<int> attention_units;
  std::optional<int> batch;
  std::optional<int> steps;
  std::optional<double> rate;
  std::optional<double> entropy_penalty;
  std::optional<double> forgetting;
  std::optional<double> dropout;
  std::optional<int> batch_tokens;
  std::optional<int> bucket;
  std::optional<int> patience;
  std::optional<int> plateau;
  std::optional<int> epochs;  // of pairs
  std::string recipe;         // the task whose recipe pairs are trained by; "" for their own
};

/// A folder's name need not be UTF-8, but JSON must be.
std::string dump(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// `recipe` with the settings of the command line over it.
Recipe with_settings(Recipe recipe, const TrainOptions& options) {
  ModelConfig& model = recipe.model;
  if (const auto query = query_from(options.query)) model.query = *query;
  if (const auto score = attention_from(options.score)) model.attention = *score;
  if (const auto form = attention_from(options.attention)) model.attention = *form;
  model.embedding = options.embedding.value_or(model.embedding);
  model.decoder_hidden =
      options.decoder_hidden.value_or(options.hidden.value_or(model.decoder_hidden));
  model.hidden = options.hidden.value_or(model.hidden);
  model.attention_units = options.attention_units.value_or(model.attention_units);
  recipe.late_batch = options.batch.value_or(recipe.late_batch);
  recipe.batch = options.batch.value_or(recipe.batch);
  recipe.steps = options.steps.value_or(recipe.steps);
  recipe.rate = options.rate.value_or(recipe.rate);
  recipe.entropy_penalty = options.entropy_penalty.value_or(recipe.entropy_penalty);
  recipe.forgetting = options.forgetting.value_or(recipe.forgetting);
  recipe.dropout = options.dropout.value_or(recipe.dropout);
  recipe.batch_tokens = options.batch_tokens.value_or(recipe.batch_tokens);
  recipe.bucket = options.bucket.value_or(recipe.bucket);
  recipe.patience = options.patience.value_or(recipe.patience);
  recipe.plateau = options.plateau.value_or(recipe.plateau);
  return recipe;
}

/// Throws UsageError naming the first setting of the command line that is not what `fixed` has;
/// `why` it is fixed.
void refuse_changes(const std::string& fixed, const std::string& asked, const std::string& why) {
  const Json settings = Json::parse(fixed);
  const Json wanted = Json::parse(asked);
  for (const auto& [name, value] : wanted.items()) {
    if (settings.at(name) == value) continue;
    std::string option = name == "learning_rate" ? "lr" : name == "late_batch" ? "batch" : name;
    std::replace(option.begin(), option.end(), '_', '-');
    throw UsageError("--" + option + ": expected " + printable(dump(settings.at(name))) + ", " +
                     why + ", got " + printable(dump(value)));
  }
}

/// The line that shows where training stands, on a terminal only: it is rewritten in place.
class ProgressBar {
 public:
  explicit ProgressBar(bool quiet) : on_(!quiet && isatty(STDERR_FILENO) == 1) {}

  void draw(int step, int steps, double loss) {
    constexpr int width = 30;
    const auto part_of = [&](std::int64_t whole) { return static_cast<int>(whole * step / steps); };
    const int now = part_of(1000);
    if (!on_ || now == drawn_) return;
    drawn_ = now;
    const auto full = static_cast<std::size_t>(part_of(width));
    std::cerr << "\r[" << std::string(full, '#') << std::string(width - full, ' ') << "] step "
              << step << '/' << steps << "  loss " << format_fixed(loss, 4) << "   " << std::flush;
  }
  void clear() {
    if (on_ && drawn_ >= 0) std::cerr << "\r" << std::string(70, ' ') << '\r' << std::flush;
  }

 private:
  bool on_;
  int drawn_ = -1;
};

/// Gold mass and hit rate, or nothing where no gold is known.
std::string gold_text(const AlignmentScores& scores, const std::string& after) {
  if (scores.rows == 0) return "";
  return "gold mass " + format_fixed(scores.gold_mass(), 3) + after + "hit rate " +
         format_fixed(scores.hit_rate(), 3) + after;
}

std::string progress_line(const Progress& progress, int patience) {
  const Evaluation& validation = progress.validation;
  const std::string steps = std::to_string(progress.steps);
  std::string step = std::to_string(progress.step);
  step.insert(0, steps.size() - step.size(), ' ');
  return "step " + step + "/" + steps + "  loss " + format_fixed(progress.loss, 4) + "  tokens " +
         percent(validation.answers.token_accuracy()) + "  exact " +
         percent(validation.answers.exact_match()) + "  " + gold_text(validation.alignment, "  ") +
         format_fixed(progress.examples_per_second, 0) + " examples/s  " +
         (progress.new_best
              ? "new best"
              : "stalled " + std::to_string(progress.stalled) + "/" + std::to_string(patience));
}

std::string how_it_ended(const RunReport& report, const Recipe& recipe) {
  switch (report.ending) {
    case Ending::converged:
      return "converged: every answer right and attention at rest";
    case Ending::stalled:
      return "no new best in " + std::to_string(recipe.patience) + " evaluations";
    case Ending::out_of_steps:
      return "all steps done";
    case Ending::diverged:
      return "diverged at " + report.reason;
    case Ending::stopped:
      break;
  }
  return "stopped after step " + std::to_string(report.steps);
}

Json report_json(const RunReport& report, const std::string& folder) {
  return {{"folder", folder},
          {"steps", report.steps},
          {"best_step", report.best_step},
          {"seconds", report.seconds},
          {"test", Json::parse(to_json(report.test))}};
}

std::string report_text(const RunReport& report, const std::string& folder) {
  const Evaluation& test = report.test;
  return "test on " + std::to_string(test.answers.answers) + " unseen examples: exact match " +
         percent(test.answers.exact_match()) + ", " + gold_text(test.alignment, ", ") + "tokens " +
         percent(test.answers.token_accuracy()) + "\nsaved " + printable(folder, no_limit) +
         "/model.safetensors (best of " + std::to_string(report.steps) + " steps: step " +
         std::to_string(report.best_step) + ", " + format_fixed(report.seconds, 2) + " s)\n";
}

/// A run that is about to be trained: where its data come from, and how it starts.
struct Start {
  std::unique_ptr<TrainingData> data;
  Recipe recipe;
  std::optional<Origin> origin;    // --init-from
  std::optional<OpenRun> resumed;  // --resume
  bool has_pairs = false;
};

/// Throws UsageError naming the first option that only pairs have, and `why` it does not fit.
void refuse_pair_options(const TrainOptions& options, const std::string& why) {
  std::string said = options.pairs.first_said();
  if (said.empty() && options.epochs) said = "--epochs";
  if (said.empty() && !options.recipe.empty()) said = "--recipe";
  if (!said.empty()) throw UsageError(said + ": " + why);
}

void refuse_task_options(const TaskFlags& task, const std::string& why) {
  if (!task.name.empty() || task.min_length || task.shift || task.alphabet) throw UsageError(why);
}

/// The vocabularies of `model` for a task, which may need no more than they hold.
std::unique_ptr<TrainingData> data_for(const Model& model, const Task& task,
                                       const TaskOptions& settings, const std::string& name) {
  for (const auto& [vocabulary, symbols] :
       {std::pair{&model.source, task.source_symbols(settings)},
        std::pair{&model.target, task.target_symbols(settings)}}) {
    if (const auto missing = vocabulary->missing(symbols); !missing.empty()) {
      throw InputError(printable(name, no_limit) + ": does not know the symbol \"" +
                       printable(missing.front()) + "\", which the task " + std::string(task.name) +
                       " needs");
    }
  }
  return std::make_unique<TaskData>(task, settings, model.source, model.target);
}

/// What --init-from brings along. Throws UsageError where the command line asks for another size.
ModelConfig config_of(const Model& model, const TrainOptions& options) {
  Recipe fixed;
  fixed.model = model.config;
  // The numbers of symbols follow from the vocabularies.
  fixed.model.source_vocabulary = fixed.model.target_vocabulary = 0;
  Recipe asked = fixed;
  asked.model = with_settings(fixed, options).model;
  refuse_changes(to_json(fixed), to_json(asked), "as in " + printable(options.init_from));
  return fixed.model;
}

Origin origin_of(Model model, const TrainOptions& options) {
  return {printable(options.init_from, no_limit), std::move(model.weights)};
}

Start start_new(const TrainOptions& options, const Task& task) {
  const TaskOptions settings = options.task.resolve(task);
  Recipe recipe = with_settings(default_recipe(task.name, settings.max_length), options);
  if (options.init_from.empty()) {
    return {std::make_unique<TaskData>(task, settings), recipe, {}, {}};
  }
  Model model = open_model(options.init_from);
  recipe.model = config_of(model, options);
  return {data_for(model, task, settings, options.init_from),
          recipe,
          origin_of(std::move(model), options),
          {}};
}

void tell_counts(const TrainOptions& options, const PairData& data) {
  const PairCounts counts = data.counts();
  tell(options.quiet, "read " + std::to_string(counts.train) + " pairs to train on, " +
                          std::to_string(counts.validation) + " to validate, " +
                          std::to_string(counts.test) + " to test; " +
                          std::to_string(data.source().symbols().size()) + " source and " +
                          std::to_string(data.target().symbols().size()) + " target symbols");
  if (counts.too_long > 0) {
    tell(options.quiet, "attnviz: note: skipped " + std::to_string(counts.too_long) +
                            " pairs with a side of more than " +
                            std::to_string(data.settings().max_length) + " symbols (--max-length)");
  }
}

/// The recipe with its epochs counted out, or that of a task. --steps is the last word.
Recipe recipe_for(const TrainOptions& options, PairData& data) {
  const bool of_task = !options.recipe.empty();
  Recipe recipe = with_settings(
      of_task ? default_recipe(options.recipe, data.longest_source()) : pair_recipe(), options);
  if (of_task) recipe.beyond = 0.0;  // which only the task itself can draw
  if (!of_task || options.epochs) {
    set_epochs(recipe, data.steps_per_epoch(recipe), options.epochs.value_or(0));
  }
  return with_settings(recipe, options);
}

/// Pairs for a model that exists: its symbols, and its way to read.
std::unique_ptr<PairData> pairs_for(const Model& model, const TrainOptions& options,
                                    std::uint64_t seed) {
  const PairFlags& flags = options.pairs;
  PairSettings settings = flags.resolve(options.task.max_length);
  const ModelText text = text_of(model);
  if (flags.says_tokens() && (settings.source != text.source || settings.target != text.target)) {
    throw UsageError("--tokens: expected how " + printable(options.init_from) +
                     " reads, or nothing");
  }
  if (flags.min_count != 1 || flags.max_vocabulary != 0) {
    throw UsageError(std::string(flags.min_count != 1 ? "--min-count" : "--max-vocabulary") +
                     ": has no use with --init-from: the symbols are those of the model");
  }
  settings.source = text.source;
  settings.target = text.target;
  return std::make_unique<PairData>(std::move(settings), seed, model.source, model.target);
}

Start start_with_pairs(const TrainOptions& options) {
  const TaskFlags& task = options.task;
  refuse_task_options(task, "--data: takes no --task and no settings of one");
  const std::uint64_t seed = options.seed.value_or(options.run.seed);
  if (options.init_from.empty()) {
    auto data = std::make_unique<PairData>(options.pairs.resolve(task.max_length), seed);
    tell_counts(options, *data);
    const Recipe recipe = recipe_for(options, *data);
    return {std::move(data), recipe, {}, {}, true};
  }
  Model model = open_model(options.init_from);
  auto data = pairs_for(model, options, seed);
  tell_counts(options, *data);
  Recipe recipe = recipe_for(options, *data);
  recipe.model = config_of(model, options);
  return {std::move(data), recipe, origin_of(std::move(model), options), {}, true};
}

/// The pairs of a run that is resumed, which must be those that it has been trained on.
std::unique_ptr<TrainingData> reopen_pairs(const TrainOptions& options, const SavedRun& saved,
                                           const std::string& file) {
  const std::string place = file + ": metadata: data";
  const std::string& fact = saved.best.facts.at("data");
  auto data = std::make_unique<PairData>(pair_settings_from_json(fact, place), saved.position.seed,
                                         saved.best.source, saved.best.target);
  if (data->facts().at("data") != fact) {
    throw InputError(printable(data->settings().train.name(), no_limit) +
                     ": the pairs are not those that the run was trained on");
  }
  tell_counts(options, *data);
  return data;
}

/// --steps of a resumed run. The schedule stays that of the recorded steps: a run that may become
/// longer later on could not know its learning rate now.
void check_limit(const TrainOptions& options, const SavedRun& saved) {
  const int steps = options.steps.value_or(saved.position.limit);
  if (steps < saved.position.limit) {
    throw UsageError("--steps: may only grow beyond " + std::to_string(saved.position.limit) +
                     " in a run that is resumed, got " + std::to_string(steps));
  }
  if (steps > saved.recipe.steps && saved.recipe.final_rate == 0.0) {
    throw UsageError("--steps: cannot grow beyond " + std::to_string(saved.recipe.steps) +
                     ", where this run's learning rate ends at 0; --init-from starts a new run "
                     "from its model");
  }
}

/// The task of a run that is resumed. What is said of it must be the same.
std::unique_ptr<TrainingData> reopen_task(const TrainOptions& options, const SavedRun& saved,
                                          const std::string& file, const std::string& why) {
  const auto of_file = task_of(saved.best);
  if (!of_file) throw InputError(file + ": metadata: task is missing");
  const Task& task = *of_file->task;
  if (!options.task.name.empty() && options.task.name != task.name) {
    throw UsageError("--task: expected " + std::string(task.name) + ", " + why + ", got " +
                     options.task.name);
  }
  TaskOptions asked = of_file->options;
  options.task.apply(task, asked);
  refuse_changes(task_to_json(task, of_file->options), task_to_json(task, asked), why);
  return std::make_unique<TaskData>(task, of_file->options, saved.best.source, saved.best.target);
}

/// Everything is the run's own; what is said again on the command line must be the same.
Start start_again(const TrainOptions& options) {
  const std::string why = "as in the run that is resumed";
  constexpr const char* kept = "has no use with --resume: a run keeps its pairs";
  refuse_pair_options(options, kept);
  OpenRun run = open_run(options.resume);
  const SavedRun& saved = run.saved;
  if (options.seed && *options.seed != saved.position.seed) {
    throw UsageError("--seed: expected " + std::to_string(saved.position.seed) + ", " + why +
                     ", got " + std::to_string(*options.seed));
  }
  const bool has_pairs = saved.best.facts.contains("data");
  if (has_pairs) {
    refuse_task_options(options.task, "--task: the run that is resumed is one of pairs");
    if (options.task.max_length) throw UsageError("--max-length: " + std::string(kept));
  }
  auto data = has_pairs ? reopen_pairs(options, saved, run.folder.last())
                        : reopen_task(options, saved, run.folder.last(), why);
  Recipe asked = with_settings(saved.recipe, options);
  asked.steps = saved.recipe.steps;
  refuse_changes(to_json(saved.recipe), to_json(asked), why);
  check_limit(options, saved);
  const Recipe recipe = saved.recipe;
  return {std::move(data), recipe, {}, std::move(run), has_pairs};
}

/// Draws what the model makes of its task's sample input.
void show_sample(const std::string& folder) {
  const Model model = load_model(folder);
  const auto task = task_of(model);
  try {
    const SourceReader reader(model);
    const std::string sample(task ? task->task->sample_input : reader.rules().sample);
    const std::vector<std::vector<std::string>> sources = {reader.read(sample).symbols};
    show_map(task ? task->task->name : "pairs", predict(model, sources).front());
  } catch (const InputError& error) {  // trained on another alphabet
    tell(false, std::string("attnviz: note: --show: ") + error.what());
  }
}

/// One run, with its progress on standard error. Throws AnswerIsNo if it diverged, Stopped if a
/// signal came.
RunReport train_one(const TrainOptions& options, Start start, const std::string& folder) {
  RunOptions run = options.run;
  run.folder = folder;
  run.seed = options.seed.value_or(run.seed);
  run.program = program_name();
  if (start.has_pairs) {
    run.validation = most_dev_pairs;
    run.test = most_test_pairs;
  }
  const int patience = start.recipe.patience;

  ProgressBar bar(options.quiet);
  const StopSignals signals;
  RunEvents events;
  events.on_step = [&](int step, int steps, double loss) { bar.draw(step, steps, loss); };
  events.on_evaluation = [&](const Progress& progress) {
    bar.clear();
    tell(options.quiet, progress_line(progress, patience));
  };
  events.on_note = [&](const std::string& note) { tell(options.quiet, "attnviz: note: " + note); };
  events.should_stop = [&] { return signals.received() != 0; };
  RunReport report;
  if (start.resumed) {
    run.limit = options.steps.value_or(0);
    report = resume_training(*start.data, std::move(*start.resumed), run, events);
  } else {
    report = run_training(*start.data, start.recipe, run, events, start.origin);
  }
  bar.clear();
  if (report.ending == Ending::stopped) {
    throw Stopped(signals.received(), std::string("stopped by ") + signal_name(signals.received()) +
                                          " after step " + std::to_string(report.steps) +
                                          ", saved; go on with: attnviz train --resume " +
                                          shell_word(folder));
  }
  tell(options.quiet, how_it_ended(report, start.recipe));
  if (!report.is_newest) {
    tell(options.quiet,
         "attnviz: note: runs/latest cannot be written; name this model with --model");
  }
  if (report.ending == Ending::diverged) {
    throw AnswerIsNo("training diverged at " + report.reason + "; try a lower --lr" +
                     (report.best_step > 0 ? "; the best model so far was kept" : ""));
  }
  if (options.show) show_sample(folder);
  return report;
}

bool meets(const Evaluation& test, const Target& target) {
  return test.answers.exact_match() >= target.exact_match &&
         test.alignment.gold_mass() >= target.gold_mass &&
         test.alignment.hit_rate() >= target.hit_rate;
}

/// One line of the summary, and of runs/manifest.json.
Json train_and_judge(const TrainOptions& options, const Task& task, const std::string& folder) {
  Json entry{{"task", task.name}, {"folder", folder}};
  try {
    tell(options.quiet, "\n" + std::string(task.name));
    const RunReport report = train_one(options, start_new(options, task), folder);
    entry["verdict"] = meets(report.test, default_target(task.name)) ? "reached" : "missed";
    entry.update(report_json(report, folder));
  } catch (const AnswerIsNo& no) {
    entry["verdict"] = "failed";
    entry["reason"] = no.what();
  } catch (const Error& error) {
    entry["verdict"] = "failed";
    entry["reason"] = error.what();
  }
  if (entry.contains("reason")) {
    tell(false, "attnviz: error: " + entry["reason"].get<std::string>());
  }
  return entry;
}

using Cells = std::vector<std::string>;

std::string summary_row(const Cells& cells) {
  constexpr std::size_t widths[] = {12, 8, 9, 9, 8, 5, 0};
  std::string row;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    row += cells[i] + std::string(widths[i] - std::min(widths[i], cells[i].size()) + 2, ' ');
  }
  return row + '\n';
}

Cells summary_cells(const Json& entry) {
  Cells cells{entry["task"], entry["verdict"]};
  if (!entry.contains("test")) return cells;
  const Json& test = entry["test"];
  cells.push_back(percent(test["exact_match"]));
  cells.push_back(format_fixed(test["gold_mass"], 3));
  cells.push_back(format_fixed(test["hit_rate"], 4));
  cells.push_back(std::to_string(entry["steps"].get<int>()));
  cells.push_back(format_fixed(entry["seconds"], 2) + " s");
  return cells;
}

/// All tasks, one after the other; a failure does not keep the others from being tried.
void train_all(const TrainOptions& options) {
  const TaskFlags& flags = options.task;
  if (flags.min_length || flags.max_length || flags.shift || flags.alphabet) {
    throw UsageError("--task all: takes no settings of a single task, such as --shift");
  }
  const std::string folder = options.run.folder.empty() ? "runs" : options.run.folder;
  if (!options.init_from.empty()) throw UsageError("--task all: has no use for --init-from");
  make_directory(folder);
  check_writable(folder + "/manifest.json");
  Json manifest{{"program", program_name()},
                {"seed", options.seed.value_or(options.run.seed)},
                {"runs", Json::array()}};
  std::string summary =
      summary_row({"task", "verdict", "exact", "gold mass", "hit rate", "steps", "time"});
  bool all_reached = true;
  for (const Task& task : all_tasks()) {
    const Json entry = train_and_judge(options, task, folder + "/" + std::string(task.name));
    manifest["runs"].push_back(entry);
    summary += summary_row(summary_cells(entry));
    all_reached = all_reached && entry["verdict"] == "reached";
  }
  write_file(folder + "/manifest.json", dump(manifest, 2) + "\n");
  tell(options.quiet, "");
  write_file("-", options.json ? dump(manifest) + "\n" : summary);
  if (!all_reached) throw AnswerIsNo("not every task reached its target");
}

void run_train(const TrainOptions& options) {
  constexpr const char* only_pairs = "is for pairs: expected --data, or --source and --target";
  const bool pairs = options.pairs.given();
  if (options.task.name.empty() && options.resume.empty() && !pairs) {
    throw UsageError("--task or --data is required; see attnviz train --help");
  }
  const bool anew = options.resume.empty();
  if (anew && !pairs) {
    refuse_pair_options(options, only_pairs);
    if (options.bucket) throw UsageError(std::string("--bucket: ") + only_pairs);
    if (options.batch_tokens) throw UsageError(std::string("--batch-tokens: ") + only_pairs);
  }
  if (options.task.name == all_name && !pairs) {
    if (!anew) throw UsageError("--task all: one run at a time can be resumed");
    return train_all(options);
  }
  Start start = !anew   ? start_again(options)
                : pairs ? start_with_pairs(options)
                        : start_new(options, find_task(options.task.name));
  const std::string folder = !anew ? options.resume
                             : options.run.folder.empty()
                                 ? "runs/" + (pairs ? "pairs" : options.task.name)
                                 : options.run.folder;
  const RunReport report = train_one(options, std::move(start), folder);
  write_file("-",
             options.json ? dump(report_json(report, folder)) + "\n" : report_text(report, folder));
  // Outside runs/ it need not be the newest: runs/latest may be beyond reach.
  tell(options.quiet,
       "next: attnviz render " +
           (anew && options.run.folder.empty() ? std::string()
                                               : "--model " + shell_word(folder) + ' ') +
           "--out heat.png");
}

void add_recipe_options(CLI::App& command, TrainOptions& options) {
  constexpr int largest = 4096;
  add_choice_option(command, "--query", options.query, {"previous", "current"},
                    "which decoder state asks: s_(i-1), as in the paper, or s_i (default current)");
  CLI::Option* score = add_choice_option(command, "--score", options.score,
                                         {"additive", "dot", "scaled-dot", "bilinear"},
                                         "how a query and a key are compared (default additive)");
  add_choice_option(
      command, "--attention", options.attention, {"uniform", "none"},
      "a baseline: the mean of all annotations, or no look at the input at all (default: a score)")
      ->excludes(score);
  add_integer_option(command, "--embedding", options.embedding, 1, largest,
                     std::string("embedding size") + task_default);
  add_integer_option(
      command, "--hidden", options.hidden, 1, largest,
      std::string("encoder state of each direction, and decoder state") + task_default);
  add_integer_option(command, "--decoder-hidden", options.decoder_hidden, 1, largest,
                     "decoder state alone (default: that of --hidden)");
  add_integer_option(command, "--attention-units", options.attention_units, 1, largest,
                     std::string("size of the attention's hidden layer") + task_default);
  add_integer_option(command, "--batch", options.batch, 1, largest,
                     std::string("examples a step") + task_default);
  add_integer_option(command, "--steps", options.steps, 1, 1'000'000'000,
                     std::string("most steps") + task_default);
  add_number_option(
      command, "--lr", [&options](double value) { options.rate = value; }, 1e-9, 1e6,
      std::string("highest learning rate") + task_default);
  add_number_option(
      command, "--dropout", [&options](double value) { options.dropout = value; }, 0, 0.9,
      "share left out (default: the task's) of embeddings and of the readout's units, in training");
  add_integer_option(command, "--epochs", options.epochs, 1, 1'000'000,
                     "times each pair of --data is seen (default 10, more for few pairs)")
      ->excludes("--steps");
  add_integer_option(command, "--batch-tokens", options.batch_tokens, 0, 1'000'000,
                     "most tokens a step (default 0: no limit), source and target, of --data");
  add_integer_option(command, "--bucket", options.bucket, 1, 1'000'000,
                     "deal the pairs of this many batches (default 1) by length");
  add_integer_option(
      command, "--patience", options.patience, 1, 1'000'000,
      std::string("evaluations without a new best before training stops") + task_default);
  add_integer_option(
      command, "--plateau", options.plateau, 0, 1'000'000,
      "halve the rate after this (default 0: never) many evaluations without a new best");
  add_number_option(
      command, "--entropy-penalty", [&options](double value) { options.entropy_penalty = value; },
      0, 10,
      std::string("sharpens attention late in training; 0 is pure cross-entropy") + task_default);
  add_number_option(
      command, "--forgetting", [&options](double value) { options.forgetting = value; }, 0, 1,
      std::string("share of encoder steps that forget what came before, early in training: keeps "
                  "attention at its place") +
          task_default);
}

}  // namespace

void setup_train(CLI::App& program) {
  const auto options = std::make_shared<TrainOptions>();
  CLI::App& command =
      *program.add_subcommand("train", "train a model on a task or on your own pairs");
  lead_with_examples(
      command,
      {"attnviz train --task reverse", "attnviz train --task dates --out runs/my-dates --seed 7",
       "attnviz train --task left-shift --shift 2 --max-length 20",
       "attnviz train --data pairs.tsv --tokens word --out runs/pairs",
       "attnviz train --resume runs/my-dates", "attnviz train --task all --out runs"});
  add_task_options(command, options->task, {all_name});
  CLI::Option* task = command.get_option("--task");
  task->description(task->get_description() + " (required without --data and --resume)");
  CLI::Option* longest = command.get_option("--max-length");
  longest->description(longest->get_description() +
                       "; pairs with a longer side are left out (default 100)");
  CLI::Option* out = add_path_option(command, "--out", options->run.folder,
                                     "the run's folder (default: runs/TASK, runs/pairs)");
  CLI::Option* force =
      command.add_flag("--force", options->run.force, "replace a run that is in that folder");
  CLI::Option* init_from =
      add_path_option(command, "--init-from", options->init_from,
                      "start from the weights of a model (a run's folder or a model file)");
  add_path_option(command, "--resume", options->resume,
                  "go on with the run in this folder, as if it had never stopped; its settings are "
                  "kept, only --steps may grow")
      ->excludes(out)
      ->excludes(force)
      ->excludes(init_from);
  add_number_option(command, "--save-every", options->run.save_every, 0, 1e6,
                    "seconds at most between saves (default 30); 0 saves after every step");
  add_number_option(
      command, "--max-memory",
      [options](double gibibytes) { options->run.max_memory = gibibytes * 1024 * 1024 * 1024; },
      0.01, 1e6, "GiB that a run may take, by estimate, before it is refused (default 4)");
  add_integer_option(command, "--seed", options->seed, 0, UINT64_MAX,
                     "where the random numbers start (default 1)");
  add_integer_option(command, "--threads", options->run.threads, 1, 4,
                     "threads; the result does not depend on it (default 1)");
  add_pair_options(command, options->pairs);
  add_recipe_options(command, *options);
  std::vector<std::string> recipes;
  for (const Task& one : all_tasks()) recipes.emplace_back(one.name);
  add_choice_option(command, "--recipe", options->recipe, recipes,
                    "train pairs by the recipe of a task (default: one for pairs)");
  for (const char* name :
       {"--data", "--source", "--target", "--dev", "--test", "--tokens", "--source-tokens",
        "--target-tokens", "--lower", "--nfc", "--min-count", "--max-vocabulary", "--epochs",
        "--batch-tokens", "--bucket", "--recipe"}) {
    command.get_option(name)->group("Your own pairs");
  }
  command.add_flag("--json", options->json, "print the final report as JSON");
  command.add_flag("--show", options->show, "draw the sample input's attention on the terminal");
  command.add_flag("--quiet", options->quiet, "no progress");
  end_with_task_defaults(command);
  command.callback([options] { run_train(*options); });
}

}  // namespace attnviz

#include "train_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "attnviz/base/error.h"
#include "attnviz/base/file.h"
#include "attnviz/base/number.h"
#include "attnviz/base/utf8.h"
#include "attnviz/train/run.h"
#include "options.h"
#include "output.h"
#include "version.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* all_name = "all";

struct TrainOptions {
  TaskFlags task;
  RunOptions run;
  bool json = false;
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
};

Recipe choose_recipe(const TrainOptions& options, const Task& task, const TaskOptions& settings) {
  Recipe recipe = default_recipe(task.name, settings.max_length);
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
  return recipe;
}

/// The line that shows where training stands, on a terminal only: it is rewritten in place.
class ProgressBar {
 public:
  explicit ProgressBar(bool quiet) : on_(!quiet && isatty(STDERR_FILENO) == 1) {}

  void draw(int step, int steps, double loss) {
    constexpr int width = 30;
    const int now = 1000 * step / steps;
    if (!on_ || now == drawn_) return;
    drawn_ = now;
    const auto full = static_cast<std::size_t>(width * step / steps);
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

std::string progress_line(const Progress& progress, int patience) {
  const Evaluation& validation = progress.validation;
  const std::string steps = std::to_string(progress.steps);
  std::string step = std::to_string(progress.step);
  step.insert(0, steps.size() - step.size(), ' ');
  return "step " + step + "/" + steps + "  loss " + format_fixed(progress.loss, 4) + "  tokens " +
         percent(validation.answers.token_accuracy()) + "  exact " +
         percent(validation.answers.exact_match()) + "  gold mass " +
         format_fixed(validation.alignment.gold_mass(), 3) + "  hit rate " +
         format_fixed(validation.alignment.hit_rate(), 3) + "  " +
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
      break;
  }
  return "diverged at " + report.reason;
}

/// A folder's name need not be UTF-8, but JSON must be.
std::string dump(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
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
         percent(test.answers.exact_match()) + ", tokens " +
         percent(test.answers.token_accuracy()) + ", gold mass " +
         format_fixed(test.alignment.gold_mass(), 3) + ", hit rate " +
         format_fixed(test.alignment.hit_rate(), 3) + "\nsaved " + printable(folder, no_limit) +
         "/model.safetensors (best of " + std::to_string(report.steps) + " steps: step " +
         std::to_string(report.best_step) + ", " + format_fixed(report.seconds, 2) + " s)\n";
}

/// One run, with its progress on standard error. Throws AnswerIsNo if it diverged.
RunReport train_one(const TrainOptions& options, const Task& task, const std::string& folder) {
  const TaskOptions settings = options.task.resolve(task);
  const Recipe recipe = choose_recipe(options, task, settings);
  const TaskData data(task, settings);
  RunOptions run = options.run;
  run.folder = folder;
  run.program = program_name();

  ProgressBar bar(options.quiet);
  RunEvents events;
  events.on_step = [&](int step, int steps, double loss) { bar.draw(step, steps, loss); };
  events.on_evaluation = [&](const Progress& progress) {
    bar.clear();
    tell(options.quiet, progress_line(progress, recipe.patience));
  };
  const RunReport report = run_training(data, recipe, run, events);
  bar.clear();
  tell(options.quiet, how_it_ended(report, recipe));
  if (!report.is_newest) {
    tell(options.quiet,
         "attnviz: note: runs/latest cannot be written; name this model with --model");
  }
  if (report.ending == Ending::diverged) {
    throw AnswerIsNo("training diverged at " + report.reason + "; try a lower --lr" +
                     (report.best_step > 0 ? "; the best model so far was kept" : ""));
  }
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
    const RunReport report = train_one(options, task, folder);
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
  make_directory(folder);
  check_writable(folder + "/manifest.json");
  Json manifest{{"program", program_name()}, {"seed", options.run.seed}, {"runs", Json::array()}};
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
  if (options.task.name == all_name) return train_all(options);
  const Task& task = find_task(options.task.name);
  const std::string folder =
      options.run.folder.empty() ? "runs/" + std::string(task.name) : options.run.folder;
  const RunReport report = train_one(options, task, folder);
  write_file("-",
             options.json ? dump(report_json(report, folder)) + "\n" : report_text(report, folder));
  // Outside runs/ it need not be the newest: runs/latest may be beyond reach.
  tell(options.quiet,
       "next: attnviz render " +
           (options.run.folder.empty() ? std::string()
                                       : "--model " + printable(folder, no_limit) + ' ') +
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
      command, "--entropy-penalty", [&options](double value) { options.entropy_penalty = value; },
      0, 10,
      std::string("sharpens attention late in training; 0 is pure cross-entropy") + task_default);
}

}  // namespace

void setup_train(CLI::App& program) {
  const auto options = std::make_shared<TrainOptions>();
  CLI::App& command = *program.add_subcommand("train", "train a model on a task");
  lead_with_examples(command, {"attnviz train --task reverse",
                               "attnviz train --task dates --out runs/my-dates --seed 7",
                               "attnviz train --task left-shift --shift 2 --max-length 20",
                               "attnviz train --task all --out runs"});
  add_task_options(command, options->task, {all_name});
  command.get_option("--task")->required();
  add_path_option(command, "--out", options->run.folder, "the run's folder (default: runs/TASK)");
  command.add_flag("--force", options->run.force, "replace a run that is in that folder");
  add_integer_option(command, "--seed", options->run.seed, 0, UINT64_MAX,
                     "where the random numbers start (default 1)");
  add_integer_option(command, "--threads", options->run.threads, 1, 4,
                     "threads; the result does not depend on it (default 1)");
  add_recipe_options(command, *options);
  command.add_flag("--json", options->json, "print the final report as JSON");
  command.add_flag("--quiet", options->quiet, "no progress");
  end_with_task_defaults(command);
  command.callback([options] { run_train(*options); });
}

}  // namespace attnviz

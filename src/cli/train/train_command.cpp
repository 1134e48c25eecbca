// `attnviz train`: a run on a task or on pairs, or of all tasks.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/number.h"
#include "base/signals.h"
#include "base/utf8.h"
#include "cli/commands.h"
#include "cli/error_text.h"
#include "cli/inputs.h"
#include "cli/open_model.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/train/train_report.h"
#include "cli/train/train_start.h"
#include "cli/version.h"
#include "infer/model_task.h"
#include "infer/predict.h"
#include "model/checkpoint.h"
#include "train/run_folder.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

constexpr int max_dev_pairs = 1000;    // of --data, used in an evaluation
constexpr int max_test_pairs = 20000;  // and at the end

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

/// Draws the model's attention on its task's sample input.
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

/// One run, with its progress on standard error. Throws CheckFailed if it diverged, Stopped if a
/// signal came.
RunReport train_one(const TrainOptions& options, Start start, const std::string& folder) {
  RunOptions run = options.run;
  run.folder = folder;
  run.seed = options.seed.value_or(run.seed);
  run.program = program_name();
  if (options.max_gibibytes) run.max_memory = *options.max_gibibytes * 1024 * 1024 * 1024;
  if (start.has_pairs) {
    run.validation = max_dev_pairs;
    run.test = max_test_pairs;
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
    report = run_training(*start.data, start.recipe, run, events, start.initial);
  }
  bar.clear();
  if (report.stop_reason == StopReason::stopped) {
    throw Stopped(
        signals.received(),
        fmt::format("stopped by {} after step {}, saved; resume with: attnviz train --resume {}",
                    signal_name(signals.received()), report.steps, shell_word(folder)));
  }
  tell(options.quiet, stop_text(report, start.recipe));
  if (!report.is_newest) {
    tell(options.quiet,
         "attnviz: note: runs/latest cannot be written; name this model with --model");
  }
  if (report.stop_reason == StopReason::diverged) {
    throw CheckFailed("training diverged at " + report.reason + "; try a lower --lr" +
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
  } catch (const CheckFailed& failure) {
    entry["verdict"] = "failed";
    entry["reason"] = failure.what();
  } catch (const Error& error) {
    entry["verdict"] = "failed";
    entry["reason"] = error_text(error);
  }
  if (entry.contains("reason")) {
    tell(false, "attnviz: error: " + entry["reason"].get<std::string>());
  }
  return entry;
}

Cells summary_cells(const Json& entry) {
  Cells cells{entry["task"], entry["verdict"]};
  if (!entry.contains("test")) return cells;
  const Json& test = entry["test"];
  cells.push_back(percent(test["exact_match"]));
  cells.push_back(format_fixed(test["gold_mass"], 3));
  cells.push_back(format_fixed(test["hit_rate"], 4));
  cells.push_back(fmt::format("{}", entry["steps"].get<int>()));
  cells.push_back(fmt::format("{:.2f} s", entry["seconds"].get<double>()));
  return cells;
}

/// All tasks, one after the other, whether or not one fails.
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
  std::vector<Cells> summary{
      {"task", "verdict", "exact", "gold mass", "hit rate", "steps", "time"}};
  bool all_reached = true;
  for (const Task& task : all_tasks()) {
    const Json entry = train_and_judge(options, task, folder + "/" + std::string(task.name));
    manifest["runs"].push_back(entry);
    summary.push_back(summary_cells(entry));
    all_reached = all_reached && entry["verdict"] == "reached";
  }
  write_file(folder + "/manifest.json", dump(manifest, 2) + "\n");
  tell(options.quiet, "");
  write_file("-", options.json ? dump(manifest) + "\n" : format_table(summary, TableStyle::words));
  if (!all_reached) throw CheckFailed("not every task reached its target");
}

/// Before anything is read: what the run in `folder` writes is none of what it is given.
void refuse_replaced_data(const TrainOptions& options, const std::string& folder) {
  Inputs inputs;
  const PairFlags& pairs = options.pairs;
  inputs.add("--data", pairs.data);
  inputs.add("--source", pairs.source);
  inputs.add("--target", pairs.target);
  inputs.add("--dev", pairs.dev);
  inputs.add("--test", pairs.test);
  inputs.add("--init-from", options.init_from);
  const char* option = options.resume.empty() ? "--out" : "--resume";
  const RunFolder run(folder);
  for (const std::string& file : {run.model(), run.last(), run.metrics(), run.config(),
                                  run.file(".lock"), std::string(newest_run_file)}) {
    inputs.refuse_output(option, file);
  }
  inputs.add("--resume", options.resume);
  inputs.refuse_output("standard output", "-");
}

void run_train(const TrainOptions& options) {
  constexpr const char* only_pairs = "is for pairs: expected --data, or --source and --target";
  const bool pairs = options.pairs.given();
  if (options.task.name.empty() && options.resume.empty() && !pairs) {
    throw UsageError("--task or --data is required; see attnviz train --help");
  }
  const bool resumed = !options.resume.empty();
  if (!resumed && !pairs) {
    refuse_pair_options(options, only_pairs);
    if (options.bucket) throw UsageError(std::string("--bucket: ") + only_pairs);
    if (options.batch_tokens) throw UsageError(std::string("--batch-tokens: ") + only_pairs);
  }
  if (options.task.name == all_name && !pairs) {
    if (resumed) throw UsageError("--task all: one run at a time can be resumed");
    return train_all(options);
  }
  const std::string folder = resumed ? options.resume
                             : options.run.folder.empty()
                                 ? "runs/" + (pairs ? "pairs" : options.task.name)
                                 : options.run.folder;
  refuse_replaced_data(options, folder);
  Start start = resumed ? resume_run(options)
                : pairs ? start_with_pairs(options)
                        : start_new(options, find_task(options.task.name));
  const RunReport report = train_one(options, std::move(start), folder);
  write_file("-",
             options.json ? dump(report_json(report, folder)) + "\n" : report_text(report, folder));
  // Outside runs/ it need not be the newest: runs/latest may not be writable.
  tell(options.quiet,
       "next: attnviz render " +
           (!resumed && options.run.folder.empty() ? std::string()
                                                   : "--model " + shell_word(folder) + ' ') +
           "--out heat.png");
}

}  // namespace

void add_train(Program& program) {
  const auto options = std::make_shared<TrainOptions>();
  const Command command = program.add(
      "train", "train a model on a task or on your own pairs",
      {"attnviz train --task reverse", "attnviz train --task dates --out runs/my-dates --seed 7",
       "attnviz train --task left-shift --shift 2 --max-length 20",
       "attnviz train --data pairs.tsv --tokens word --out runs/pairs",
       "attnviz train --resume runs/my-dates", "attnviz train --task all --out runs"});
  add_train_options(command, *options);
  command.run([options] { run_train(*options); });
}

}  // namespace attnviz

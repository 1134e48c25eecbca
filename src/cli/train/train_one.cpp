#include "cli/train/train_one.h"

#include <fmt/core.h>
#include <unistd.h>

#include <iostream>
#include <utility>

#include "attnviz/error.h"
#include "base/clock.h"
#include "base/signals.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "cli/train/train_log.h"
#include "cli/train/train_report.h"
#include "cli/version.h"
#include "infer/model_task.h"
#include "infer/predict.h"
#include "model/checkpoint.h"

namespace attnviz {
namespace {

constexpr int max_dev_pairs = 1000;    // of --data, used in an evaluation
constexpr int max_test_pairs = 20000;  // and at the end

/// The symbols of the sample input of a model's task or pairs. Throws InputError if it cannot read
/// them.
std::vector<std::string> read_sample(const Model& model) {
  const auto task = task_of(model);
  const SourceReader reader(model);
  return reader.read(task ? task->task->sample_input : reader.rules().sample).symbols;
}

/// Whether the model to be trained can read its sample input; notes why not, before any work.
bool can_show(const TrainingData& data) {
  const Model model{{}, data.source(), data.target(), {}, data.metadata()};
  try {
    read_sample(model);
    return true;
  } catch (const InputError& error) {  // trained on another alphabet
    tell_note(false, std::string("--show: ") + error.what());
    return false;
  }
}

/// Draws the model's attention on its sample input.
void show_sample(const std::string& folder) {
  const Model model = load_model(folder);
  const auto task = task_of(model);
  const std::vector<std::vector<std::string>> sources = {read_sample(model)};
  show_map(task ? task->task->name : "pairs", predict(model, sources).front());
}

RunOptions run_options(const TrainOptions& options, const Start& start, const std::string& folder) {
  RunOptions run = options.run;
  run.folder = folder;
  run.seed = options.seed.value_or(run.seed);
  run.program = program_name();
  run.watch = watch_settings(options);
  if (options.max_gibibytes) run.max_memory = *options.max_gibibytes * 1024 * 1024 * 1024;
  if (start.has_pairs) {
    run.validation = max_dev_pairs;
    run.test = max_test_pairs;
  }
  if (start.resumed) {
    run.limit = start.limit;
    run.patience = options.patience.value_or(0);
  }
  return run;
}

/// Columns of the terminal that shows the log, 0 if it is none.
int terminal_width() {
  constexpr int usual = 80;  // where the terminal does not know
  if (isatty(STDERR_FILENO) == 0) return 0;
  const auto width = static_cast<int>(terminal_options(STDERR_FILENO).width);
  return width > 0 ? width : usual;
}

/// Trains while signals are only remembered.
RunReport train_until_stopped(const TrainOptions& options, Start& start, const RunOptions& run) {
  TrainLog log({std::cerr, options.quiet, terminal_width(), steady_seconds});
  const StopSignals signals;
  RunEvents events;
  events.on_phase = [&](RunPhase phase) { log.begin(phase); };
  events.on_step = [&](int step, int steps, double loss) { log.step(step, steps, loss); };
  events.on_evaluation = [&](const Progress& progress) { log.evaluation(progress); };
  events.on_note = [&](const std::string& note) { log.tell("attnviz: note: " + note); };
  events.should_stop = [&] {
    log.wait();
    return signals.received() != 0;
  };
  const RunReport report =
      start.resumed ? resume_training(*start.data, std::move(*start.resumed), run, events)
                    : run_training(*start.data, start.recipe, run, events, start.initial);
  log.clear();
  if (signals.received() == 0 || report.stop_reason == StopReason::diverged) return report;
  const std::string where = report.stop_reason != StopReason::stopped ? "at its end"
                            : report.phase == RunPhase::test
                                ? "during its test"
                                : fmt::format("after step {}", report.steps);
  throw Stopped(signals.received(),
                fmt::format("stopped by {} {}, saved; resume with: attnviz train --resume {}",
                            signal_name(signals.received()), where, shell_word(run.folder)));
}

}  // namespace

RunReport train_one(const TrainOptions& options, Start start, const std::string& folder) {
  const bool shows = options.show && can_show(*start.data);
  const RunReport report = train_until_stopped(options, start, run_options(options, start, folder));
  tell(options.quiet, report.was_finished
                          ? finished_text(report, start.recipe, folder, data_options(start))
                          : stop_text(report));
  if (!report.is_newest) {
    tell_note(options.quiet,
              "runs/latest cannot be written, or names no run and is left alone; name "
              "this model with --model");
  }
  if (report.stop_reason == StopReason::diverged) {
    throw CheckFailed("training diverged at " + report.reason + "; try a lower --lr" +
                      (report.best_step > 0 ? "; the best model so far was kept" : ""));
  }
  if (shows) show_sample(folder);
  return report;
}

}  // namespace attnviz

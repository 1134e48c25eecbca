#include "train/run.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/stop.h"
#include "infer/model_text.h"
#include "model/checkpoint.h"
#include "train/divergence.h"
#include "train/memory.h"
#include "train/run_record.h"
#include "train/stopping.h"
#include "train/trainer.h"

namespace attnviz {
namespace {

constexpr double min_between_saves = 1.0;  // seconds, at evaluations

/// Examples that are never trained on. They are drawn before a run begins: where that is
/// impossible, nothing has been written yet.
struct HeldOut {
  std::vector<EncodedExample> validation;
  std::vector<EncodedExample> test;
};

HeldOut draw_held_out(const TrainingData& data, const RunOptions& options) {
  Random validation(options.seed, static_cast<std::uint64_t>(Stream::validation));
  Random test(options.seed, static_cast<std::uint64_t>(Stream::test));
  return {data.held_out(Part::validation, options.validation, validation),
          data.held_out(Part::test, options.test, test)};
}

ModelConfig complete(ModelConfig config, const TrainingData& data) {
  config.source_vocabulary = data.source().size();
  config.target_vocabulary = data.target().size();
  return config;
}

/// An entry of a model's metadata, "" where it is missing.
std::string entry(const Model& model, const char* key) {
  const auto found = model.metadata.find(key);
  return found == model.metadata.end() ? "" : found->second;
}

/// One run, from its start or from where it was interrupted. Its owner has locked the folder.
class Run {
 public:
  Run(TrainingData& data, const Recipe& recipe, const RunOptions& options, const RunEvents& events,
      HeldOut held_out, Watch watch)
      : data_(data),
        recipe_(recipe),
        options_(options),
        events_(events),
        stop_(events.should_stop),
        folder_(options.folder),
        held_out_(std::move(held_out)),
        watch_(std::move(watch)),
        training_(options.seed, static_cast<std::uint64_t>(Stream::training)),
        trainer_(complete(recipe.model, data), recipe, options.seed, options.threads),
        scratch_(trainer_.config()) {
    position_.seed = options.seed;
    position_.limit = std::max(options.limit, recipe.steps);
    position_.patience = recipe.patience;
    position_.watch = watch_.settings();
    best_ = {trainer_.config(), data.source(), data.target(), {}, data.metadata()};
    best_.metadata["recipe"] = to_json(recipe_);
    best_.metadata["program"] = options.program;
    scratch_.longest = text_of(best_).longest;
    scratch_.stop = stop_;
  }

  /// A new run. The state comes first: it alone is needed to resume the run.
  RunReport start(const std::optional<InitialWeights>& initial) {
    name_ = run_name(data_, recipe_, options_.seed, initial);
    best_.metadata[run_key] = name_;
    if (initial) {
      position_.init_from = initial->name;
      trainer_.restore({initial->weights, initial->weights, trainer_.adam()});
    }
    save_state();
    write_file(folder_.metrics(), "");
    if (is_watched()) write_file(folder_.maps(), "");
    return proceed();
  }

  RunReport resume(SavedRun saved) {
    position_ = saved.position;
    training_ = Random(position_.training);
    trainer_.restore(std::move(saved.trainer));
    best_.weights = std::move(saved.best.weights);
    name_ = entry(saved.best, run_key);
    if (!name_.empty()) best_.metadata[run_key] = name_;
    const std::string scores = entry(saved.best, scores_key);
    if (are_scores(scores)) best_.metadata[scores_key] = scores;
    const auto cut = [&](const std::string& file, std::uint64_t size) {
      return cut_lines(file, size, trainer_.steps_done(),
                       [&](const std::string& text) { note(text); });
    };
    position_.metrics_size = cut(folder_.metrics(), position_.metrics_size);
    if (is_watched()) position_.maps_size = cut(folder_.maps(), position_.maps_size);
    const bool had_ended = has_ended();
    if (extend(recipe_, trainer_.steps_done(), options_.limit, options_.patience, position_)) {
      if (had_ended && !has_ended()) best_.metadata.erase(scores_key);  // it will have others
      save();
    }
    return proceed();
  }

 private:
  RunReport proceed() {
    write_file(folder_.config(),
               config_json(data_, recipe_, options_.seed, options_.program, name_));
    start_ = saved_ = now();
    report_.was_finished = has_ended() && best_.metadata.contains(scores_key);
    if (is_watched()) frames_ = watch_steps(position_.watch.frames, position_.limit);
    bool stopped = false;
    try {
      train();
      report_.seconds = since(start_);
      if (!report_.was_finished && position_.best_step > 0) test();
    } catch (const WorkStopped&) {
      report_.stop_reason = StopReason::stopped;
      stopped = true;
    }
    if (!stopped || is_unsaved_) save();
    if (stopped && folder_.is_replacing()) {
      note(fmt::format("the run that it replaces stays in {} until it has a model",
                       printable(folder_.replaced(), no_limit)));
    }
    report_.steps = trainer_.steps_done();
    report_.best_step = position_.best_step;
    report_.limit = position_.limit;
    report_.patience = position_.patience;
    if (!stopped) report_.scores = entry(best_, scores_key);
    report_.unknown = entry(best_, "unknown");
    if (position_.best_step > 0) report_.is_newest = remember_newest_run(folder_.path());
    return report_;
  }

  /// Steps and evaluations until the run ends. Throws WorkStopped between or within them, with the
  /// position as it was before.
  void train() {
    for (;;) {
      if (std::ranges::binary_search(frames_, trainer_.steps_done())) keep_maps();
      if (is_evaluation_due(recipe_, position_, trainer_.steps_done())) {
        evaluate();
      } else if (has_ended()) {
        keep_maps();
        return;
      } else {
        step();
      }
      if (has_diverged()) return;
      const double time = since(saved_);
      if (time >= options_.save_every || (position_.loss_count == 0 && time >= min_between_saves)) {
        save();
        if (has_diverged()) return;
      }
    }
  }

  void begin(RunPhase phase) {
    report_.phase = phase;
    if (events_.on_phase) events_.on_phase(phase);
    stop_();
  }

  double now() const { return events_.clock(); }
  /// A clock that was set back has not moved.
  double since(double start) const { return std::max(0.0, now() - start); }

  bool has_ended() {
    const auto reason = end_of(recipe_, position_, trainer_.steps_done());
    if (reason) report_.stop_reason = *reason;
    return reason.has_value();
  }

  bool has_diverged() const { return report_.stop_reason == StopReason::diverged; }

  void diverge(int step, const std::string& reason) {
    report_.stop_reason = StopReason::diverged;
    report_.reason = fmt::format("step {}: {}", step, reason);
  }

  /// One update.
  void step() {
    begin(RunPhase::step);
    const int step = trainer_.steps_done();
    Random random = training_;
    data_.next_batch(recipe_, step, random, examples_);
    pairs_.clear();
    for (const EncodedPair& pair : examples_) pairs_.push_back(&pair);
    const StepReport result = trainer_.step(pairs_, position_.rate_scale, stop_);
    training_ = random;
    is_unsaved_ = true;
    if (!result.finite()) {
      diverge(step + 1, result.culprit + " is not finite");
      return;
    }
    position_.loss_sum += result.loss;
    ++position_.loss_count;
    examples_seen_ += pairs_.size();
    if (events_.on_step) events_.on_step(step + 1, position_.limit, result.loss);
  }

  void evaluate() {
    begin(RunPhase::validation);
    Progress progress;
    progress.step = trainer_.steps_done();
    progress.steps = position_.limit;
    progress.loss = position_.loss_sum / position_.loss_count;
    progress.rate = position_.rate_scale * learning_rate(recipe_, progress.step - 1);
    const double seconds = since(start_);
    if (seconds > 0.0) progress.examples_per_second = static_cast<double>(examples_seen_) / seconds;
    progress.validation =
        evaluate_forced(trainer_.weights(), trainer_.config(), held_out_.validation, scratch_);
    is_unsaved_ = true;
    const std::string why = divergence(trainer_, progress.loss, progress.validation.loss);
    if (!why.empty()) diverge(progress.step, why);
    count_evaluation(recipe_, has_diverged(), position_, progress);
    if (progress.new_best) {
      best_.weights = trainer_.weights();
      is_best_unsaved_ = true;
    }
    const std::string line = metrics_line(progress, name_);
    append_line(folder_.metrics(), line);
    position_.metrics_size += line.size() + 1;
    if (events_.on_evaluation) events_.on_evaluation(progress);
  }

  bool is_watched() const { return !position_.watch.texts.empty(); }

  /// The maps of what is watched, unless this step has them. They do not decide how a run goes on.
  void keep_maps() {
    const int step = trainer_.steps_done();
    if (!is_watched() || step < position_.next_frame) return;
    stop_();
    try {
      const std::string lines =
          watch_.lines(trainer_.weights(), trainer_.config(), step, name_, scratch_);
      append_line(folder_.maps(), lines);
      position_.maps_size += lines.size() + 1;
    } catch (const InputError& error) {
      note(fmt::format("no map of step {}: {}", step, error.what()));
    }
    position_.next_frame = step + 1;
    is_unsaved_ = true;
  }

  /// The best model's test scores, into its file.
  void test() {
    begin(RunPhase::test);
    is_best_unsaved_ = true;
    best_.metadata[scores_key] =
        to_json(evaluate_greedily(best_.weights, trainer_.config(), held_out_.test, scratch_));
  }

  /// The best model, then the position. In this order: if the state were newer than the model, a
  /// resumed run would leave an old model.
  void save() {
    if (const std::string culprit = trainer_.first_not_finite();
        !has_diverged() && !culprit.empty()) {
      diverge(trainer_.steps_done(), culprit + " is not finite");
    }
    best_.metadata["training"] = training_json(position_);
    if (position_.best_step > 0 && is_best_unsaved_) {
      write_file(folder_.model(), write_model(best_));
      folder_.drop_replaced();
      is_best_unsaved_ = false;
    }
    // A run that has diverged is not worth resuming.
    if (!has_diverged()) save_state();
    is_unsaved_ = false;
    saved_ = now();
  }

  void save_state() {
    position_.training = training_.state();
    write_file(folder_.last(), write_saved_run(best_, position_, trainer_));
  }

  void note(const std::string& text) const {
    if (events_.on_note) events_.on_note(text);
  }

  TrainingData& data_;
  Recipe recipe_;
  RunOptions options_;
  const RunEvents& events_;
  StopCheck stop_;
  RunFolder folder_;
  HeldOut held_out_;
  Watch watch_;
  std::vector<int> frames_;  // steps whose maps are kept
  std::string name_;         // of the run; "" in those of earlier versions
  Random training_;
  Trainer trainer_;
  DecodingScratch scratch_;
  std::vector<EncodedPair> examples_;
  std::vector<const EncodedPair*> pairs_;

  double start_ = 0.0;
  double saved_ = 0.0;
  bool is_unsaved_ = false;      // steps or evaluations
  bool is_best_unsaved_ = true;  // of a run that is resumed, it need not be the one that is there
  std::size_t examples_seen_ = 0;
  TrainingPosition position_;
  Model best_;
  RunReport report_;
};

/// For the owner of a run that may have given no model: the one that it was to replace comes back.
void restore_replaced(const RunFolder& folder, const RunEvents& events) {
  if (!folder.is_replacing() || folder.has_model()) return;
  folder.restore_replaced();
  if (events.on_note) events.on_note("the run that was to be replaced is kept");
}

}  // namespace

RunReport run_training(TrainingData& data, const Recipe& recipe, const RunOptions& options,
                       const RunEvents& events, const std::optional<InitialWeights>& initial) {
  check_memory(complete(recipe.model, data), recipe, data.longest(), options.max_memory);
  HeldOut held_out = draw_held_out(data, options);
  Watch watch(options.watch, data);
  Random random(options.seed, static_cast<std::uint64_t>(Stream::training));
  std::vector<EncodedPair> first;
  data.next_batch(recipe, 0, random, first);
  const RunFolder folder(options.folder);
  const FolderLock lock = folder.claim(options.force);
  try {
    RunReport report =
        Run(data, recipe, options, events, std::move(held_out), std::move(watch)).start(initial);
    if (report.stop_reason == StopReason::diverged) restore_replaced(folder, events);
    return report;
  } catch (...) {
    try {
      restore_replaced(folder, events);
    } catch (const Error&) {  // what went wrong first is what is told; the next run restores it
    }
    throw;
  }
}

RunReport resume_training(TrainingData& data, OpenRun run, const RunOptions& options,
                          const RunEvents& events) {
  const SavedRun& saved = run.saved;
  check_memory(saved.best.config, saved.recipe, data.longest(), options.max_memory);
  RunOptions own = options;
  own.folder = run.folder.path();
  own.seed = saved.position.seed;
  HeldOut held_out = draw_held_out(data, own);
  Watch watch(saved.position.watch, data);
  RunReport report = Run(data, run.saved.recipe, own, events, std::move(held_out), std::move(watch))
                         .resume(std::move(run.saved));
  if (report.stop_reason == StopReason::diverged) restore_replaced(run.folder, events);
  return report;
}

}  // namespace attnviz

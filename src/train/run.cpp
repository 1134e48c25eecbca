#include "train/run.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/stop.h"
#include "infer/model_text.h"
#include "model/checkpoint.h"
#include "train/divergence.h"
#include "train/memory.h"
#include "train/run_record.h"
#include "train/trainer.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* scores_key = "scores";  // of the model's test, in its metadata
constexpr double min_between_saves = 1.0;     // seconds, at evaluations

double system_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

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

/// Whether a file's text is what test() writes.
bool are_scores(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  const auto is_number = [&](const char* key) {
    return json.contains(key) && json[key].is_number();
  };
  const bool has_gold = json.is_object() && json.contains("offsets") && !json["offsets"].empty();
  return json.is_object() && json.contains("offsets") && is_number("examples") &&
         is_number("exact_match") && is_number("token_accuracy") &&
         (!has_gold || (is_number("gold_mass") && is_number("hit_rate")));
}

ModelConfig complete(ModelConfig config, const TrainingData& data) {
  config.source_vocabulary = data.source().size();
  config.target_vocabulary = data.target().size();
  return config;
}

/// One run, from its start or from where it was interrupted. Its owner has locked the folder.
class Run {
 public:
  Run(TrainingData& data, const Recipe& recipe, const RunOptions& options, const RunEvents& events,
      HeldOut held_out)
      : data_(data),
        recipe_(recipe),
        options_(options),
        events_(events),
        stop_(events.should_stop),
        folder_(options.folder),
        held_out_(std::move(held_out)),
        training_(options.seed, static_cast<std::uint64_t>(Stream::training)),
        trainer_(complete(recipe.model, data), recipe, options.seed, options.threads),
        scratch_(trainer_.config()) {
    position_.seed = options.seed;
    position_.limit = std::max(options.limit, recipe.steps);
    position_.patience = recipe.patience;
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
    return proceed();
  }

  RunReport resume(SavedRun saved) {
    position_ = saved.position;
    report_.best_step = position_.best_step;
    training_ = Random(position_.training);
    trainer_.restore(std::move(saved.trainer));
    best_.weights = std::move(saved.best.weights);
    if (const auto name = saved.best.metadata.find(run_key); name != saved.best.metadata.end()) {
      best_.metadata[run_key] = name_ = name->second;
    }
    if (const auto scores = saved.best.metadata.find(scores_key);
        scores != saved.best.metadata.end() && are_scores(scores->second)) {
      best_.metadata[scores_key] = scores->second;
    }
    position_.metrics_size = cut_metrics(folder_, position_.metrics_size, trainer_.steps_done(),
                                         [&](const std::string& text) { note(text); });
    if (extend()) save();
    return proceed();
  }

 private:
  /// What is asked beyond what was asked before; false if that is nothing. The evaluations of a run
  /// that had ended early count from anew with more steps.
  bool extend() {
    const bool had_ended = has_ended();
    const bool goes_on = had_ended && options_.limit > trainer_.steps_done();
    const TrainingPosition before = position_;
    position_.limit = std::max(options_.limit, position_.limit);
    if (options_.patience > 0) position_.patience = options_.patience;
    if (goes_on && report_.stop_reason != StopReason::out_of_steps) {
      position_.counted = position_.good_evaluations = 0;
    }
    if (had_ended && !has_ended()) best_.metadata.erase(scores_key);  // it will have others
    return goes_on || position_.limit != before.limit || position_.patience != before.patience;
  }

  RunReport proceed() {
    write_file(folder_.config(),
               config_json(data_, recipe_, options_.seed, options_.program, name_));
    start_ = saved_ = now();
    report_.was_finished = has_ended() && best_.metadata.contains(scores_key);
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
    report_.limit = position_.limit;
    report_.patience = position_.patience;
    if (!stopped && best_.metadata.contains(scores_key)) {
      report_.scores = best_.metadata[scores_key];
    }
    if (position_.best_step > 0) report_.is_newest = remember_newest_run(folder_.path());
    return report_;
  }

  /// Steps and evaluations until the run ends. Throws WorkStopped between or within them, with the
  /// position as it was before.
  void train() {
    while (is_evaluation_due() || !has_ended()) {
      if (is_evaluation_due()) {
        evaluate();
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

  double now() const { return events_.clock ? events_.clock() : system_seconds(); }
  /// A clock that was set back has not moved.
  double since(double start) const { return std::max(0.0, now() - start); }

  bool is_evaluation_due() const {
    const int done = trainer_.steps_done();
    return position_.loss_count > 0 &&
           (done % recipe_.evaluate_every == 0 || done == recipe_.steps || done == position_.limit);
  }

  /// By the rules of the recipe, from the position alone: a run that was interrupted after its last
  /// step then only needs its test.
  bool has_ended() {
    if (position_.good_evaluations >= recipe_.converged_after) {
      report_.stop_reason = StopReason::converged;
    } else if (position_.counted >= position_.patience) {
      report_.stop_reason = StopReason::stalled;
    } else if (trainer_.steps_done() >= position_.limit) {
      report_.stop_reason = StopReason::out_of_steps;
    } else {
      return false;
    }
    return true;
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
    position_.loss_sum = 0.0;
    position_.loss_count = 0;

    judge(progress);

    const double entropy = progress.validation.alignment.row_entropy();
    const double objective = progress.validation.loss + recipe_.entropy_penalty * entropy;
    progress.new_best = !has_diverged() && objective < position_.best_objective;  // false for NaN
    position_.stalled = progress.new_best ? 0 : position_.stalled + 1;
    const bool counts = is_in_full(recipe_, progress.step);
    position_.counted = progress.new_best ? 0 : position_.counted + (counts ? 1 : 0);
    progress.stalled = position_.stalled;
    progress.counted = position_.counted;
    progress.patience = position_.patience;
    if (progress.new_best) {
      position_.best_objective = objective;
      position_.best_step = report_.best_step = progress.step;
      best_.weights = trainer_.weights();
      is_best_unsaved_ = true;
    } else if (recipe_.plateau > 0 && position_.stalled % recipe_.plateau == 0) {
      position_.rate_scale *= recipe_.plateau_decay;
    }
    watch_convergence(progress.step, progress.validation);
    const std::string line = metrics_line(progress, name_);
    append_line(folder_.metrics(), line);
    position_.metrics_size += line.size() + 1;
    if (events_.on_evaluation) events_.on_evaluation(progress);
  }

  /// Whether training has diverged.
  void judge(const Progress& progress) {
    const std::string why = divergence(trainer_, progress.loss, progress.validation.loss);
    if (!why.empty()) diverge(progress.step, why);
  }

  /// Converged: every answer right and attention at rest over several evaluations, with the entropy
  /// penalty fully in.
  void watch_convergence(int step, const Evaluation& evaluation) {
    const double entropy = evaluation.alignment.row_entropy();
    const bool at_rest = std::abs(entropy - position_.last_entropy) < recipe_.resting_entropy;
    position_.last_entropy = entropy;
    const bool all_right = evaluation.answers.exact == evaluation.answers.answers;
    position_.good_evaluations =
        all_right && at_rest && is_in_full(recipe_, step) ? position_.good_evaluations + 1 : 0;
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
    Json training{
        {"seed", position_.seed}, {"steps", position_.best_step}, {"gold_alignment_used", false}};
    if (!position_.init_from.empty()) training["init_from"] = position_.init_from;
    best_.metadata["training"] = training.dump();
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
  std::string name_;  // of the run; "" in those of earlier versions
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

}  // namespace

RunReport run_training(TrainingData& data, const Recipe& recipe, const RunOptions& options,
                       const RunEvents& events, const std::optional<InitialWeights>& initial) {
  check_memory(complete(recipe.model, data), recipe, data.longest(), options.max_memory);
  HeldOut held_out = draw_held_out(data, options);
  Random random(options.seed, static_cast<std::uint64_t>(Stream::training));
  std::vector<EncodedPair> first;
  data.next_batch(recipe, 0, random, first);
  const RunFolder folder(options.folder);
  const FolderLock lock = folder.claim(options.force);
  // A run that was put aside comes back where the new one has come to nothing.
  const auto restore = [&] {
    if (!folder.is_replacing() || folder.has_model()) return;
    folder.restore_replaced();
    if (events.on_note) events.on_note("the run that was to be replaced is kept");
  };
  try {
    RunReport report = Run(data, recipe, options, events, std::move(held_out)).start(initial);
    if (report.stop_reason == StopReason::diverged) restore();
    return report;
  } catch (...) {
    try {
      restore();
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
  RunReport report =
      Run(data, run.saved.recipe, own, events, std::move(held_out)).resume(std::move(run.saved));
  const bool is_over = report.stop_reason == StopReason::diverged && report.best_step == 0;
  if (is_over && run.folder.is_replacing()) {
    run.folder.restore_replaced();
    if (events.on_note) events.on_note("the run that was to be replaced is kept");
  }
  return report;
}

}  // namespace attnviz

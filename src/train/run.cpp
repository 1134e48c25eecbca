#include "train/run.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/number.h"
#include "infer/model_text.h"
#include "model/checkpoint.h"
#include "train/memory.h"
#include "train/trainer.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr double min_between_saves = 1.0;  // seconds, at evaluations
constexpr std::size_t max_state = std::size_t{1} << 34U;
constexpr std::size_t max_metrics = std::size_t{1} << 32U;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string metrics_line(const Progress& progress) {
  Json line{{"step", progress.step},
            {"loss", progress.loss},
            {"learning_rate", progress.rate},
            {"validation_loss", progress.validation.loss}};
  line.update(Json::parse(to_json(progress.validation)));
  line["new_best"] = progress.new_best;
  return line.dump();
}

/// config.json: the recipe and the data.
std::string settings_json(const TrainingData& data, const Recipe& recipe, std::uint64_t seed,
                          const std::string& program) {
  Json json{{"program", program}};
  for (const auto& [name, entry] : data.metadata()) json[name] = Json::parse(entry);
  json["seed"] = seed;
  json["recipe"] = Json::parse(to_json(recipe));
  return json.dump(2) + '\n';
}

ModelConfig complete(ModelConfig config, const TrainingData& data) {
  config.source_vocabulary = data.source().size();
  config.target_vocabulary = data.target().size();
  return config;
}

/// The largest magnitude of the weights and the tensor that holds it.
std::string largest_weight(const Seq2SeqWeights& weights) {
  Scalar largest = 0;
  std::string name;
  Seq2SeqWeights::visit(
      [&](std::string_view tensor, const auto& w) {
        if (w.size() == 0) return;
        const Scalar here = w.cwiseAbs().maxCoeff();
        if (name.empty() || here > largest) {
          largest = here;
          name = tensor;
        }
      },
      weights);
  return fmt::format("{} holds {}", name, format_shortest(static_cast<float>(largest)));
}

/// One run, from its start or from where it was interrupted.
class Run {
 public:
  Run(TrainingData& data, const Recipe& recipe, const RunOptions& options, const RunEvents& events,
      FolderLock lock)
      : data_(data),
        recipe_(recipe),
        options_(options),
        events_(events),
        folder_(options.folder),
        lock_(std::move(lock)),
        training_(options.seed, static_cast<std::uint64_t>(Stream::training)),
        trainer_(complete(recipe.model, data), recipe, options.seed, options.threads),
        scratch_(trainer_.config()) {
    position_.seed = options.seed;
    position_.limit = std::max(options.limit, recipe.steps);
    best_ = {trainer_.config(), data.source(), data.target(), {}, data.metadata()};
    best_.metadata["recipe"] = to_json(recipe_);
    best_.metadata["program"] = options.program;
    scratch_.longest = text_of(best_).longest;
  }

  /// A new run. The state comes first: it alone is needed to resume the run.
  RunReport start(const std::optional<InitialWeights>& initial) {
    if (initial) {
      position_.init_from = initial->name;
      trainer_.restore({initial->weights, initial->weights, trainer_.adam()});
    }
    save_state();
    write_file(folder_.metrics(), "");
    return proceed();
  }

  RunReport resume(SavedRun saved) {
    const int limit = position_.limit;
    position_ = saved.position;
    position_.limit = std::max(limit, position_.limit);
    report_.best_step = position_.best_step;
    training_ = Random(position_.training);
    trainer_.restore(std::move(saved.trainer));
    best_.weights = std::move(saved.best.weights);
    cut_metrics();
    return proceed();
  }

 private:
  RunReport proceed() {
    write_file(folder_.config(), settings_json(data_, recipe_, options_.seed, options_.program));
    Random random(options_.seed, static_cast<std::uint64_t>(Stream::validation));
    validation_ = data_.held_out(Part::validation, options_.validation, random);
    start_ = saved_ = Clock::now();
    const bool ended = train();
    report_.steps = trainer_.steps_done();
    report_.seconds = seconds_since(start_);
    if (ended && position_.best_step > 0) test();
    save();
    if (position_.best_step > 0) report_.is_newest = remember_newest_run(folder_.path());
    return report_;
  }

  /// Steps and evaluations until the run ends; false if it was stopped before.
  bool train() {
    while (!has_ended()) {
      if (events_.should_stop && events_.should_stop()) {
        report_.stop_reason = StopReason::stopped;
        return false;
      }
      step();
      if (has_diverged()) break;
      const int done = trainer_.steps_done();
      if (done % recipe_.evaluate_every == 0 || done == recipe_.steps || done == position_.limit) {
        evaluate();
        if (has_diverged()) break;
      }
      const double since = seconds_since(saved_);
      if (since >= options_.save_every ||
          (position_.loss_count == 0 && since >= min_between_saves)) {
        save();
        if (has_diverged()) break;
      }
    }
    return true;
  }

  /// By the rules of the recipe, from the position alone: a run that was interrupted after its last
  /// step then only needs its test.
  bool has_ended() {
    if (position_.good_evaluations >= recipe_.converged_after) {
      report_.stop_reason = StopReason::converged;
    } else if (position_.stalled >= recipe_.patience) {
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
    const int step = trainer_.steps_done();
    data_.next_batch(recipe_, step, training_, examples_);
    pairs_.clear();
    for (const EncodedPair& pair : examples_) pairs_.push_back(&pair);
    const StepReport result = trainer_.step(pairs_, position_.rate_scale);
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
    Progress progress;
    progress.step = trainer_.steps_done();
    progress.steps = position_.limit;
    progress.loss = position_.loss_sum / position_.loss_count;
    progress.rate = position_.rate_scale * learning_rate(recipe_, progress.step - 1);
    progress.examples_per_second = static_cast<double>(examples_seen_) / seconds_since(start_);
    progress.validation =
        evaluate_forced(trainer_.weights(), trainer_.config(), validation_, scratch_);
    position_.loss_sum = 0.0;
    position_.loss_count = 0;

    judge(progress);

    const double entropy = progress.validation.alignment.row_entropy();
    const double objective = progress.validation.loss + recipe_.entropy_penalty * entropy;
    progress.new_best = !has_diverged() && objective < position_.best_objective;  // false for NaN
    position_.stalled = progress.new_best ? 0 : position_.stalled + 1;
    progress.stalled = position_.stalled;
    if (progress.new_best) {
      position_.best_objective = objective;
      position_.best_step = report_.best_step = progress.step;
      best_.weights = trainer_.weights();
    } else if (recipe_.plateau > 0 && position_.stalled % recipe_.plateau == 0) {
      position_.rate_scale *= recipe_.plateau_decay;
    }
    watch_convergence(progress.step, progress.validation);
    const std::string line = metrics_line(progress);
    append_line(folder_.metrics(), line);
    position_.metrics_size += line.size() + 1;
    if (events_.on_evaluation) events_.on_evaluation(progress);
  }

  /// Whether training has diverged: numbers that are not finite, or far worse than guessing over
  /// all the steps since the last evaluation.
  void judge(const Progress& progress) {
    if (const std::string culprit = trainer_.first_not_finite(); !culprit.empty()) {
      return diverge(progress.step, culprit + " is not finite");
    }
    if (!std::isfinite(progress.validation.loss)) {
      return diverge(progress.step, "the loss is not finite");
    }
    const double guessing = std::log(trainer_.config().target_vocabulary);
    if (std::min(progress.loss, progress.validation.loss) < 2.0 * guessing) return;
    diverge(progress.step,
            fmt::format("the loss is {}, that of guessing {}; {}", format_fixed(progress.loss, 2),
                        format_fixed(guessing, 2), largest_weight(trainer_.raw_weights())));
  }

  /// Converged: every answer right and attention at rest over several evaluations, with the entropy
  /// penalty fully in.
  void watch_convergence(int step, const Evaluation& evaluation) {
    const double entropy = evaluation.alignment.row_entropy();
    const bool at_rest = std::abs(entropy - position_.last_entropy) < recipe_.resting_entropy;
    position_.last_entropy = entropy;
    const bool all_right = evaluation.answers.exact == evaluation.answers.answers;
    const bool penalty_in = entropy_penalty(recipe_, step) == recipe_.entropy_penalty;
    position_.good_evaluations =
        all_right && at_rest && penalty_in ? position_.good_evaluations + 1 : 0;
  }

  /// The best model's test scores, into its file.
  void test() {
    Random random(options_.seed, static_cast<std::uint64_t>(Stream::test));
    const auto test = data_.held_out(Part::test, options_.test, random);
    report_.test = evaluate_greedily(best_.weights, trainer_.config(), test, scratch_);
    best_.metadata["scores"] = to_json(report_.test);
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
    if (position_.best_step > 0) write_file(folder_.model(), write_model(best_));
    // A run that has diverged is not worth resuming.
    if (!has_diverged()) save_state();
    saved_ = Clock::now();
  }

  void save_state() {
    position_.training = training_.state();
    write_file(folder_.last(), write_saved_run(best_, position_, trainer_));
  }

  /// Removes the lines of evaluations after the last save: they will be written again.
  void cut_metrics() {
    std::error_code unknown;  // then read_file() reports why, instead of taking it for missing
    std::string text;
    if (std::filesystem::exists(folder_.metrics(), unknown) || unknown) {
      text = read_file(folder_.metrics(), max_metrics);
    }
    if (text.size() < position_.metrics_size) {
      note(fmt::format("metrics.jsonl lacks lines from before step {}", trainer_.steps_done() + 1));
      position_.metrics_size = text.rfind('\n') + 1;  // 0 if there is none
    }
    const std::string_view late = std::string_view(text).substr(position_.metrics_size);
    if (!late.empty() && late.back() != '\n') note("metrics.jsonl: cut a torn last line");
    if (const auto lines = std::count(late.begin(), late.end(), '\n'); lines > 0) {
      note(fmt::format("metrics.jsonl: cut {} line{} later than the last save", lines,
                       lines == 1 ? "" : "s"));
    }
    write_file(folder_.metrics(), std::string_view(text).substr(0, position_.metrics_size));
  }

  void note(const std::string& text) const {
    if (events_.on_note) events_.on_note(text);
  }

  TrainingData& data_;
  Recipe recipe_;
  RunOptions options_;
  const RunEvents& events_;
  RunFolder folder_;
  FolderLock lock_;
  Random training_;
  Trainer trainer_;
  DecodingScratch scratch_;
  std::vector<EncodedExample> validation_;
  std::vector<EncodedPair> examples_;
  std::vector<const EncodedPair*> pairs_;

  Clock::time_point start_;
  Clock::time_point saved_;
  std::size_t examples_seen_ = 0;
  TrainingPosition position_;
  Model best_;
  RunReport report_;
};

}  // namespace

RunReport run_training(TrainingData& data, const Recipe& recipe, const RunOptions& options,
                       const RunEvents& events, const std::optional<InitialWeights>& initial) {
  check_memory(complete(recipe.model, data), recipe, data.longest(), options.max_memory);
  FolderLock lock = RunFolder(options.folder).claim(options.force);
  return Run(data, recipe, options, events, std::move(lock)).start(initial);
}

OpenRun open_run(const std::string& folder) {
  const RunFolder run(folder);
  FolderLock lock = run.reopen();
  const std::string file = run.last();
  return {run, std::move(lock),
          read_saved_run(read_file(file, max_state), printable(file, no_limit))};
}

RunReport resume_training(TrainingData& data, OpenRun run, const RunOptions& options,
                          const RunEvents& events) {
  const SavedRun& saved = run.saved;
  check_memory(saved.best.config, saved.recipe, data.longest(), options.max_memory);
  RunOptions own = options;
  own.folder = run.folder.path();
  own.seed = saved.position.seed;
  return Run(data, run.saved.recipe, own, events, std::move(run.lock)).resume(std::move(run.saved));
}

}  // namespace attnviz

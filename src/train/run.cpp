#include "attnviz/train/run.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "attnviz/base/file.h"
#include "attnviz/infer/model_task.h"
#include "attnviz/model/checkpoint.h"
#include "attnviz/train/trainer.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr double seconds_between_saves = 30.0;

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

/// One run; its members live as long as it takes.
class Run {
 public:
  Run(const TaskData& data, const Recipe& recipe, const RunOptions& options,
      const RunEvents& events)
      : data_(data),
        recipe_(recipe),
        options_(options),
        events_(events),
        folder_(options.folder),
        training_(options.seed, static_cast<std::uint64_t>(Stream::training)),
        trainer_(model_config(), recipe, options.seed, options.threads),
        decoder_(trainer_.config()) {
    Random random(options.seed, static_cast<std::uint64_t>(Stream::validation));
    validation_ = data.draw(Part::validation, options.validation, random);
  }

  RunReport operator()() {
    folder_.prepare(options_.force);
    write_file(folder_.config(), settings().dump(2) + "\n");
    write_file(folder_.metrics(), "");
    start_ = saved_ = Clock::now();
    while (trainer_.steps_done() < recipe_.steps) {
      if (!step()) {
        report_.ending = Ending::diverged;
        break;
      }
      const int done = trainer_.steps_done();
      if (done % recipe_.evaluate_every == 0 || done == recipe_.steps) {
        evaluate();
        if (converged_ || stalled_ >= recipe_.patience) {
          report_.ending = converged_ ? Ending::converged : Ending::stalled;
          break;
        }
        if (seconds_since(saved_) > seconds_between_saves) save();
      }
    }
    report_.steps = trainer_.steps_done();
    report_.seconds = seconds_since(start_);
    if (report_.best_step > 0) finish();
    return report_;
  }

 private:
  ModelConfig model_config() const {
    ModelConfig config = recipe_.model;
    config.source_vocabulary = data_.source().size();
    config.target_vocabulary = data_.target().size();
    return config;
  }

  Json settings() const {
    return {{"program", options_.program},
            {"task", Json::parse(task_to_json(data_.task(), data_.options()))},
            {"seed", options_.seed},
            {"recipe", Json::parse(to_json(recipe_))}};
  }

  /// One update on fresh examples; false if it diverged.
  bool step() {
    const int step = trainer_.steps_done();
    examples_.resize(static_cast<std::size_t>(batch_size(recipe_, step)));
    data_.draw_batch(recipe_.beyond, training_, examples_);
    pairs_.clear();
    for (const EncodedPair& pair : examples_) pairs_.push_back(&pair);
    const StepReport result = trainer_.step(pairs_);
    if (!result.finite()) {
      report_.reason =
          "step " + std::to_string(step + 1) + ": " + result.culprit + " is not finite";
      return false;
    }
    loss_sum_ += result.loss;
    ++loss_count_;
    examples_seen_ += pairs_.size();
    if (events_.on_step) events_.on_step(step + 1, recipe_.steps, result.loss);
    return true;
  }

  void evaluate() {
    Progress progress;
    progress.step = trainer_.steps_done();
    progress.steps = recipe_.steps;
    progress.loss = loss_sum_ / loss_count_;
    progress.rate = learning_rate(recipe_, progress.step - 1);
    progress.examples_per_second = static_cast<double>(examples_seen_) / seconds_since(start_);
    progress.validation =
        evaluate_forced(trainer_.weights(), trainer_.config(), validation_, decoder_);
    loss_sum_ = 0.0;
    loss_count_ = 0;

    const double entropy = progress.validation.alignment.row_entropy();
    const double objective = progress.validation.loss + recipe_.entropy_penalty * entropy;
    progress.new_best = objective < best_objective_;
    stalled_ = progress.new_best ? 0 : stalled_ + 1;
    progress.stalled = stalled_;
    if (progress.new_best) {
      best_objective_ = objective;
      report_.best_step = progress.step;
      best_.weights = trainer_.weights();
    }
    watch_convergence(progress.step, progress.validation);
    append_line(folder_.metrics(), metrics_line(progress));
    if (events_.on_evaluation) events_.on_evaluation(progress);
  }

  /// Converged: every answer right and attention at rest over several evaluations, with the entropy
  /// penalty fully in.
  void watch_convergence(int step, const Evaluation& evaluation) {
    const double entropy = evaluation.alignment.row_entropy();
    const bool at_rest = std::abs(entropy - last_entropy_) < recipe_.resting_entropy;
    last_entropy_ = entropy;
    const bool all_right = evaluation.answers.exact == evaluation.answers.answers;
    const bool penalty_in = entropy_penalty(recipe_, step) == recipe_.entropy_penalty;
    good_evaluations_ = all_right && at_rest && penalty_in ? good_evaluations_ + 1 : 0;
    converged_ = good_evaluations_ >= recipe_.converged_after;
  }

  /// The best model's test scores, and the files.
  void finish() {
    Random random(options_.seed, static_cast<std::uint64_t>(Stream::test));
    const auto test = data_.draw(Part::test, options_.test, random);
    report_.test = evaluate_greedily(best_.weights, trainer_.config(), test, decoder_);
    best_.facts["scores"] = to_json(report_.test);
    save();
    report_.is_newest = remember_newest_run(folder_.path());
  }

  void save() {
    best_.config = trainer_.config();
    best_.source = data_.source();
    best_.target = data_.target();
    const Json settings = this->settings();
    best_.facts["task"] = settings["task"].dump();
    best_.facts["recipe"] = settings["recipe"].dump();
    best_.facts["training"] =
        Json{{"seed", options_.seed}, {"steps", report_.best_step}, {"gold_alignment_used", false}}
            .dump();
    best_.facts["program"] = options_.program;
    write_file(folder_.model(), write_model(best_));
    write_file(folder_.last(), write_safetensors(state()));
    saved_ = Clock::now();
  }

  /// Everything that going on from here needs: weights, Adam's moments, random numbers, position.
  TensorFile state() const {
    TensorFile file{describe(best_), {}};
    append_tensors(trainer_.raw_weights(), "", file.tensors);
    append_tensors(trainer_.weights(), "average.", file.tensors);
    append_tensors(trainer_.adam().m, "adam.m.", file.tensors);
    append_tensors(trainer_.adam().v, "adam.v.", file.tensors);
    file.metadata["state"] = Json{
        {"steps", trainer_.steps_done()},
        {"random", training_.state()},
        {"loss_sum", loss_sum_},
        {"loss_count", loss_count_},
        {"examples_seen", examples_seen_},
        {"best_step", report_.best_step},
        {"best_objective", best_objective_},
        {"last_entropy", last_entropy_},
        {"stalled", stalled_},
        {"good_evaluations",
         good_evaluations_}}.dump();
    return file;
  }

  const TaskData& data_;
  Recipe recipe_;
  RunOptions options_;
  const RunEvents& events_;
  RunFolder folder_;
  Random training_;
  Trainer trainer_;
  Decoder decoder_;
  std::vector<EncodedExample> validation_;
  std::vector<EncodedPair> examples_;
  std::vector<const EncodedPair*> pairs_;

  Clock::time_point start_;
  Clock::time_point saved_;
  double loss_sum_ = 0.0;
  int loss_count_ = 0;
  std::size_t examples_seen_ = 0;
  double best_objective_ = std::numeric_limits<double>::infinity();
  double last_entropy_ = std::numeric_limits<double>::infinity();
  int stalled_ = 0;
  int good_evaluations_ = 0;
  bool converged_ = false;
  Model best_;
  RunReport report_;
};

}  // namespace

RunReport run_training(const TaskData& data, const Recipe& recipe, const RunOptions& options,
                       const RunEvents& events) {
  return Run(data, recipe, options, events)();
}

}  // namespace attnviz

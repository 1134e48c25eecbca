// A training run from the first step to the saved model.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/lock.h"
#include "score/evaluate.h"
#include "train/recipe.h"
#include "train/run_folder.h"
#include "train/saved_run.h"
#include "train/training_data.h"
#include "train/watch.h"

namespace attnviz {

struct RunOptions {
  std::string folder;
  bool force = false;  // replace a run that is there
  std::uint64_t seed = 1;
  int limit = 0;     // the last step, if more than the recipe's
  int patience = 0;  // of a run that is resumed, if not as before
  int threads = 1;
  double save_every = 30.0;                      // seconds at most between saves
  double max_memory = 4.0 * 1024 * 1024 * 1024;  // bytes, by estimate
  int validation = 300;                          // held-out examples for every evaluation
  int test = 2000;                               // others, for the report at the end
  std::string program;                           // name and version, for the files
  WatchSettings watch;                           // of a run that is resumed: as before
};

/// The state after an evaluation.
struct Progress {
  int step = 0;
  int steps = 0;
  double loss = 0.0;  // mean cross-entropy of a target token since the last evaluation
  double rate = 0.0;
  double examples_per_second = 0.0;  // 0 where the clock has not moved
  bool new_best = false;
  int stalled = 0;   // evaluations since the best
  int counted = 0;   // those of them that patience counts
  int patience = 0;  // how many of these end the run
  Evaluation validation;
};

enum class StopReason { converged, stalled, out_of_steps, diverged, stopped };

/// What a run is doing. In a step several threads may be at work, otherwise one.
enum class RunPhase { step, validation, test };

struct RunReport {
  StopReason stop_reason = StopReason::out_of_steps;
  RunPhase phase = RunPhase::step;  // in which it ended or was stopped
  bool was_finished = false;        // before, with nothing left to do
  int steps = 0;
  int best_step = 0;
  int limit = 0;          // the last step it may take
  int patience = 0;       // evaluations without a new best that end it
  double seconds = 0.0;   // of training and validation, in this process
  std::string scores;     // JSON as of an Evaluation: the best model's, greedily, on examples used
                          // nowhere else; "" for a run that was stopped or has no model
  std::string reason;     // what diverged
  std::string unknown;    // JSON: the shares of symbols read as <unk>; "" where there are none
  bool is_newest = true;  // false: runs/latest could not be written
};

/// The caller's callbacks. Any may be empty.
struct RunEvents {
  std::function<void(int step, int steps, double loss)> on_step;
  std::function<void(const Progress&)> on_evaluation;
  std::function<void(RunPhase)> on_phase;           // it begins
  std::function<void(const std::string&)> on_note;  // a message that is no error
  /// Asked many times a second, in a step by several threads at once: what is under way is given up
  /// and the run saved as it was before. Once true it must stay so.
  std::function<bool()> should_stop;
  /// Seconds since any moment. It may stand still.
  std::function<double()> clock = steady_seconds;
};

/// Weights to start from instead of random ones, of the recipe's sizes and the data's vocabularies.
struct InitialWeights {
  std::string name;  // for the files
  Seq2SeqWeights weights;
};

/// Trains a model and writes the run folder. Validation and test examples are never trained on. The
/// best model is the one with the lowest validation objective (cross-entropy plus the full entropy
/// penalty); gold alignments are measured, and decide nothing. Maps of the inputs that are watched
/// are those of the weights that would become the model (the moving average, where the recipe has
/// one); watching changes nothing in the model. The run is saved at its start, then every
/// `save_every` seconds, at evaluations and at its end; however the process ends, resume_training()
/// continues from the last save. The run has diverged when a number is not finite, or when the loss
/// since the last evaluation and that of the evaluation are both above twice that of guessing:
/// clipped gradients keep numbers finite that have become meaningless. The last save is kept. A run
/// that is replaced stays aside until this one has a model, and comes back if it diverges or fails
/// before. Throws as TrainingData, Watch, RunFolder::claim() and check_memory() do, before anything
/// is written.
RunReport run_training(TrainingData& data, const Recipe& recipe, const RunOptions& options,
                       const RunEvents& events, const std::optional<InitialWeights>& initial = {});

/// A run that was interrupted, locked.
struct OpenRun {
  RunFolder folder;
  FolderLock lock;
  SavedRun saved;
};

/// Throws as RunFolder::reopen() and read_saved_run() do, and InputError for a folder whose files
/// are of different runs.
OpenRun open_run(const std::string& folder);

/// Continues a run; the files become byte-identical to those of a run that was never interrupted.
/// Folder, seed and recipe are the run's own. With a larger `limit` it trains past the recipe's
/// last step, with the learning rate, penalty and batch of that step. With another `patience`, or
/// with a limit beyond its steps, a run that had ended early is resumed too: the evaluations that
/// patience and convergence count begin anew with the limit.
RunReport resume_training(TrainingData& data, OpenRun run, const RunOptions& options,
                          const RunEvents& events);

/// A run was stopped before its first evaluation, or while it was put aside.
class NoEvaluationError : public InputError {
 public:
  NoEvaluationError(const std::string& message, const std::string& folder)
      : InputError(message), folder_(folder) {}
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
};

/// Throws NoEvaluationError for the folder of a run that has no model now, with its step. Anything
/// else, such as a file or no run at all, is left to the reader of models.
void require_model(const RunFolder& folder);

}  // namespace attnviz

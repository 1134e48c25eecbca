// A training run from the first step to the saved model.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/lock.h"
#include "score/evaluate.h"
#include "train/recipe.h"
#include "train/run_folder.h"
#include "train/saved_run.h"
#include "train/training_data.h"

namespace attnviz {

struct RunOptions {
  std::string folder;
  bool force = false;  // replace a run that is there
  std::uint64_t seed = 1;
  int limit = 0;  // the last step, if more than the recipe's
  int threads = 1;
  double save_every = 30.0;                      // seconds at most between saves
  double max_memory = 4.0 * 1024 * 1024 * 1024;  // bytes, by estimate
  int validation = 300;                          // held-out examples for every evaluation
  int test = 2000;                               // others, for the report at the end
  std::string program;                           // name and version, for the files
};

/// The state after an evaluation.
struct Progress {
  int step = 0;
  int steps = 0;
  double loss = 0.0;  // mean cross-entropy of a target token since the last evaluation
  double rate = 0.0;
  double examples_per_second = 0.0;
  bool new_best = false;
  int stalled = 0;  // evaluations since the best
  Evaluation validation;
};

enum class StopReason { converged, stalled, out_of_steps, diverged, stopped };

struct RunReport {
  StopReason stop_reason = StopReason::out_of_steps;
  int steps = 0;
  int best_step = 0;
  double seconds = 0.0;   // of training and validation
  Evaluation test;        // of the best model, greedily, on examples used nowhere else
  std::string reason;     // what diverged
  bool is_newest = true;  // false: runs/latest could not be written
};

/// The caller's callbacks. Any may be empty.
struct RunEvents {
  std::function<void(int step, int steps, double loss)> on_step;
  std::function<void(const Progress&)> on_evaluation;
  std::function<void(const std::string&)> on_note;  // a message that is no error
  std::function<bool()> should_stop;                // asked after every step
};

/// Weights to start from instead of random ones, of the recipe's sizes and the data's vocabularies.
struct InitialWeights {
  std::string name;  // for the files
  Seq2SeqWeights weights;
};

/// Trains a model and writes the run folder. Validation and test examples are never trained on. The
/// best model is the one with the lowest validation objective (cross-entropy plus the full entropy
/// penalty); gold alignments are measured, and decide nothing. The run is saved at its start, then
/// every `save_every` seconds, at evaluations and at its end; however the process ends,
/// resume_training() continues from the last save. The run has diverged when a number is not
/// finite, or when the loss since the last evaluation and that of the evaluation are both above
/// twice that of guessing: clipped gradients keep numbers finite that have become meaningless. The
/// last save is kept. Throws as RunFolder::claim() and check_memory() do, before training starts.
RunReport run_training(TrainingData& data, const Recipe& recipe, const RunOptions& options,
                       const RunEvents& events, const std::optional<InitialWeights>& initial = {});

/// A run that was interrupted, locked.
struct OpenRun {
  RunFolder folder;
  FolderLock lock;
  SavedRun saved;
};

/// Throws as RunFolder::reopen() and read_saved_run() do.
OpenRun open_run(const std::string& folder);

/// Continues a run; the files become byte-identical to those of a run that was never interrupted.
/// Folder, seed and recipe are the run's own. With a larger `limit` it trains past the recipe's
/// last step, with the learning rate, penalty and batch of that step.
RunReport resume_training(TrainingData& data, OpenRun run, const RunOptions& options,
                          const RunEvents& events);

}  // namespace attnviz

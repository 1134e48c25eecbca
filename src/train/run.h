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
  int limit = 0;  // steps to go to, if more than the recipe's
  int threads = 1;
  double save_every = 30.0;                      // seconds at most between saves
  double max_memory = 4.0 * 1024 * 1024 * 1024;  // bytes, by estimate
  int validation = 300;                          // held-out examples for every evaluation
  int test = 2000;                               // others, for the report at the end
  std::string program;                           // name and version, for the files
};

/// What is known after an evaluation.
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

enum class Ending { converged, stalled, out_of_steps, diverged, stopped };

struct RunReport {
  Ending ending = Ending::out_of_steps;
  int steps = 0;
  int best_step = 0;
  double seconds = 0.0;   // of training and validation
  Evaluation test;        // of the best model, greedily, on examples used nowhere else
  std::string reason;     // what diverged
  bool is_newest = true;  // false: runs/latest could not be written
};

/// Who watches. Any may be empty.
struct RunEvents {
  std::function<void(int step, int steps, double loss)> on_step;
  std::function<void(const Progress&)> on_evaluation;
  std::function<void(const std::string&)> on_note;  // something to know that is no error
  std::function<bool()> should_stop;                // asked after every step
};

/// Weights to start from instead of random ones. The model must have the recipe's sizes and the
/// data's vocabularies.
struct Origin {
  std::string name;  // for the files
  Seq2SeqWeights weights;
};

/// Trains a model and writes the run folder. Validation and test examples are never trained on. The
/// best model is the one with the lowest validation objective (cross-entropy plus the full entropy
/// penalty); gold alignments are measured, and decide nothing. The run is saved at its start, then
/// every `save_every` seconds, at evaluations and at its end: whatever ends the process,
/// resume_training() goes on from the last save. It has diverged when a number is not finite, or
/// when the loss since the last evaluation and that of the evaluation are both above twice that of
/// guessing: clipped gradients keep numbers finite that mean nothing any more. What was saved last
/// stays. Throws InUseError and OutputError before training starts if the folder cannot be had,
/// LimitError if it would take more than `max_memory`.
RunReport run_training(TrainingData& data, const Recipe& recipe, const RunOptions& options,
                       const RunEvents& events, const std::optional<Origin>& origin = {});

/// A run that was interrupted, locked.
struct OpenRun {
  RunFolder folder;
  FolderLock lock;
  SavedRun saved;
};

/// Throws InputError if the folder holds no run to go on with, InUseError if it is at work.
OpenRun open_run(const std::string& folder);

/// Goes on to the same bytes as if the run had never been interrupted. Folder, seed and recipe are
/// the run's own. With a larger `limit` it goes beyond the recipe's last step, where learning rate,
/// penalty and batch stay what they were at that step.
RunReport resume_training(TrainingData& data, OpenRun run, const RunOptions& options,
                          const RunEvents& events);

}  // namespace attnviz

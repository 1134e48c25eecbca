// A training run from the first step to the saved model.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "attnviz/infer/evaluate.h"
#include "attnviz/train/data.h"
#include "attnviz/train/recipe.h"
#include "attnviz/train/run_folder.h"

namespace attnviz {

struct RunOptions {
  std::string folder;
  bool force = false;  // replace a run that is there
  std::uint64_t seed = 1;
  int threads = 1;
  int validation = 500;  // held-out examples for every evaluation
  int test = 2000;       // others, for the report at the end
  std::string program;   // name and version, for the files
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

enum class Ending { converged, stalled, out_of_steps, diverged };

struct RunReport {
  Ending ending = Ending::out_of_steps;
  int steps = 0;
  int best_step = 0;
  double seconds = 0.0;   // of training and validation
  Evaluation test;        // of the best model, greedily, on examples used nowhere else
  std::string reason;     // what diverged
  bool is_newest = true;  // false: runs/latest could not be written
};

/// Who watches. Either may be empty.
struct RunEvents {
  std::function<void(int step, int steps, double loss)> on_step;
  std::function<void(const Progress&)> on_evaluation;
};

/// Trains a model on fresh examples and writes the run folder. Validation and test examples are
/// never drawn in training. The best model is the one with the lowest validation objective
/// (cross-entropy plus the full entropy penalty); gold alignments are measured, and decide nothing.
/// Throws InUseError and OutputError before training starts if the folder cannot be had.
RunReport run_training(const TaskData& data, const Recipe& recipe, const RunOptions& options,
                       const RunEvents& events);

}  // namespace attnviz

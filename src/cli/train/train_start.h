// How a run of `attnviz train` starts: new on a task or on pairs, from a model, or resumed.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/train/train_options.h"
#include "train/run.h"

namespace attnviz {

/// A run that is about to be trained: where its data come from, and how it starts.
struct Start {
  std::unique_ptr<TrainingData> data;
  Recipe recipe;
  std::optional<InitialWeights> initial;  // --init-from
  std::optional<OpenRun> resumed;         // --resume
  bool has_pairs = false;
};

/// A new run of a task, or of options.pairs; from the weights of --init-from if it was given. Throw
/// UsageError for what does not fit together, and as the readers of models and pairs do.
Start start_new(const TrainOptions& options, const Task& task);
Start start_with_pairs(const TrainOptions& options);

/// The run in options.resume, of which everything is kept: options that are given again
/// must have the same values. Throws UsageError where it is not.
Start resume_run(const TrainOptions& options);

/// Throws UsageError naming the first option that only pairs have, and `why` it does not fit.
void refuse_pair_options(const TrainOptions& options, const std::string& why);

}  // namespace attnviz

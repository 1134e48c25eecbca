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
  int limit = 0;  // the last step of a run that is resumed, where another is asked for
};

/// A new run of a task, or of options.pairs; from the weights of --init-from if it was given. Throw
/// UsageError for what does not fit together, and as the readers of models and pairs do.
Start start_new(const TrainOptions& options, const Task& task);
Start start_with_pairs(const TrainOptions& options);

/// The run in options.resume, of which everything is kept: options that are given again
/// must have the same values. Throws UsageError where it is not.
Start resume_run(const TrainOptions& options);

/// With options.continued, the run in `folder` resumed if it holds one; else a new one by the
/// options, of `task` or of pairs if that is none.
Start start_in(const std::string& folder, const TrainOptions& options, const Task* task);

/// The options that name a run's data in a command: "--task dates".
std::string data_options(const Start& start);

/// Throws UsageError naming the first option that only pairs have, and `why` it does not fit.
void refuse_pair_options(const TrainOptions& options, const std::string& why);

}  // namespace attnviz

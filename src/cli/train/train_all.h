// `attnviz train --task all`.
#pragma once

#include "cli/train/train_options.h"

namespace attnviz {

/// All tasks, one after the other, whether or not one fails. Runs that are finished are kept,
/// others resumed, unless options.run.force starts all anew; a signal ends it. manifest.json in the
/// folder is written after each; a run that fails does not replace what it holds of an earlier one.
/// Throws UsageError for settings of a single task, CheckFailed when not every task has reached its
/// target.
void train_all(const TrainOptions& options);

}  // namespace attnviz

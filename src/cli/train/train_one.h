// One run of `attnviz train`, with its progress on standard error.
#pragma once

#include <string>

#include "cli/train/train_options.h"
#include "cli/train/train_start.h"

namespace attnviz {

/// Throws CheckFailed if it diverged, Stopped if a signal came, naming the command that resumes it.
RunReport train_one(const TrainOptions& options, Start start, const std::string& folder);

}  // namespace attnviz

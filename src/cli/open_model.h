// The model that a command works with.
#pragma once

#include <string>

#include "cli/options.h"
#include "model/model.h"

namespace attnviz {

/// The option for open_model(): PATH, the newest run if it is not given.
Option add_model_option(const Command& command, const std::string& name, std::string& target);

/// The model of a run's folder or file; of the newest run for "". Notes on standard error that its
/// file has no checksums, so that damage would not be detected, and that files of the folder are of
/// different runs. Throws NoEvaluationError for a run that has no model yet.
Model open_model(const std::string& path);

/// Identifies a model in a picture: a checksum of its file.
std::string checksum_of(const Model& model);

/// Notes that the files of a run's folder are of several runs, if they are.
void note_mixed_runs(const std::string& folder);

}  // namespace attnviz

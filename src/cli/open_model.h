// The model that a command works with.
#pragma once

#include <string>

#include "model/model.h"

namespace attnviz {

/// The model of a run's folder or file; of the newest run for "". Says on standard error when its
/// file has no checksums, so that a damaged one could not be told.
Model open_model(const std::string& path);

}  // namespace attnviz

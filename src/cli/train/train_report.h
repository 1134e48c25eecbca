// What `attnviz train` prints about a run at its end.
#pragma once

#include <string>

#include "train/run.h"

namespace attnviz {

/// Why a run ended.
std::string stop_text(const RunReport& report);

/// That a run was finished before, and what can be asked of it. `folder` is the run's, `data` what
/// names its data in a command, such as "--task dates".
std::string finished_text(const RunReport& report, const Recipe& recipe, const std::string& folder,
                          const std::string& data);

/// The command for a new run that starts from the model of one.
std::string new_run_command(const std::string& folder, const std::string& data);

/// The final report, in two lines.
std::string report_text(const RunReport& report, const std::string& folder);

/// The same as JSON.
std::string report_json(const RunReport& report, const std::string& folder);

}  // namespace attnviz

// The options that choose a task and its settings: of `train` and `tasks`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "tasks/task.h"

namespace attnviz {

/// The task and its settings from the command line. Unset means the task's own default.
struct TaskFlags {
  std::string name;  // "" if not given
  std::optional<int> min_length;
  std::optional<int> max_length;
  std::optional<int> shift;
  std::optional<std::string> alphabet;

  /// Puts these settings over `options`. Throws UsageError for a setting that the task does not
  /// have, and as check_task_options does.
  void apply(const Task& task, TaskOptions& options) const;
  /// The same over the task's defaults.
  TaskOptions resolve(const Task& task) const;
};

/// The names that --task takes.
std::vector<std::string> task_names();

/// Adds --task, --min-length, --max-length, --shift and --alphabet, and a line at the end of --help
/// that names the command listing the defaults. `flags` must outlive the program. --task takes the
/// names in `also` besides those of the tasks.
void add_task_options(const Command& command, TaskFlags& flags,
                      const std::vector<std::string>& also = {});

}  // namespace attnviz

// `attnviz tasks`: what can be learnt, and data for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/options.h"

namespace attnviz {

struct TasksOptions {
  TaskFlags flags;
  std::optional<int> sample;  // examples to draw; without it the tasks are listed
  std::uint64_t seed = 1;
  std::string part = "train";
  bool as_trained = false;  // with the share beyond the task that training mixes in
  bool gold = false;        // add the gold alignment
  bool json = false;
  bool names = false;
};

/// Adds the command to the program.
void setup_tasks(CLI::App& program);

/// Writes the list of tasks, or the examples asked for, to standard output. Throws UsageError,
/// OutputError.
void run_tasks(const TasksOptions& options);

}  // namespace attnviz

#include "cli/task_options.h"

#include "attnviz/error.h"
#include "base/utf8.h"
#include "tasks/alphabet.h"

namespace attnviz {
namespace {

// Tasks for which `takes` holds, for the message about an option that another task does not take.
std::string tasks_that_take(bool Task::*takes) {
  std::vector<std::string> names;
  for (const Task& task : all_tasks()) {
    if (task.*takes) names.emplace_back(task.name);
  }
  return join(names, ", ");
}

}  // namespace

void TaskFlags::apply(const Task& task, TaskOptions& options) const {
  const auto require = [&task](bool given, const std::string& option, bool Task::*takes) {
    if (!given || task.*takes) return;
    throw UsageError(option + ": the task " + std::string(task.name) +
                     " has no such setting; these have: " + tasks_that_take(takes));
  };
  require(min_length.has_value(), "--min-length", &Task::takes_lengths);
  require(max_length.has_value(), "--max-length", &Task::takes_lengths);
  require(shift.has_value(), "--shift", &Task::takes_shift);
  require(alphabet.has_value(), "--alphabet", &Task::takes_alphabet);

  options.min_length = min_length.value_or(options.min_length);
  options.max_length = max_length.value_or(options.max_length);
  options.shift = shift.value_or(options.shift);
  options.alphabet = alphabet.value_or(options.alphabet);
  check_task_options(task, options);
}

TaskOptions TaskFlags::resolve(const Task& task) const {
  TaskOptions options = task.defaults;
  apply(task, options);
  return options;
}

std::vector<std::string> task_names() {
  std::vector<std::string> names;
  for (const Task& task : all_tasks()) names.emplace_back(task.name);
  return names;
}

void add_task_options(const Command& command, TaskFlags& flags,
                      const std::vector<std::string>& also) {
  std::vector<std::string> names = task_names();
  names.insert(names.end(), also.begin(), also.end());
  command.choice("--task", flags.name, names, "the task");
  command.integer("--min-length", flags.min_length, 1, max_task_size,
                  "fewest symbols of an input (default: the task's)");
  command.integer("--max-length", flags.max_length, 1, max_task_size,
                  "most symbols of an input (default: the task's)");
  command.integer("--shift", flags.shift, 0, max_task_size,
                  "positions to rotate by, for the shifts (default: the task's)");
  command.text("--alphabet", flags.alphabet,
               "symbols to draw from; for sort, in their order (default: the task's)");
  command.end_help_with("The defaults of a task: attnviz tasks --json --task NAME");
}

}  // namespace attnviz

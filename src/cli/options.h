// Options that several commands share: numbers with a range, choices, the settings of a task.
// Their messages read `--name: expected <x>, got "<y>"` and are thrown as UsageError.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tasks/task.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace attnviz {

/// An option whose value must be a decimal integer in [low, high] ("010" is ten); `store` gets it.
/// The range is added to `help`.
CLI::Option* add_integer_option(CLI::App& app, const std::string& name,
                                std::function<void(std::uint64_t)> store, std::uint64_t low,
                                std::uint64_t high, const std::string& help);

/// The same into a variable, which must outlive `app` and be able to hold `high`.
template <typename Integer>
CLI::Option* add_integer_option(CLI::App& app, const std::string& name, Integer& target,
                                std::uint64_t low, std::uint64_t high, const std::string& help) {
  const auto store = [&target](std::uint64_t value) { target = static_cast<Integer>(value); };
  return add_integer_option(app, name, std::function<void(std::uint64_t)>(store), low, high, help);
}
template <typename Integer>
CLI::Option* add_integer_option(CLI::App& app, const std::string& name,
                                std::optional<Integer>& target, std::uint64_t low,
                                std::uint64_t high, const std::string& help) {
  const auto store = [&target](std::uint64_t value) { target = static_cast<Integer>(value); };
  return add_integer_option(app, name, std::function<void(std::uint64_t)>(store), low, high, help);
}

/// An option whose value must be a finite number in [low, high]; `store` gets it. The range is
/// added to `help`.
CLI::Option* add_number_option(CLI::App& app, const std::string& name,
                               std::function<void(double)> store, double low, double high,
                               const std::string& help);

/// The same into a variable (a floating-point number or an optional of one), which must outlive
/// `app`.
template <typename Number>
CLI::Option* add_number_option(CLI::App& app, const std::string& name, Number& target, double low,
                               double high, const std::string& help) {
  const auto store = [&target](double value) { target = static_cast<Number>(value); };
  return add_number_option(app, name, std::function<void(double)>(store), low, high, help);
}

/// An option whose value must be one of `choices`, which are added to `help`. `target` must outlive
/// `app`; its present value is the default.
CLI::Option* add_choice_option(CLI::App& app, const std::string& name, std::string& target,
                               const std::vector<std::string>& choices, const std::string& help);

/// An option that names a file or a folder; an empty text is refused. `target` must outlive `app`.
CLI::Option* add_path_option(CLI::App& app, const std::string& name, std::string& target,
                             const std::string& help);

/// The model that a command works with: PATH, the newest run if it is not given.
CLI::Option* add_model_option(CLI::App& app, const std::string& name, std::string& target);

/// An option that takes one or several texts and may be repeated; of another type than TEXT they
/// name files, and none may be empty. `target` must outlive `app`.
CLI::Option* add_list_option(CLI::App& app, const std::string& name,
                             std::vector<std::string>& target, const std::string& type,
                             const std::string& help);

/// What was said about the task on the command line. Unset means the task's own default.
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

/// Adds --task, --min-length, --max-length, --shift and --alphabet. `flags` must outlive `app`.
/// --task takes the names in `also` besides those of the tasks.
void add_task_options(CLI::App& app, TaskFlags& flags, const std::vector<std::string>& also = {});

/// For the help of options whose default the task decides.
inline constexpr const char* task_default = " (default: the task's)";

/// Says at the end of --help where the defaults of tasks are listed.
void end_with_task_defaults(CLI::App& app);

/// Makes --help of `app` show `examples`, one command a line, before anything else but its purpose.
void lead_with_examples(CLI::App& app, const std::vector<std::string>& examples);

}  // namespace attnviz

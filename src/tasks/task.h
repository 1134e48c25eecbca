// The built-in tasks: sequence transformations whose true alignment is known.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/attention_map.h"
#include "attnviz/error.h"
#include "base/random.h"

namespace attnviz {

/// One sequence pair. Symbols are UTF-8 strings, without START or END.
struct Example {
  std::vector<std::string> source;
  std::vector<std::string> target;
  GoldAlignment gold;  // one entry a target symbol
};

/// What can be set on a task. Recorded in the model file. Lengths count source symbols.
struct TaskOptions {
  int min_length = 4;
  int max_length = 12;
  int shift = 0;         // positions to rotate by; used by the shifts only
  std::string alphabet;  // symbols to draw from, in sorting order; unused by dates
  bool cases = false;    // names in lower and upper case too; used by dates only
};

/// Where an example may be used. Which part an example belongs to follows from its source alone
/// (for dates from the day), so a held-out example can never be drawn in training, whatever the
/// seed.
enum class Part { train, validation, test };

/// What scores are broken down by.
struct ExampleDetails {
  std::string kind;                 // of the example, such as a date's format
  std::vector<std::string> fields;  // per target symbol: what it belongs to, such as "year", or ""
  std::vector<int> distractor;      // source positions that no output needs, such as the weekday
};

/// One row of the table of tasks. A new task is a file beside this one, a line in task.cpp, and its
/// recipe in train/recipe.cpp.
struct Task {
  std::string_view name;
  std::string_view summary;       // one line
  std::string_view sample_input;  // what `render` draws by default
  TaskOptions defaults;
  bool takes_lengths;           // TaskOptions::min_length and max_length apply
  bool takes_shift;             // TaskOptions::shift applies
  bool takes_alphabet;          // TaskOptions::alphabet applies
  std::size_t min_alphabet;     // characters that it needs
  std::string_view separators;  // characters people write between symbols, dropped from an input

  /// A random example of any part.
  Example (*draw)(const TaskOptions&, Random&);

  /// For training only: a random example of a kind that is rare among the task's own inputs (for
  /// dates other centuries, for sort many of the same digit). Null where nothing is missing.
  Example (*draw_augmented)(const TaskOptions&, Random&);

  /// The right answer and gold alignment for a given source; nothing if the source is not an input
  /// of this task (a letter for `sort`, a text that is no date).
  std::optional<Example> (*solve)(const TaskOptions&, const std::vector<std::string>& source);

  /// The text that decides the part of an example: the source, or for dates the ISO day.
  std::string (*part_key)(const Example&);

  /// Null for a task whose examples are all alike.
  ExampleDetails (*details)(const Example&);

  /// Every symbol that can occur in a source and in a target, sorted.
  std::vector<std::string> (*source_symbols)(const TaskOptions&);
  std::vector<std::string> (*target_symbols)(const TaskOptions&);
};

/// All tasks, in the order they are listed: reverse, left-shift, right-shift, sort, dates.
std::span<const Task> all_tasks();

/// The task of that name. Throws UsageError with a suggestion.
const Task& find_task(std::string_view name);

/// Throws SettingError naming the option and its range: 1 <= min_length <= max_length <= 1000,
/// 0 <= shift <= 1000, and for a task that takes one an alphabet of min_alphabet..1000 distinct
/// characters.
void check_task_options(const Task& task, const TaskOptions& options);

/// The part that `key` falls into: 80 % train, 10 % validation, 10 % test, by a hash of its bytes.
Part part_of(std::string_view key);

/// The options leave a task no example of some part.
class NoExampleError : public UsageError {
 public:
  using UsageError::UsageError;
};

/// A random example of the given part. Throws NoExampleError when 100,000 draws find none.
Example draw_example(const Task& task, const TaskOptions& options, Part part, Random& random);

/// The same for training, by task.draw_augmented with the given probability.
Example draw_training_example(const Task& task, const TaskOptions& options, double augment,
                              Random& random);

}  // namespace attnviz

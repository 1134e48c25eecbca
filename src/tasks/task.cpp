#include "tasks/task.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "attnviz/error.h"
#include "base/hash.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "tasks/alphabet.h"
#include "tasks/dates.h"
#include "tasks/letters.h"
#include "tasks/sort.h"

namespace attnviz {
namespace {

void check_range(const std::string& option, int value, int low, const std::string& why_low = "") {
  if (value >= low && value <= max_task_size) return;
  throw UsageError(option + ": expected an integer in " + std::to_string(low) + ".." +
                   std::to_string(max_task_size) + why_low + ", got " + std::to_string(value));
}

// FNV-1a alone leaves the last bytes of a key poorly mixed; the finaliser of MurmurHash3 mends
// that.
std::uint64_t hash(std::string_view key) {
  std::uint64_t h = fnv1a(key);
  h = (h ^ (h >> 33U)) * 0xff51afd7ed558ccdU;
  h = (h ^ (h >> 33U)) * 0xc4ceb9fe1a85ec53U;
  return h ^ (h >> 33U);
}

std::string_view part_name(Part part) {
  return part == Part::train ? "train" : part == Part::validation ? "validation" : "test";
}

using Draw = Example (*)(const TaskOptions&, Random&);

Example draw_of_part(const Task& task, Draw draw, const TaskOptions& options, Part part,
                     Random& random) {
  constexpr int most_draws = 100'000;
  for (int i = 0; i < most_draws; ++i) {
    Example example = draw(options, random);
    if (part_of(task.part_key(example)) == part) return example;
  }
  throw UsageError("these options leave the task " + std::string(task.name) + " no example for " +
                   std::string(part_name(part)) + " in " + std::to_string(most_draws) +
                   " draws; raise --max-length or widen --alphabet");
}

}  // namespace

std::span<const Task> all_tasks() {
  static const std::array<Task, 5> tasks{reverse_task(), left_shift_task(), right_shift_task(),
                                         sort_task(), dates_task()};
  return tasks;
}

const Task& find_task(std::string_view name) {
  const auto tasks = all_tasks();
  const auto found = std::ranges::find(tasks, name, &Task::name);
  if (found != tasks.end()) return *found;

  std::vector<std::string> names;
  for (const Task& task : tasks) names.emplace_back(task.name);
  throw UsageError("unknown task; expected one of " + join(names, ", ") + ", got \"" +
                   printable(name) + '"' + did_you_mean(name, names));
}

void check_task_options(const Task& task, const TaskOptions& options) {
  check_range("--min-length", options.min_length, 1);
  check_range("--max-length", options.max_length, options.min_length,
              " (--min-length is " + std::to_string(options.min_length) + ')');
  check_range("--shift", options.shift, 0);
  // One symbol has no order.
  if (task.takes_alphabet) check_alphabet(options.alphabet, task.name == "sort" ? 2 : 1);
}

Part part_of(std::string_view key) {
  const std::uint64_t tenth = hash(key) % 10;
  return tenth < 8 ? Part::train : tenth == 8 ? Part::validation : Part::test;
}

Example draw_example(const Task& task, const TaskOptions& options, Part part, Random& random) {
  return draw_of_part(task, task.draw, options, part, random);
}

Example draw_training_example(const Task& task, const TaskOptions& options, double beyond,
                              Random& random) {
  const bool go_beyond = task.draw_beyond != nullptr && random.uniform() < beyond;
  return draw_of_part(task, go_beyond ? task.draw_beyond : task.draw, options, Part::train, random);
}

}  // namespace attnviz

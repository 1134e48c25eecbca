#include "tasks/task.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "attnviz/error.h"
#include "base/hash.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "tasks/alphabet.h"

namespace attnviz {

// A row each, in the file of that name.
Task reverse_task();  // letters.cpp
Task left_shift_task();
Task right_shift_task();
Task sort_task();
Task dates_task();

std::span<const Task> all_tasks() {
  static const std::array tasks{reverse_task(), left_shift_task(), right_shift_task(), sort_task(),
                                dates_task()};
  return tasks;
}

namespace {

void check_range(const std::string& setting, int value, int low, const std::string& why_low = "") {
  if (value >= low && value <= max_task_size) return;
  throw SettingError(setting, fmt::format("expected an integer in {}..{}{}, got {}", low,
                                          max_task_size, why_low, value));
}

// FNV-1a alone mixes the last bytes of a key poorly; the finaliser of MurmurHash3 follows.
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
  constexpr int max_draws = 100'000;
  for (int i = 0; i < max_draws; ++i) {
    Example example = draw(options, random);
    if (part_of(task.part_key(example)) == part) return example;
  }
  throw NoExampleError(fmt::format("these options leave the task {} no example for {} in {} draws",
                                   task.name, part_name(part), max_draws));
}

}  // namespace

const Task& find_task(std::string_view name) {
  const auto tasks = all_tasks();
  const auto found = std::ranges::find(tasks, name, &Task::name);
  if (found != tasks.end()) return *found;

  std::vector<std::string> names;
  for (const Task& task : tasks) names.emplace_back(task.name);
  throw UsageError(fmt::format("unknown task; expected one of {}, got \"{}\"{}", join(names, ", "),
                               printable(name), did_you_mean(name, names)));
}

void check_task_options(const Task& task, const TaskOptions& options) {
  check_range("min_length", options.min_length, 1);
  check_range("max_length", options.max_length, options.min_length,
              fmt::format(" (the minimum length is {})", options.min_length));
  check_range("shift", options.shift, 0);
  if (task.takes_alphabet) check_alphabet(options.alphabet, task.min_alphabet);
}

Part part_of(std::string_view key) {
  const std::uint64_t tenth = hash(key) % 10;
  return tenth < 8 ? Part::train : tenth == 8 ? Part::validation : Part::test;
}

Example draw_example(const Task& task, const TaskOptions& options, Part part, Random& random) {
  return draw_of_part(task, task.draw, options, part, random);
}

Example draw_training_example(const Task& task, const TaskOptions& options, double augment,
                              Random& random) {
  const bool is_augmented = task.draw_augmented != nullptr && random.uniform() < augment;
  return draw_of_part(task, is_augmented ? task.draw_augmented : task.draw, options, Part::train,
                      random);
}

}  // namespace attnviz

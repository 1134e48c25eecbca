// Sources drawn from an alphabet: what the letter tasks and `sort` share.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/random.h"
#include "tasks/task.h"

namespace attnviz {

/// The longest source a task may be set to, the largest alphabet and the largest shift.
inline constexpr int max_task_size = 1000;

/// Throws SettingError "alphabet" unless it is valid UTF-8 and has `min_size`..max_task_size
/// distinct characters that do not merge with their neighbours (no control characters, no mark or
/// joiner without a letter).
void check_alphabet(const std::string& alphabet, std::size_t min_size);

/// A random source: a length uniform in [min_length, max_length], then each symbol uniform in the
/// alphabet.
std::vector<std::string> draw_symbols(const TaskOptions& options, Random& random);

/// The symbols of the alphabet in the order of their bytes.
std::vector<std::string> sorted_alphabet(const TaskOptions& options);

}  // namespace attnviz

// Which symbols may stand in the place of an input, and what the task then answers.
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "infer/model_task.h"
#include "model/model.h"

namespace attnviz {

/// The value of a cell that has none.
inline constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

/// Of each input, the numbers of the symbols that may stand in its place, rising; none where it is
/// the only one of its kind.
struct Swaps {
  std::vector<std::vector<int>> of;
  bool is_sample = false;  // some inputs have more than `max_of_input`: a random choice of these

  static constexpr std::size_t max_of_input = 256;

  std::size_t count() const;
};

/// For a task every other symbol of the same kind, letters for letters and digits for digits, that
/// leaves an input of the task; letters of a task without an alphabet keep their case. For pairs
/// every other symbol of the source vocabulary that occurs at least a tenth as often in the
/// training pairs, as far as these counts are known. `seed` chooses where there are too many.
Swaps find_swaps(const Model& model, const std::optional<ModelTask>& task,
                 std::span<const std::string> source, std::uint64_t seed);

/// Leaves a random choice of `count` of them, rising.
void choose(Random& random, std::size_t count, std::vector<int>& items);

/// A swap, numbered input by input.
struct Swap {
  std::size_t input;
  int symbol;
};
std::vector<Swap> list_swaps(const Swaps& swaps);

/// Counts of swaps (rows x inputs) as shares of all of their input; NaN where it has none.
std::vector<double> shares(std::span<const std::size_t> counts, const Swaps& swaps);

/// T_ij: the share of the swaps of input j after which the task's own answer differs at place i,
/// for `rows` outputs of which those past the task's answer have none: rows x inputs, NaN where an
/// input has no swap or the source is none of the task's.
std::vector<double> causal_truth(const Model& model, const ModelTask& task,
                                 std::span<const std::string> source, const Swaps& swaps,
                                 std::size_t rows);

}  // namespace attnviz

// What `attnviz render --curve` draws: several runs side by side.
#pragma once

#include <string>
#include <vector>

#include "render/figure/curve.h"

namespace attnviz {

// A run that was stopped before its first evaluation is left out with a note; both throw
// NoEvaluationError where no other is left.

/// Exact match against input length, measured on held-out examples: `count` of each length that a
/// task was trained for, at most so many of a model of pairs. Throws InputError for a model without
/// either or whose task has no lengths, and as open_pairs() does.
std::vector<CurvePanel> length_curves(const std::vector<std::string>& models, int count);

/// Loss, exact match and gold mass against training steps, from the metrics of run folders.
/// Throws InputError naming file and line.
std::vector<CurvePanel> training_curves(const std::vector<std::string>& folders);

}  // namespace attnviz

// What evaluations decide: the best model, the learning rate, when a run ends. All of it follows
// from the recipe and the position, so that a run that is resumed decides the same.
#pragma once

#include <optional>

#include "train/run.h"

namespace attnviz {

/// Whether an evaluation is yet to be made after `done` steps.
bool is_evaluation_due(const Recipe& recipe, const TrainingPosition& position, int done);

/// Why a run ends after `done` steps, if it does.
std::optional<StopReason> end_of(const Recipe& recipe, const TrainingPosition& position, int done);

/// Counts an evaluation, the best if it is one; `progress` is told what became of it. One of a run
/// that has diverged is never the best.
void count_evaluation(const Recipe& recipe, bool has_diverged, TrainingPosition& position,
                      Progress& progress);

/// Sets the last step and the patience that a resumed run was given; 0 keeps what there is. Returns
/// whether that changed anything. With more steps, the evaluations of a run that had ended early
/// are counted from the start.
bool extend(const Recipe& recipe, int done, int limit, int patience, TrainingPosition& position);

}  // namespace attnviz

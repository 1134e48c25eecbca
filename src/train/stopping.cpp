#include "train/stopping.h"

#include <algorithm>
#include <cmath>

namespace attnviz {
namespace {

/// Converged: every answer right and attention at rest over several evaluations, with the entropy
/// penalty fully in.
void watch_convergence(const Recipe& recipe, const Progress& progress, TrainingPosition& position) {
  const double entropy = progress.validation.alignment.row_entropy();
  const bool at_rest = std::abs(entropy - position.last_entropy) < recipe.resting_entropy;
  position.last_entropy = entropy;
  const AnswerScores& answers = progress.validation.answers;
  const bool all_right = answers.exact == answers.answers;
  position.good_evaluations =
      all_right && at_rest && is_in_full(recipe, progress.step) ? position.good_evaluations + 1 : 0;
}

}  // namespace

bool is_evaluation_due(const Recipe& recipe, const TrainingPosition& position, int done) {
  return position.loss_count > 0 &&
         (done % recipe.evaluate_every == 0 || done == recipe.steps || done == position.limit);
}

std::optional<StopReason> end_of(const Recipe& recipe, const TrainingPosition& position, int done) {
  if (position.good_evaluations >= recipe.converged_after) return StopReason::converged;
  if (position.counted >= position.patience) return StopReason::stalled;
  if (done >= position.limit) return StopReason::out_of_steps;
  return std::nullopt;
}

void count_evaluation(const Recipe& recipe, bool has_diverged, TrainingPosition& position,
                      Progress& progress) {
  position.loss_sum = 0.0;
  position.loss_count = 0;
  const double entropy = progress.validation.alignment.row_entropy();
  const double objective = progress.validation.loss + recipe.entropy_penalty * entropy;
  progress.new_best = !has_diverged && objective < position.best_objective;  // false for NaN
  position.stalled = progress.new_best ? 0 : position.stalled + 1;
  const bool counts = is_in_full(recipe, progress.step);
  position.counted = progress.new_best ? 0 : position.counted + (counts ? 1 : 0);
  progress.stalled = position.stalled;
  progress.counted = position.counted;
  progress.patience = position.patience;
  if (progress.new_best) {
    position.best_objective = objective;
    position.best_step = progress.step;
  } else if (recipe.plateau > 0 && position.stalled % recipe.plateau == 0) {
    position.rate_scale *= recipe.plateau_decay;
  }
  watch_convergence(recipe, progress, position);
}

bool extend(const Recipe& recipe, int done, int limit, int patience, TrainingPosition& position) {
  const TrainingPosition before = position;
  const std::optional<StopReason> end = end_of(recipe, position, done);
  const bool is_longer = end && limit > done;
  position.limit = std::max(limit, position.limit);
  if (patience > 0) position.patience = patience;
  if (is_longer && end != StopReason::out_of_steps) {
    position.counted = position.good_evaluations = 0;
  }
  return is_longer || position.limit != before.limit || position.patience != before.patience;
}

}  // namespace attnviz

// When a run ends, by its recipe and position alone.
#include "train/stopping.h"

#include "catch.h"

using namespace attnviz;

namespace {

Recipe recipe_of_100() {
  Recipe recipe;
  recipe.steps = 100;
  recipe.evaluate_every = 30;
  recipe.converged_after = 2;
  recipe.patience = 3;
  return recipe;
}

TrainingPosition position_of(const Recipe& recipe) {
  TrainingPosition position;
  position.limit = recipe.steps;
  position.patience = recipe.patience;
  return position;
}

}  // namespace

TEST_CASE("evaluations are due at their interval, at the recipe's end and at the last step",
          "[run]") {
  const Recipe recipe = recipe_of_100();
  TrainingPosition position = position_of(recipe);
  position.limit = 110;
  CHECK_FALSE(is_evaluation_due(recipe, position, 30));  // made already
  position.loss_count = 1;
  for (const int done : {30, 60, 100, 110}) CHECK(is_evaluation_due(recipe, position, done));
  for (const int done : {1, 29, 31, 101}) CHECK_FALSE(is_evaluation_due(recipe, position, done));
}

TEST_CASE("a run ends once, and is extended by what is asked beyond", "[run]") {
  const Recipe recipe = recipe_of_100();
  TrainingPosition stalled = position_of(recipe);
  CHECK(end_of(recipe, stalled, 60) == std::nullopt);
  CHECK(end_of(recipe, stalled, 100) == StopReason::out_of_steps);
  stalled.counted = 3;
  CHECK(end_of(recipe, stalled, 60) == StopReason::stalled);
  CHECK_FALSE(extend(recipe, 60, 0, 0, stalled));
  CHECK_FALSE(extend(recipe, 60, 60, 3, stalled));  // no more than it has
  TrainingPosition patient = stalled;
  CHECK(extend(recipe, 60, 0, 4, patient));
  CHECK(patient.counted == 3);
  CHECK(end_of(recipe, patient, 60) == std::nullopt);
  // The steps that were left; counted from anew, as is convergence.
  CHECK(extend(recipe, 60, 100, 0, stalled));
  CHECK(stalled.counted == 0);
  TrainingPosition converged = position_of(recipe);
  converged.good_evaluations = 2;
  CHECK(end_of(recipe, converged, 60) == StopReason::converged);
  CHECK(extend(recipe, 60, 120, 0, converged));
  CHECK(converged.limit == 120);
  CHECK(end_of(recipe, converged, 60) == std::nullopt);
}

#include "train/saved_run.h"

#include "catch.h"
#include "train/quick_run.h"

using namespace attnviz;

TEST_CASE("every number of a saved run comes back", "[saved_run]") {
  const TaskData data = reverse_data();
  const Recipe recipe = quick_recipe();
  ModelConfig config = recipe.model;
  config.source_vocabulary = data.source().size();
  config.target_vocabulary = data.target().size();
  const Trainer trainer(config, recipe, 1, 1);
  Model best{config, data.source(), data.target(), trainer.weights(), data.metadata()};
  best.metadata["recipe"] = to_json(recipe);
  TrainingPosition position;
  position.seed = 11;
  position.limit = 70;
  position.training = {1, 2, 3, 4};
  position.loss_sum = 1.5;
  position.loss_count = 5;
  position.best_step = 40;
  position.best_objective = 0.25;
  position.last_entropy = 0.75;
  position.stalled = 3;
  position.counted = 2;
  position.patience = 9;
  position.good_evaluations = 1;
  position.rate_scale = 0.5;
  position.init_from = "another model";
  position.metrics_size = 99;
  const SavedRun run = read_saved_run(write_saved_run(best, position, trainer), "here");
  CHECK(run.position.seed == 11);
  CHECK(run.position.limit == 70);
  CHECK(run.position.training == Random::State{1, 2, 3, 4});
  CHECK(run.position.loss_sum == 1.5);
  CHECK(run.position.loss_count == 5);
  CHECK(run.position.best_step == 40);
  CHECK(run.position.best_objective == 0.25);
  CHECK(run.position.last_entropy == 0.75);
  CHECK(run.position.stalled == 3);
  CHECK(run.position.counted == 2);
  CHECK(run.position.patience == 9);
  CHECK(run.position.good_evaluations == 1);
  CHECK(run.position.rate_scale == 0.5);
  CHECK(run.position.init_from == "another model");
  CHECK(run.position.metrics_size == 99);
}

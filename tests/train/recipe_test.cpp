#include "train/recipe.h"

#include "catch.h"
#include "tasks/task.h"

using namespace attnviz;

TEST_CASE("the learning rate rises, then falls linearly to its final part", "[recipe]") {
  Recipe recipe;
  recipe.steps = 1050;
  recipe.warm_up = 50;
  recipe.rate = 0.01;
  recipe.final_rate = 0.1;
  CHECK(learning_rate(recipe, 0) == Catch::Approx(0.01 / 50));
  CHECK(learning_rate(recipe, 49) == Catch::Approx(0.01));
  CHECK(learning_rate(recipe, 50) == Catch::Approx(0.01));
  CHECK(learning_rate(recipe, 550) == Catch::Approx(0.01 * (0.1 + 0.9 * 0.5)));
  CHECK(learning_rate(recipe, 1049) == Catch::Approx(0.001).epsilon(0.01));
}

TEST_CASE("the entropy penalty is ramped in", "[recipe]") {
  Recipe recipe;
  recipe.steps = 1000;
  recipe.entropy_penalty = 0.03;
  recipe.penalty_from = 0.5;
  recipe.penalty_full = 0.7;
  CHECK(entropy_penalty(recipe, 0) == 0.0);
  CHECK(entropy_penalty(recipe, 500) == 0.0);
  CHECK(entropy_penalty(recipe, 600) == Catch::Approx(0.015));
  CHECK(entropy_penalty(recipe, 700) == 0.03);
  CHECK(entropy_penalty(recipe, 999) == 0.03);
}

TEST_CASE("schedules hold for a single step", "[recipe]") {
  Recipe recipe;
  recipe.steps = 1;
  CHECK(learning_rate(recipe, 0) > 0.0);
  CHECK(entropy_penalty(recipe, 0) >= 0.0);
  CHECK(batch_size(recipe, 0) == recipe.batch);
}

TEST_CASE("every task has a recipe", "[recipe]") {
  for (const Task& task : all_tasks()) {
    const Recipe recipe = default_recipe(task.name, task.defaults.max_length);
    CHECK(recipe.steps > 0);
    CHECK(to_json(recipe).starts_with("{\"embedding\":"));
  }
}

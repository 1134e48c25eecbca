#include "train/recipe.h"
#include "json.h"

#include "attnviz/error.h"
#include "catch.h"
#include "tasks/task.h"

using namespace attnviz;

namespace {

using Json = nlohmann::ordered_json;

// Every setting by its name in files, with the values of a Recipe that nothing has changed.
constexpr const char* unchanged = R"({
  "embedding": 32, "hidden": 32, "decoder_hidden": 32, "attention_units": 64, "readout_units": 0,
  "query": "current", "attention": "additive", "coverage": false,
  "embedding_std": 0.05, "score_scale": 1.0, "attention_gain": 1.0, "coverage_std": 0.7,
  "update_bias": 0.0, "decoder_update_bias": 0.0,
  "steps": 1300, "batch": 16, "late_batch": 16, "late_batch_from": 1.0,
  "batch_tokens": 0, "bucket": 1,
  "learning_rate": 0.008, "warm_up": 50, "final_rate": 0.02, "plateau": 0, "plateau_decay": 0.5,
  "beta1": 0.9, "beta2": 0.98, "epsilon": 1e-08, "clip": 1.0,
  "entropy_penalty": 0.03, "penalty_from": 0.5, "penalty_full": 0.7,
  "forgetting": 0.0, "forgetting_full": 0.4, "forgetting_until": 0.6,
  "dropout": 0.0, "beyond": 0.0, "average": 0.0,
  "evaluate_every": 100, "patience": 8, "converged_after": 3, "resting_entropy": 0.002
})";

// The recipe as files hold it: the values above but for `changes`.
std::string recipe_with(const char* changes) {
  Json json = Json::parse(unchanged);
  const std::size_t settings = json.size();
  json.update(Json::parse(changes));
  REQUIRE(json.size() == settings);
  return json.dump();
}

struct Value {
  int step;
  double value;
};

}  // namespace

TEST_CASE("recipes by value", "[recipe]") {
  const char* letters = R"({"score_scale": 3.0, "attention_gain": 1.5, "steps": 700,
      "learning_rate": 0.012, "clip": 0.3, "entropy_penalty": 0.08, "average": 0.98})";
  const char* long_letters = R"({"hidden": 48, "decoder_hidden": 48, "embedding_std": 0.3,
      "steps": 3000, "average": 0.98})";
  const char* sort = R"({"decoder_hidden": 48, "attention_units": 48, "coverage": true,
      "score_scale": 4.0, "attention_gain": 1.5, "decoder_update_bias": 1.0, "steps": 1100,
      "batch": 64, "late_batch": 64, "learning_rate": 0.012, "final_rate": 0.0, "clip": 0.3,
      "entropy_penalty": 0.02, "penalty_from": 0.2, "penalty_full": 0.6, "beyond": 0.4,
      "average": 0.995})";
  const char* dates = R"({"readout_units": 64, "embedding_std": 0.3, "score_scale": 0.3,
      "update_bias": 1.0, "decoder_update_bias": 1.0, "steps": 900, "batch": 32, "late_batch": 32,
      "learning_rate": 0.006, "entropy_penalty": 0.03, "forgetting": 0.15, "beyond": 0.3, "average": 0.98})";
  const char* pairs = R"({"embedding": 64, "hidden": 128, "decoder_hidden": 128,
      "readout_units": 128, "embedding_std": 0.1, "batch": 64, "late_batch": 64,
      "learning_rate": 0.002, "warm_up": 200, "entropy_penalty": 0.0, "forgetting": 0.3,
      "average": 0.99, "patience": 10})";
  CHECK(to_json(Recipe{}) == recipe_with("{}"));
  for (const char* task : {"reverse", "left-shift", "right-shift"}) {
    INFO(task);
    CHECK(to_json(default_recipe(task, 12)) == recipe_with(letters));
    CHECK(to_json(default_recipe(task, 16)) == recipe_with(letters));
    CHECK(to_json(default_recipe(task, 17)) == recipe_with(long_letters));
  }
  CHECK(to_json(default_recipe("sort", 10)) == recipe_with(sort));
  CHECK(to_json(default_recipe("dates", 29)) == recipe_with(dates));
  CHECK(to_json(pair_recipe()) == recipe_with(pairs));
}

TEST_CASE("targets by value", "[recipe]") {
  struct {
    const char* task;
    Target target;
  } cases[] = {{"reverse", {0.9997, 0.985, 0.9995}},
               {"left-shift", {0.9997, 0.985, 0.9995}},
               {"right-shift", {0.9997, 0.985, 0.9995}},
               {"sort", {0.9997, 0.93, 0.995}},
               {"dates", {0.999, 0.90, 0.97}}};
  for (const auto& c : cases) {
    INFO(c.task);
    CHECK(default_target(c.task).exact_match == c.target.exact_match);
    CHECK(default_target(c.task).gold_mass == c.target.gold_mass);
    CHECK(default_target(c.task).hit_rate == c.target.hit_rate);
  }
}

TEST_CASE("every task has a recipe and a target, and nothing else has", "[recipe]") {
  for (const Task& task : all_tasks()) {
    CHECK_NOTHROW(default_recipe(task.name, task.defaults.max_length));
    CHECK_NOTHROW(default_target(task.name));
  }
  for (const char* unknown : {"", "sorted", "Sort", "reverse "}) {
    CHECK_THROWS_AS(default_recipe(unknown, 10), UsageError);
    CHECK_THROWS_AS(default_target(unknown), UsageError);
  }
  CHECK_THROWS_WITH(default_recipe("so\nrt", 10), "no recipe for the task \"so\\nrt\"");
}

TEST_CASE("a recipe goes to JSON and back, setting by setting", "[recipe]") {
  // Another value for every setting, each its own.
  Json json = Json::parse(unchanged);
  int n = 0;
  for (auto& [name, value] : json.items()) {
    ++n;
    if (value.is_number_unsigned()) value = 100 + n;
    if (value.is_number_float()) value = 0.25 + n;
  }
  json["query"] = "previous";
  json["attention"] = "dot";
  CHECK(to_json(recipe_from_json(json.dump(), "r")) == json.dump());

  for (const auto& [name, value] : json.items()) {
    INFO(name);
    Json lacking = json;
    lacking.erase(name);
    CHECK_THROWS_WITH(recipe_from_json(lacking.dump(), "r"),
                      Catch::Matchers::StartsWith("r: " + name + ": expected "));
    Json wrong = json;
    wrong[name] = Json::array();
    CHECK_THROWS_AS(recipe_from_json(wrong.dump(), "r"), InputError);
  }
}

TEST_CASE("a later setting is in files only where it is not the default", "[recipe][hard]") {
  Recipe recipe;
  CHECK(!Json::parse(to_json(recipe)).contains("hard"));
  CHECK(Json::parse(all_settings(recipe)).at("hard") == false);
  recipe.model.hard = true;
  CHECK(Json::parse(to_json(recipe)).at("hard") == true);
  CHECK(recipe_from_json(to_json(recipe), "r").model.hard);
  CHECK(!recipe_from_json(to_json(Recipe{}), "r").model.hard);
  Json wrong = Json::parse(unchanged);
  wrong["hard"] = "yes";
  CHECK_THROWS_WITH(recipe_from_json(wrong.dump(), "r"),
                    "r: hard: expected true or false, got \"yes\"");
}

TEST_CASE("the cell is in a file's recipe where it is an LSTM's", "[recipe]") {
  Recipe recipe;
  recipe.model.cell = Cell::lstm;
  const Json json = Json::parse(to_json(recipe));
  CHECK(json.at("cell") == "lstm");
  CHECK(recipe_from_json(json.dump(), "r").model.cell == Cell::lstm);
  CHECK(recipe_from_json(to_json({}), "r").model.cell == Cell::gru);
  CHECK(Json::parse(all_settings({})).at("cell") == "gru");
  for (const Json& wrong : {Json("rnn"), Json(4), Json()}) {
    Json other = json;
    other["cell"] = wrong;
    CHECK_THROWS_WITH(recipe_from_json(other.dump(), "r"),
                      Catch::Matchers::StartsWith("r: cell: expected \"gru\" or \"lstm\", got "));
  }
}

TEST_CASE("epochs become steps, and an evaluation an epoch within limits", "[recipe]") {
  struct {
    int steps_per_epoch, epochs, steps, evaluate_every;
  } cases[] = {{50, 0, 4000, 100},
               {1000, 0, 10000, 1000},
               {5000, 0, 50000, 1000},
               {400, 3, 1200, 400},
               {10, 2, 20, 20},
               {7, 0, 4004, 100},
               {1'000'000, 5000, 1'000'000'000, 1000}};
  for (const auto& c : cases) {
    INFO(c.steps_per_epoch << ' ' << c.epochs);
    Recipe recipe = pair_recipe();
    set_epochs(recipe, c.steps_per_epoch, c.epochs);
    CHECK(recipe.steps == c.steps);
    CHECK(recipe.evaluate_every == c.evaluate_every);
  }
}

TEST_CASE("the learning rate rises, then falls linearly to its final part", "[recipe]") {
  Recipe recipe;
  recipe.steps = 1050;
  recipe.warm_up = 50;
  recipe.rate = 0.01;
  recipe.final_rate = 0.1;
  const Value values[] = {{0, 0.0002},      {1, 0.0004},    {24, 0.005},    {49, 0.01},
                          {50, 0.01},       {51, 0.009991}, {300, 0.00775}, {550, 0.0055},
                          {1049, 0.001009}, {1050, 0.001},  {1051, 0.001},  {9999, 0.001}};
  for (const auto& [step, value] : values) {
    INFO(step);
    CHECK(learning_rate(recipe, step) == Catch::Approx(value).epsilon(1e-12));
  }
  recipe.warm_up = 0;
  recipe.final_rate = 0.0;
  CHECK(learning_rate(recipe, 0) == 0.01);
  CHECK(learning_rate(recipe, 525) == Catch::Approx(0.005).epsilon(1e-12));
  CHECK(learning_rate(recipe, 1050) == 0.0);
  CHECK(learning_rate(recipe, 1051) == 0.0);
}

TEST_CASE("the entropy penalty is ramped in", "[recipe]") {
  Recipe recipe;
  recipe.steps = 1000;
  recipe.entropy_penalty = 0.04;
  recipe.penalty_from = 0.5;
  recipe.penalty_full = 0.7;
  const Value values[] = {{0, 0.0},    {499, 0.0},    {500, 0.0},  {501, 0.0002}, {550, 0.01},
                          {600, 0.02}, {699, 0.0398}, {700, 0.04}, {999, 0.04},   {5000, 0.04}};
  for (const auto& [step, value] : values) {
    INFO(step);
    CHECK(entropy_penalty(recipe, step) == Catch::Approx(value).margin(1e-12));
  }
  CHECK(entropy_penalty(recipe, 700) == recipe.entropy_penalty);  // exactly: convergence asks
  recipe.penalty_full = 0.5;                                      // a step instead of a ramp
  CHECK(entropy_penalty(recipe, 500) == 0.0);
  CHECK(entropy_penalty(recipe, 501) == 0.04);
}

TEST_CASE("forgetting is full at first, then falls to zero", "[recipe]") {
  Recipe recipe;
  recipe.steps = 1000;
  recipe.forgetting = 0.1;
  recipe.forgetting_full = 0.4;
  recipe.forgetting_until = 0.6;
  const Value values[] = {{0, 0.1},    {399, 0.1},    {400, 0.1}, {401, 0.0995}, {450, 0.075},
                          {500, 0.05}, {599, 0.0005}, {600, 0.0}, {999, 0.0},    {5000, 0.0}};
  for (const auto& [step, value] : values) {
    INFO(step);
    CHECK(forgetting(recipe, step) == Catch::Approx(value).margin(1e-12));
  }
  CHECK(forgetting(recipe, 600) == 0.0);
  recipe.forgetting = 0.0;
  for (const auto& [step, value] : values) CHECK(forgetting(recipe, step) == 0.0);
}

TEST_CASE("batches become late ones at their part of training", "[recipe]") {
  Recipe recipe;
  recipe.steps = 1000;
  recipe.batch = 32;
  recipe.late_batch = 128;
  recipe.late_batch_from = 0.5;
  const Value values[] = {{0, 32}, {1, 32}, {499, 32}, {500, 128}, {999, 128}, {5000, 128}};
  for (const auto& [step, value] : values) {
    INFO(step);
    CHECK(batch_size(recipe, step) == value);
  }
  recipe.late_batch_from = 1.0;
  CHECK(batch_size(recipe, 999) == 32);
  CHECK(batch_size(recipe, 1000) == 128);
  recipe.late_batch_from = 0.0;
  CHECK(batch_size(recipe, 0) == 128);
}

TEST_CASE("schedules hold for a single step", "[recipe]") {
  Recipe recipe;
  recipe.steps = 1;
  recipe.forgetting = 0.1;
  CHECK(learning_rate(recipe, 0) == Catch::Approx(recipe.rate / recipe.warm_up));
  CHECK(entropy_penalty(recipe, 0) == 0.0);
  CHECK(entropy_penalty(recipe, 1) == recipe.entropy_penalty);
  CHECK(forgetting(recipe, 0) == 0.1);
  CHECK(forgetting(recipe, 1) == 0.0);
  CHECK(batch_size(recipe, 0) == recipe.batch);
}

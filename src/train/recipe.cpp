#include "train/recipe.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <type_traits>
#include <utility>

#include "attnviz/error.h"
#include "formats/json.h"
#include "formats/strict_json.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

/// 0 up to the part `from` of training, 1 after the part `to`, linear between.
double ramp(const Recipe& recipe, int step, double from, double to) {
  const double progress = static_cast<double>(step) / std::max(1, recipe.steps);
  return std::clamp((progress - from) / std::max(to - from, 1e-9), 0.0, 1.0);
}

/// Settings added since the first models: left out of files where they are the default.
constexpr std::string_view later_settings[] = {"hard", "cell", "copy"};

bool is_later(std::string_view name) {
  return std::ranges::find(later_settings, name) != std::end(later_settings);
}

/// Calls field(name in files, member) for every setting.
template <typename F, typename AnyRecipe>
void visit_settings(F&& field, AnyRecipe& recipe) {
  field("embedding", recipe.model.embedding);
  field("hidden", recipe.model.hidden);
  field("decoder_hidden", recipe.model.decoder_hidden);
  field("attention_units", recipe.model.attention_units);
  field("readout_units", recipe.model.readout_units);
  field("cell", recipe.model.cell);
  field("query", recipe.model.query);
  field("attention", recipe.model.attention);
  field("coverage", recipe.model.coverage);
  field("hard", recipe.model.hard);
  field("copy", recipe.model.copy);
  field("embedding_std", recipe.initialisation.embedding_std);
  field("score_scale", recipe.initialisation.score_scale);
  field("attention_gain", recipe.initialisation.attention_gain);
  field("coverage_std", recipe.initialisation.coverage_std);
  field("update_bias", recipe.initialisation.update_bias);
  field("decoder_update_bias", recipe.initialisation.decoder_update_bias);
  field("steps", recipe.steps);
  field("batch", recipe.batch);
  field("late_batch", recipe.late_batch);
  field("late_batch_from", recipe.late_batch_from);
  field("batch_tokens", recipe.batch_tokens);
  field("bucket", recipe.bucket);
  field("learning_rate", recipe.rate);
  field("warm_up", recipe.warm_up);
  field("final_rate", recipe.final_rate);
  field("plateau", recipe.plateau);
  field("plateau_decay", recipe.plateau_decay);
  field("beta1", recipe.adam.beta1);
  field("beta2", recipe.adam.beta2);
  field("epsilon", recipe.adam.epsilon);
  field("clip", recipe.adam.clip);
  field("entropy_penalty", recipe.entropy_penalty);
  field("penalty_from", recipe.penalty_from);
  field("penalty_full", recipe.penalty_full);
  field("forgetting", recipe.forgetting);
  field("forgetting_full", recipe.forgetting_full);
  field("forgetting_until", recipe.forgetting_until);
  field("dropout", recipe.dropout);
  field("beyond", recipe.augment);
  field("average", recipe.average);
  field("evaluate_every", recipe.evaluate_every);
  field("patience", recipe.patience);
  field("converged_after", recipe.converged_after);
  field("resting_entropy", recipe.resting_entropy);
}

Json json_of(const Recipe& recipe) {
  Json json;
  visit_settings(
      [&](const char* name, const auto& value) {
        if constexpr (std::is_enum_v<std::remove_cvref_t<decltype(value)>>) {
          json[name] = to_string(value);
        } else {
          json[name] = value;
        }
      },
      recipe);
  return json;
}

// How a setting is read; false for a value it cannot have.
bool read_setting(const Json& json, int& value) {
  if (!json.is_number_unsigned() || json.get<std::uint64_t>() > 1'000'000'000) return false;
  value = json.get<int>();
  return true;
}
bool read_setting(const Json& json, double& value) {
  if (!json.is_number()) return false;
  value = json.get<double>();
  return std::isfinite(value);
}
bool read_setting(const Json& json, bool& value) {
  if (json.is_boolean()) value = json.get<bool>();
  return json.is_boolean();
}
bool read_setting(const Json& json, Cell& value) {
  const auto known = json.is_string() ? cell_from(json.get<std::string>()) : std::nullopt;
  if (known) value = *known;
  return known.has_value();
}
bool read_setting(const Json& json, Query& value) {
  const auto known = json.is_string() ? query_from(json.get<std::string>()) : std::nullopt;
  if (known) value = *known;
  return known.has_value();
}
bool read_setting(const Json& json, Attention& value) {
  const auto known = json.is_string() ? attention_from(json.get<std::string>()) : std::nullopt;
  if (known) value = *known;
  return known.has_value();
}

const char* expected_setting(int) {
  return "an integer in 0..1000000000";
}
const char* expected_setting(double) {
  return "a finite number";
}
const char* expected_setting(bool) {
  return "true or false";
}
const char* expected_setting(Cell) {
  return "\"gru\" or \"lstm\"";
}
const char* expected_setting(Query) {
  return "\"previous\" or \"current\"";
}
const char* expected_setting(Attention) {
  return "a form of attention";
}

Recipe letters_recipe(int max_length) {
  Recipe recipe;
  recipe.average = 0.98;
  if (max_length <= 16) {
    recipe.initialisation.score_scale = 3.0;
    recipe.initialisation.attention_gain = 1.5;
    recipe.steps = 700;
    recipe.rate = 0.012;
    recipe.adam.clip = 0.3;
    recipe.entropy_penalty = 0.08;
  } else {
    recipe.model.hidden = recipe.model.decoder_hidden = 48;
    recipe.initialisation.embedding_std = 0.3;
    recipe.steps = 3000;
  }
  return recipe;
}

Recipe sort_recipe(int) {
  Recipe recipe;
  recipe.model.decoder_hidden = 48;
  recipe.model.attention_units = 48;
  recipe.model.coverage = true;
  recipe.initialisation.score_scale = 4.0;
  recipe.initialisation.attention_gain = 1.5;
  recipe.initialisation.decoder_update_bias = 1.0;
  recipe.steps = 1100;
  recipe.batch = recipe.late_batch = 64;
  recipe.rate = 0.012;
  recipe.final_rate = 0.0;
  recipe.adam.clip = 0.3;
  recipe.entropy_penalty = 0.02;
  recipe.penalty_from = 0.2;
  recipe.penalty_full = 0.6;
  recipe.augment = 0.4;
  recipe.average = 0.995;
  return recipe;
}

Recipe dates_recipe(int) {
  Recipe recipe;
  recipe.model.readout_units = 64;
  recipe.initialisation = {
      .embedding_std = 0.3, .score_scale = 0.3, .update_bias = 1.0, .decoder_update_bias = 1.0};
  recipe.steps = 900;
  recipe.batch = recipe.late_batch = 32;
  recipe.rate = 6e-3;
  recipe.entropy_penalty = 0.03;
  recipe.forgetting = 0.15;
  recipe.augment = 0.3;
  recipe.average = 0.98;
  return recipe;
}

/// How a task is trained, and what it must reach.
struct TaskRecipe {
  std::string_view task;
  Recipe (*recipe)(int max_length);
  Target target;
};

constexpr Target letters_target{.exact_match = 0.9997, .gold_mass = 0.985, .hit_rate = 0.9995};

constexpr TaskRecipe task_recipes[] = {
    {"reverse", letters_recipe, letters_target},
    {"left-shift", letters_recipe, letters_target},
    {"right-shift", letters_recipe, letters_target},
    {"sort", sort_recipe, {.exact_match = 0.9997, .gold_mass = 0.93, .hit_rate = 0.995}},
    {"dates", dates_recipe, {.exact_match = 0.999, .gold_mass = 0.90, .hit_rate = 0.97}},
};

const TaskRecipe& recipe_of(std::string_view task) {
  const auto* const found = std::ranges::find(task_recipes, task, &TaskRecipe::task);
  if (found != std::end(task_recipes)) return *found;
  throw UsageError(fmt::format("no recipe for the task \"{}\"", printable(task)));
}

}  // namespace

Recipe default_recipe(std::string_view task, int max_length) {
  return recipe_of(task).recipe(max_length);
}

Target default_target(std::string_view task) {
  return recipe_of(task).target;
}

Recipe pair_recipe() {
  Recipe recipe;
  recipe.model.embedding = 64;
  recipe.model.hidden = recipe.model.decoder_hidden = 128;
  recipe.model.attention_units = 64;
  recipe.model.readout_units = 128;
  recipe.initialisation.embedding_std = 0.1;
  recipe.batch = recipe.late_batch = 64;
  recipe.rate = 2e-3;
  recipe.warm_up = 200;
  recipe.entropy_penalty = 0.0;
  recipe.forgetting = 0.3;
  recipe.average = 0.99;
  recipe.patience = 10;
  return recipe;
}

void set_epochs(Recipe& recipe, int steps_per_epoch, int epochs) {
  constexpr int min_steps = 4000;
  constexpr int min_epochs = 10;
  constexpr int max_between_evaluations = 1000;
  constexpr std::int64_t max_steps = 1'000'000'000;
  if (epochs == 0) {
    epochs = std::max(min_epochs, (min_steps + steps_per_epoch - 1) / steps_per_epoch);
  }
  recipe.steps = static_cast<int>(std::min(max_steps, std::int64_t{epochs} * steps_per_epoch));
  recipe.evaluate_every =
      std::clamp(steps_per_epoch, std::min(100, recipe.steps), max_between_evaluations);
}

std::string to_json(const Recipe& recipe) {
  Json json = json_of(recipe);
  const Json defaults = json_of({});
  for (const std::string_view name : later_settings) {
    if (json[name] == defaults[name]) json.erase(std::string(name));
  }
  return json.dump();
}

std::string all_settings(const Recipe& recipe) {
  return json_of(recipe).dump();
}

Recipe recipe_from_json(const std::string& text, const std::string& place) {
  const Json json = parse_strict_json<Json>(text, place);
  if (!json.is_object()) throw InputError(place + ": expected an object");
  Recipe recipe;
  visit_settings(
      [&](const char* name, auto& value) {
        const auto found = json.find(name);
        if (found == json.end() && is_later(name)) return;
        if (found == json.end() || !read_setting(*found, value)) {
          throw InputError(fmt::format("{}: {}: expected {}, got {}", place, name,
                                       expected_setting(value),
                                       found == json.end() ? "nothing" : printable(found->dump())));
        }
      },
      recipe);
  for (const auto& [name, value] : {std::pair{"steps", recipe.steps},
                                    {"batch", recipe.batch},
                                    {"late_batch", recipe.late_batch},
                                    {"bucket", recipe.bucket},
                                    {"evaluate_every", recipe.evaluate_every}}) {
    if (value == 0)
      throw InputError(fmt::format("{}: {}: expected at least 1, got 0", place, name));
  }
  return recipe;
}

double learning_rate(const Recipe& recipe, int step) {
  if (step < recipe.warm_up) return recipe.rate * (step + 1) / recipe.warm_up;
  const double left = static_cast<double>(std::max(0, recipe.steps - step)) /
                      std::max(1, recipe.steps - recipe.warm_up);  // 1 .. 0
  return recipe.rate * (recipe.final_rate + (1.0 - recipe.final_rate) * left);
}

double entropy_penalty(const Recipe& recipe, int step) {
  return recipe.entropy_penalty * ramp(recipe, step, recipe.penalty_from, recipe.penalty_full);
}

bool is_in_full(const Recipe& recipe, int step) {
  return entropy_penalty(recipe, step) == recipe.entropy_penalty;
}

double forgetting(const Recipe& recipe, int step) {
  return recipe.forgetting *
         (1.0 - ramp(recipe, step, recipe.forgetting_full, recipe.forgetting_until));
}

int batch_size(const Recipe& recipe, int step) {
  return step < recipe.late_batch_from * recipe.steps ? recipe.batch : recipe.late_batch;
}

}  // namespace attnviz

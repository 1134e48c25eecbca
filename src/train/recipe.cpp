#include "attnviz/train/recipe.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace attnviz {
namespace {

/// 0 up to the part `from` of training, 1 beyond the part `to`, linear between.
double ramp(const Recipe& recipe, int step, double from, double to) {
  const double progress = static_cast<double>(step) / std::max(1, recipe.steps);
  return std::clamp((progress - from) / std::max(to - from, 1e-9), 0.0, 1.0);
}

}  // namespace

Recipe default_recipe(std::string_view task, int max_length) {
  Recipe recipe;
  if (task == "sort") {
    recipe.model.decoder_hidden = 48;
    recipe.initialisation.score_scale = 8.0;
    recipe.steps = 2200;
    recipe.batch = 32;
    recipe.late_batch = 256;
    recipe.late_batch_from = 0.5;
    recipe.final_rate = 0.0;
    recipe.entropy_penalty = 0.003;
    recipe.forgetting = 0.02;
    recipe.average = 0.995;
  } else if (task == "dates") {
    recipe.model.readout_units = 32;
    recipe.initialisation = {.embedding_std = 0.3, .score_scale = 0.3, .update_bias = 1.0};
    recipe.steps = 900;
    recipe.batch = recipe.late_batch = 32;
    recipe.rate = 6e-3;
    recipe.entropy_penalty = 0.02;
    recipe.forgetting = 0.1;
    recipe.beyond = 0.3;
    recipe.average = 0.98;
  } else if (max_length > 16) {
    recipe.model.hidden = recipe.model.decoder_hidden = 48;
    recipe.initialisation.embedding_std = 0.3;
    recipe.steps = 3000;
    recipe.average = 0.98;
  }
  return recipe;
}

Target default_target(std::string_view task) {
  if (task == "sort") return {.exact_match = 0.9997, .gold_mass = 0.75, .hit_rate = 0.98};
  if (task == "dates") return {.exact_match = 0.999, .gold_mass = 0.90, .hit_rate = 0.97};
  return {.exact_match = 0.9997, .gold_mass = 0.985, .hit_rate = 0.9995};
}

std::string to_json(const Recipe& recipe) {
  const ModelConfig& model = recipe.model;
  return nlohmann::ordered_json{{"embedding", model.embedding},
                                {"hidden", model.hidden},
                                {"decoder_hidden", model.decoder_hidden},
                                {"attention_units", model.attention_units},
                                {"readout_units", model.readout_units},
                                {"query", to_string(model.query)},
                                {"attention", to_string(model.attention)},
                                {"embedding_std", recipe.initialisation.embedding_std},
                                {"score_scale", recipe.initialisation.score_scale},
                                {"update_bias", recipe.initialisation.update_bias},
                                {"steps", recipe.steps},
                                {"batch", recipe.batch},
                                {"late_batch", recipe.late_batch},
                                {"late_batch_from", recipe.late_batch_from},
                                {"learning_rate", recipe.rate},
                                {"warm_up", recipe.warm_up},
                                {"final_rate", recipe.final_rate},
                                {"beta1", recipe.adam.beta1},
                                {"beta2", recipe.adam.beta2},
                                {"epsilon", recipe.adam.epsilon},
                                {"clip", recipe.adam.clip},
                                {"entropy_penalty", recipe.entropy_penalty},
                                {"penalty_from", recipe.penalty_from},
                                {"penalty_full", recipe.penalty_full},
                                {"forgetting", recipe.forgetting},
                                {"forgetting_full", recipe.forgetting_full},
                                {"forgetting_until", recipe.forgetting_until},
                                {"beyond", recipe.beyond},
                                {"average", recipe.average},
                                {"evaluate_every", recipe.evaluate_every},
                                {"patience", recipe.patience},
                                {"converged_after", recipe.converged_after},
                                {"resting_entropy", recipe.resting_entropy}}
      .dump();
}

double learning_rate(const Recipe& recipe, int step) {
  if (step < recipe.warm_up) return recipe.rate * (step + 1) / recipe.warm_up;
  const double left = static_cast<double>(recipe.steps - step) /
                      std::max(1, recipe.steps - recipe.warm_up);  // 1 .. 0
  return recipe.rate * (recipe.final_rate + (1.0 - recipe.final_rate) * left);
}

double entropy_penalty(const Recipe& recipe, int step) {
  return recipe.entropy_penalty * ramp(recipe, step, recipe.penalty_from, recipe.penalty_full);
}

double forgetting(const Recipe& recipe, int step) {
  return recipe.forgetting *
         (1.0 - ramp(recipe, step, recipe.forgetting_full, recipe.forgetting_until));
}

int batch_size(const Recipe& recipe, int step) {
  return step < recipe.late_batch_from * recipe.steps ? recipe.batch : recipe.late_batch;
}

}  // namespace attnviz

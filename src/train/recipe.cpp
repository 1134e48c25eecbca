#include "attnviz/train/recipe.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace attnviz {

Recipe default_recipe(std::string_view task, int max_length) {
  static_cast<void>(max_length);
  Recipe recipe;
  if (task == "sort") {
    recipe.steps = 2200;
    recipe.late_batch = 128;
    recipe.late_batch_from = 0.68;
    recipe.entropy_penalty = 0.01;
  } else if (task == "dates") {
    recipe.model.hidden = 64;
    recipe.model.decoder_hidden = 64;
    recipe.batch = 32;
    recipe.late_batch = 32;
    recipe.rate = 6e-3;
    recipe.steps = 800;
    recipe.entropy_penalty = 0.02;
    recipe.initialisation = {.embedding_std = 0.3, .score_scale = 0.3, .update_bias = 1.0};
  }
  return recipe;
}

std::string to_json(const Recipe& recipe) {
  const ModelConfig& model = recipe.model;
  return nlohmann::ordered_json{{"embedding", model.embedding},
                                {"hidden", model.hidden},
                                {"decoder_hidden", model.decoder_hidden},
                                {"attention_units", model.attention_units},
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
  const double progress = static_cast<double>(step) / std::max(1, recipe.steps);
  const double width = std::max(recipe.penalty_full - recipe.penalty_from, 1e-9);
  return recipe.entropy_penalty * std::clamp((progress - recipe.penalty_from) / width, 0.0, 1.0);
}

int batch_size(const Recipe& recipe, int step) {
  return step < recipe.late_batch_from * recipe.steps ? recipe.batch : recipe.late_batch;
}

}  // namespace attnviz

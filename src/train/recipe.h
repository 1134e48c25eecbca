// How a model is trained: every setting that affects the result, apart from the data.
#pragma once

#include <string>
#include <string_view>

#include "model/config.h"
#include "model/weights.h"
#include "train/adam.h"

namespace attnviz {

struct Recipe {
  // the model (vocabulary sizes are left open)
  ModelConfig model;
  Initialisation initialisation;

  // the updates
  int steps = 1300;              // at most; training stops earlier when it has converged
  int batch = 16;                // examples an update
  int late_batch = 16;           // the same from late_batch_from on
  double late_batch_from = 1.0;  // as a part of `steps`
  int batch_tokens = 0;  // at most this many source and target tokens an update; 0: no limit
  int bucket = 1;  // batches whose pairs are drawn together and divided by length; 1: at random
  AdamOptions adam;
  double rate = 8e-3;          // highest learning rate
  int warm_up = 50;            // steps in which the rate rises from zero
  double final_rate = 0.02;    // times `rate`, reached linearly at the end
  int plateau = 0;             // evaluations without a new best before the rate is multiplied
  double plateau_decay = 0.5;  // by this, again and again; 0 evaluations for never

  // sharper attention without supervision: penalty times the mean entropy of the rows,
  // ramped in between two points of training
  double entropy_penalty = 0.03;
  double penalty_from = 0.5;
  double penalty_full = 0.7;

  // annotations that depend on the input at j (see StateDropout): probability, full at first, then
  // falling to zero between two points of training
  double forgetting = 0.0;
  double forgetting_full = 0.4;
  double forgetting_until = 0.6;

  double dropout = 0.0;  // of embeddings and of the readout's hidden layer

  double augment = 0.0;  // share of training examples by Task::draw_augmented ("beyond" in files)

  // the model is the moving average of the weights: a <- a + (1 - average) (w - a); 0 for the
  // weights
  double average = 0.0;

  int evaluate_every = 100;  // steps
  int patience = 8;          // evaluations without a new best before training stops, counted once
                             // the entropy penalty is fully in
  int converged_after = 3;   // evaluations in a row with every answer right, attention at rest,
  double resting_entropy = 0.002;  // meaning that the mean row entropy changed by less than this
};

/// What a model trained by the default recipe must reach, for every seed.
struct Target {
  double exact_match;
  double gold_mass;
  double hit_rate;
};
/// Throws UsageError for an unknown task.
Target default_target(std::string_view task);

/// As one line of JSON, as files hold it: settings added since the first files only where they are
/// not the default.
std::string to_json(const Recipe& recipe);
/// The same with every setting.
std::string settings_to_json(const Recipe& recipe);

/// The recipe in that JSON. `place` names it in messages. Throws InputError naming a
/// setting that is missing or cannot be, such as no examples a step.
Recipe recipe_from_json(const std::string& text, const std::string& place);

/// The default recipe of a task, for inputs of up to
/// `max_length` symbols. Every value is justified in docs/alignment.md. Throws UsageError for an
/// unknown task.
Recipe default_recipe(std::string_view task, int max_length);

/// The recipe for sentence pairs, for epochs of that many steps (counted with batches of this
/// recipe's size) and as many epochs as give enough steps; `epochs` above 0 fixes their number.
Recipe pair_recipe();
void set_epochs(Recipe& recipe, int steps_per_epoch, int epochs);

/// Values of step 0, 1, ... steps - 1, and of later ones, which a resumed run may take: these have
/// the values of the end.
double learning_rate(const Recipe& recipe, int step);
double entropy_penalty(const Recipe& recipe, int step);
/// Whether the entropy penalty is fully in: then training may end before its last step.
bool is_in_full(const Recipe& recipe, int step);
int batch_size(const Recipe& recipe, int step);
double forgetting(const Recipe& recipe, int step);

}  // namespace attnviz

// An unfinished run as a file: last.safetensors.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/random.h"
#include "model/model.h"
#include "train/recipe.h"
#include "train/trainer.h"
#include "train/watch.h"

namespace attnviz {

/// What a run knows besides its weights.
struct TrainingPosition {
  std::uint64_t seed = 1;
  int limit = 0;             // the last step: the recipe's, or more
  Random::State training{};  // of the random numbers that draw examples
  double loss_sum = 0.0;     // since the last evaluation
  int loss_count = 0;        // steps in it
  int best_step = 0;         // 0 before there is a best
  double best_objective = std::numeric_limits<double>::infinity();
  double last_entropy = std::numeric_limits<double>::infinity();
  int stalled = 0;                 // evaluations since the best
  int counted = 0;                 // those of them that patience counts
  int patience = 0;                // how many of these end the run: the recipe's, or as asked since
  int good_evaluations = 0;        // in a row
  double rate_scale = 1.0;         // of the learning rate, for the plateaus so far
  std::string init_from;           // the model whose weights it started from, if any
  std::uint64_t metrics_size = 0;  // bytes of metrics.jsonl
  WatchSettings watch;
  int next_frame = 0;           // the first step whose maps may be yet to be written
  std::uint64_t maps_size = 0;  // bytes of maps.jsonl
};

/// A run that can be resumed.
struct SavedRun {
  Recipe recipe;
  TrainingPosition position;
  Model best;  // its weights are empty before there is a best; config, vocabularies and
               // metadata are not
  TrainerState trainer;
};

/// The bytes of the file.
std::string write_saved_run(const Model& best, const TrainingPosition& position,
                            const Trainer& trainer);

/// A run from the bytes of a file. Throws as read_safetensors and read_model do, and InputError for
/// a file without the state of a run, or with a state that cannot be.
SavedRun read_saved_run(std::string_view bytes, const std::string& name);

}  // namespace attnviz

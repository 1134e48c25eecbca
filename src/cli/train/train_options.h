// The options of `attnviz train`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/task_options.h"
#include "cli/train/pair_options.h"
#include "train/run.h"

namespace attnviz {

/// --task all
inline constexpr const char* all_name = "all";

struct TrainOptions {
  TaskFlags task;
  PairFlags pairs;
  RunOptions run;
  std::string resume;      // the folder of a run to resume
  std::string init_from;   // a model to start from
  bool continued = false;  // resume the run in the folder if there is one
  std::optional<std::uint64_t> seed;
  std::optional<double> max_gibibytes;  // a run may take
  std::vector<std::string> watched;     // texts; "" for the sample
  std::optional<int> watch_frames;
  bool json = false;
  bool show = false;
  bool quiet = false;
  std::vector<std::string> words;  // without an option: refused, with what may have been meant

  // settings of the recipe; unset means the task's own
  std::string cell;
  std::string query;
  std::string attention;
  std::string score;
  std::string coverage;  // "on" or "off"
  bool copy = false;
  std::optional<int> embedding;
  std::optional<int> hidden;
  std::optional<int> decoder_hidden;
  std::optional<int> attention_units;
  std::optional<int> batch;
  std::optional<int> steps;
  std::optional<double> rate;
  std::optional<double> entropy_penalty;
  std::optional<double> forgetting;
  std::optional<double> dropout;
  std::optional<int> batch_tokens;
  std::optional<int> bucket;
  std::optional<int> patience;
  std::optional<int> plateau;
  std::optional<int> evaluate_every;
  std::optional<int> epochs;  // of pairs
  std::string recipe;         // the task whose recipe pairs are trained by; "" for their own
};

/// Adds all of them. `options` must outlive the program.
void add_train_options(const Command& command, TrainOptions& options);

/// What the command line asks to be watched. Throws LimitError for too many texts.
WatchSettings watch_settings(const TrainOptions& options);

/// `recipe` with the settings of the command line over it.
Recipe with_settings(Recipe recipe, const TrainOptions& options);

}  // namespace attnviz

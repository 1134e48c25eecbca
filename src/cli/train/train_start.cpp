#include "cli/train/train_start.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "attnviz/error.h"
#include "base/line_reader.h"
#include "base/utf8.h"
#include "cli/inputs.h"
#include "cli/open_model.h"
#include "cli/output.h"
#include "cli/pair_notes.h"
#include "cli/train/train_report.h"
#include "formats/json.h"
#include "infer/model_task.h"
#include "infer/model_text.h"
#include "train/data.h"
#include "train/pair_data.h"
#include "train/pair_places.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

/// Throws UsageError naming the first setting of the command line that is not what `fixed` has;
/// `why` it is fixed.
void refuse_changes(const std::string& fixed, const std::string& asked, const std::string& why) {
  const Json settings = Json::parse(fixed);
  const Json given = Json::parse(asked);
  for (const auto& [name, value] : given.items()) {
    const Json& fixed_value = settings.at(name);
    if (fixed_value == value) continue;
    if (name == "hard") {
      throw UsageError(fmt::format("--attention: expected {}, {}, got {}",
                                   value == true ? "no hard" : "hard", why,
                                   value == true ? "hard" : "another"));
    }
    std::string option = name == "learning_rate" ? "lr" : name == "late_batch" ? "batch" : name;
    std::replace(option.begin(), option.end(), '_', '-');
    throw UsageError("--" + option + ": expected " + printable(fixed_value.dump()) + ", " + why +
                     ", got " + printable(value.dump()));
  }
}

/// The options by which a new run of pairs is planned.
void refuse_schedule(const TrainOptions& options, const std::string& why) {
  if (options.epochs) throw UsageError("--epochs: " + why);
  if (!options.recipe.empty()) throw UsageError("--recipe: " + why);
}

void refuse_task_options(const TaskFlags& task, const std::string& why) {
  if (!task.name.empty() || task.min_length || task.shift || task.alphabet) throw UsageError(why);
}

/// The vocabularies of `model` for a task, which may need no more than they hold.
std::unique_ptr<TrainingData> data_for(const Model& model, const Task& task,
                                       const TaskOptions& settings, const std::string& name) {
  if (model.config.copy) {
    throw InputError(printable(name, no_limit) +
                     ": has a copy gate, which is for pairs; expected a model without");
  }
  for (const auto& [vocabulary, symbols] :
       {std::pair{&model.source, task.source_symbols(settings)},
        std::pair{&model.target, task.target_symbols(settings)}}) {
    if (const auto missing = vocabulary->missing(symbols); !missing.empty()) {
      throw InputError(printable(name, no_limit) + ": does not know the symbol \"" +
                       printable(missing.front()) + "\", which the task " + std::string(task.name) +
                       " needs");
    }
  }
  return std::make_unique<TaskData>(task, settings, model.source, model.target);
}

/// The model of --init-from. Throws UsageError where the command line asks for another size.
ModelConfig config_of(const Model& model, const TrainOptions& options) {
  Recipe fixed;
  fixed.model = model.config;
  // The numbers of symbols follow from the vocabularies.
  fixed.model.source_vocabulary = fixed.model.target_vocabulary = 0;
  Recipe asked = fixed;
  asked.model = with_settings(fixed, options).model;
  refuse_changes(all_settings(fixed), all_settings(asked), "as in " + printable(options.init_from));
  return fixed.model;
}

InitialWeights initial_weights_of(Model model, const TrainOptions& options) {
  return {printable(options.init_from, no_limit), std::move(model.weights)};
}

/// Notes how much of each part is read as <unk>.
void tell_unknown_shares(bool quiet, const PairData& data) {
  std::vector<std::string> sides;
  for (const auto& [side, share] :
       {std::pair{"source", &UnknownShares::source}, std::pair{"target", &UnknownShares::target}}) {
    std::vector<std::string> parts;
    for (const auto& [part, name] :
         {std::pair{Part::train, "training"}, std::pair{Part::validation, "validation"},
          std::pair{Part::test, "test"}}) {
      const double unknown = data.unknown(part).*share;
      if (unknown > 0.0) parts.push_back(percent(unknown) + " in " + name);
    }
    if (!parts.empty()) sides.push_back(std::string(side) + " symbols, " + join(parts, ", "));
  }
  if (!sides.empty()) tell_note(quiet, "read as <unk>: " + join(sides, "; "));
}

void tell_counts(const TrainOptions& options, const PairData& data) {
  const PairCounts counts = data.counts();
  tell(
      options.quiet,
      fmt::format("read pairs: {} to train on, {} to validate, {} to test; {} source and {} target "
                  "symbols",
                  counts.train, counts.validation, counts.test, data.source().symbols().size(),
                  data.target().symbols().size()));
  if (counts.too_long > 0) {
    tell_note(options.quiet, fmt::format("skipped {} {} with a side of more than {} symbols "
                                         "(--max-length)",
                                         counts.too_long, counts.too_long == 1 ? "pair" : "pairs",
                                         data.settings().max_length));
  }
  tell_pair_notes(options.quiet, counts.notes,
                  counts.train + counts.validation + counts.test + counts.too_long);
  tell_unknown_shares(options.quiet, data);
}

/// The recipe with its epochs counted out, or that of a task. --steps overrides them.
Recipe recipe_for(const TrainOptions& options, PairData& data) {
  const bool of_task = !options.recipe.empty();
  Recipe recipe = with_settings(
      of_task ? default_recipe(options.recipe, data.longest_source()) : pair_recipe(), options);
  if (of_task) recipe.augment = 0.0;  // which only the task itself can draw
  if (!of_task || options.epochs) {
    set_epochs(recipe, data.steps_per_epoch(recipe), options.epochs.value_or(0));
  }
  return with_settings(recipe, options);
}

/// Pairs for an existing model: with its vocabularies and tokens.
std::unique_ptr<PairData> pairs_for(const Model& model, const TrainOptions& options,
                                    std::uint64_t seed) {
  const PairFlags& flags = options.pairs;
  const ModelText text = text_of(model);
  PairSettings of_model;
  of_model.source = text.source;
  of_model.target = text.target;
  const PairSettings settings = flags.apply(of_model, options.task.max_length);
  if (flags.gives_tokens() && (settings.source != text.source || settings.target != text.target)) {
    throw UsageError("--tokens: expected how " + printable(options.init_from) +
                     " reads, or nothing");
  }
  if (flags.min_count || flags.max_vocabulary) {
    throw UsageError(std::string(flags.min_count ? "--min-count" : "--max-vocabulary") +
                     ": has no use with --init-from: the symbols are those of the model");
  }
  return std::make_unique<PairData>(settings, seed, model.source, model.target, model.config.copy);
}

/// The pairs of a run that is resumed. Options given again must be the same; files may be
/// elsewhere.
std::unique_ptr<PairData> pairs_of(const SavedRun& saved, const std::string& file,
                                   const TrainOptions& options, const std::string& why) {
  const PairSettings recorded = recorded_pairs(saved.best, file);
  const PairSettings asked = options.pairs.apply(recorded, options.task.max_length);
  refuse_changes(reading_options(recorded), reading_options(asked), why);
  auto data =
      std::make_unique<PairData>(reopen_pairs(saved.best, file, saved.position.seed, asked));
  Inputs inputs;
  inputs.add_pairs(data->settings());
  inputs.refuse_output("standard output", "-");
  tell_counts(options, *data);
  return data;
}

/// --steps of a resumed run, 0 where it asks for nothing new, as by the same command once more. The
/// schedule stays that of the recorded steps: a run that may become longer later on could not know
/// its learning rate now.
int limit_of(const TrainOptions& options, const SavedRun& saved, const std::string& data) {
  const int limit = saved.position.limit;
  const int steps = options.steps.value_or(0);
  if (!options.steps || (options.continued && steps <= limit)) return 0;
  if (steps < limit) {
    throw UsageError(
        fmt::format("--steps: cannot be below {} in a run that is resumed, got {}", limit, steps));
  }
  if (steps > saved.recipe.steps && saved.recipe.final_rate == 0.0) {
    throw UsageError(fmt::format(
        "--steps: cannot exceed {}, where this run's learning rate ends at 0; --init-from "
        "starts a new run from its model: {}",
        saved.recipe.steps, new_run_command(options.resume, data)));
  }
  return steps;
}

/// The task of a run that is resumed. Settings given again must be the same.
std::unique_ptr<TrainingData> reopen_task(const TrainOptions& options, const SavedRun& saved,
                                          const std::string& file, const std::string& why) {
  const auto of_file = task_of(saved.best);
  if (!of_file) throw InputError(file + ": metadata: task is missing");
  const Task& task = *of_file->task;
  if (!options.task.name.empty() && options.task.name != task.name) {
    throw UsageError("--task: expected " + std::string(task.name) + ", " + why + ", got " +
                     options.task.name);
  }
  TaskOptions asked = of_file->options;
  options.task.apply(task, asked);
  refuse_changes(task_to_json(task, of_file->options), task_to_json(task, asked), why);
  return std::make_unique<TaskData>(task, of_file->options, saved.best.source, saved.best.target);
}

/// Seed and initial weights given again must be those that the run started from.
void refuse_other_start(const TrainOptions& options, const TrainingPosition& position,
                        const std::string& why) {
  const std::uint64_t seed = options.seed.value_or(position.seed);
  if (seed != position.seed) {
    throw UsageError(fmt::format("--seed: expected {}, {}, got {}", position.seed, why, seed));
  }
  const std::string initial = printable(options.init_from, no_limit);
  if (!initial.empty() && initial != position.init_from) {
    throw UsageError(fmt::format("--init-from: expected {}, {}, got {}",
                                 position.init_from.empty() ? "none" : position.init_from, why,
                                 initial));
  }
}

/// What is watched must be what was recorded.
void refuse_other_watch(const TrainOptions& options, const WatchSettings& recorded,
                        const TrainingData& data, const std::string& why) {
  if (options.watched.empty()) return;
  WatchSettings asked = watch_settings(options);
  if (!options.watch_frames) asked.frames = recorded.frames;
  asked = Watch(asked, data).settings();
  const auto texts = [](const WatchSettings& watch) {
    std::vector<std::string> quoted;
    for (const std::string& text : watch.texts) quoted.push_back('"' + printable(text) + '"');
    return quoted.empty() ? "none" : join(quoted, ", ");
  };
  if (asked.texts != recorded.texts) {
    throw UsageError(
        fmt::format("--watch: expected {}, {}, got {}", texts(recorded), why, texts(asked)));
  }
  if (asked.frames != recorded.frames) {
    throw UsageError(
        fmt::format("--watch-frames: expected {}, {}, got {}", recorded.frames, why, asked.frames));
  }
}

/// What is wrong with the options and files of pairs at first sight, which no other folder would
/// mend.
void check_pairs(const TrainOptions& options) {
  const PairSettings settings = options.pairs.resolve(options.task.max_length);
  for (const PairFiles* files : {&settings.train, &settings.validation, &settings.test}) {
    for (const std::string* file : {&files->pairs, &files->source, &files->target}) {
      if (file->empty()) continue;
      require_regular(*file);
      const LineReader opened(*file);
    }
  }
}

/// The folder of --task all is no run, but holds some.
void refuse_several(const std::string& folder) {
  std::error_code unknown;
  if (!std::filesystem::exists(folder + "/manifest.json", unknown) ||
      RunFolder(folder).holds_run()) {
    return;
  }
  throw UsageError(
      fmt::format("--resume: {} holds the runs of --task all; resume them with: attnviz "
                  "train --task all --out {}",
                  printable(folder, no_limit), shell_word(folder)));
}

}  // namespace

std::string data_options(const Start& start) {
  const auto* task = dynamic_cast<const TaskData*>(start.data.get());
  return task == nullptr ? "--data FILE" : "--task " + std::string(task->task().name);
}

void refuse_pair_options(const TrainOptions& options, const std::string& why) {
  const std::string option = options.pairs.first_given();
  if (!option.empty()) throw UsageError(option + ": " + why);
  if (options.copy) throw UsageError("--copy: " + why);
  refuse_schedule(options, why);
}

Start start_new(const TrainOptions& options, const Task& task) {
  const TaskOptions settings = options.task.resolve(task);
  Recipe recipe = with_settings(default_recipe(task.name, settings.max_length), options);
  if (options.init_from.empty()) {
    return {std::make_unique<TaskData>(task, settings), recipe, {}, {}};
  }
  Model model = open_model(options.init_from);
  recipe.model = config_of(model, options);
  return {data_for(model, task, settings, options.init_from),
          recipe,
          initial_weights_of(std::move(model), options),
          {}};
}

Start start_with_pairs(const TrainOptions& options) {
  const TaskFlags& task = options.task;
  refuse_task_options(task, "--data: takes no --task and no settings of one");
  const std::uint64_t seed = options.seed.value_or(options.run.seed);
  std::optional<Model> model;
  if (!options.init_from.empty()) model = open_model(options.init_from);
  auto data = model ? pairs_for(*model, options, seed)
                    : std::make_unique<PairData>(options.pairs.resolve(task.max_length), seed,
                                                 options.copy);
  tell_counts(options, *data);
  Start start;
  start.has_pairs = true;
  start.recipe = recipe_for(options, *data);
  start.data = std::move(data);
  if (model) {
    start.recipe.model = config_of(*model, options);
    start.initial = initial_weights_of(*std::move(model), options);
  }
  return start;
}

Start resume_run(const TrainOptions& options) {
  const std::string why = "as in the run that is resumed";
  refuse_several(options.resume);
  OpenRun run = open_run(options.resume);
  const SavedRun& saved = run.saved;
  refuse_other_start(options, saved.position, why);
  const bool has_pairs = saved.best.metadata.contains("data");
  if (has_pairs) {
    refuse_task_options(options.task, "--task: the run that is resumed is one of pairs");
    if (!options.continued) {
      refuse_schedule(options, "has no use with --resume: a run keeps its schedule");
    }
  } else {
    refuse_pair_options(options, "is for pairs: the run that is resumed is one of a task");
  }
  Recipe asked = with_settings(saved.recipe, options);
  std::unique_ptr<TrainingData> data;
  if (has_pairs) {
    auto pairs = pairs_of(saved, run.folder.last(), options, why);
    if (options.epochs || !options.recipe.empty()) asked = recipe_for(options, *pairs);
    data = std::move(pairs);
  } else {
    data = reopen_task(options, saved, run.folder.last(), why);
  }
  refuse_other_watch(options, saved.position.watch, *data, why);
  if (!options.epochs) asked.steps = saved.recipe.steps;  // these may grow
  asked.patience = saved.recipe.patience;                 // and this may change
  refuse_changes(all_settings(saved.recipe), all_settings(asked), why);
  Start start{std::move(data), saved.recipe, {}, {}, has_pairs};
  start.limit = limit_of(options, saved, data_options(start));
  start.resumed.emplace(std::move(run));
  return start;
}

Start start_in(const std::string& folder, const TrainOptions& options, const Task* task) {
  if (options.continued && RunFolder(folder).holds_run()) {
    TrainOptions again = options;
    again.resume = folder;
    return resume_run(again);
  }
  if (task == nullptr) check_pairs(options);
  RunFolder(folder).check_free(options.run.force);
  return task == nullptr ? start_with_pairs(options) : start_new(options, *task);
}

}  // namespace attnviz

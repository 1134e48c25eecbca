#include "cli/train/train_options.h"

#include <fmt/core.h>

#include "attnviz/error.h"

namespace attnviz {
namespace {

constexpr int largest = 4096;

void add_model_settings(const Command& command, TrainOptions& options) {
  command.choice("--cell", options.cell, {"gru", "lstm"},
                 "the recurrent layers of encoder and decoder (default gru)");
  command.choice("--query", options.query, {"previous", "current"},
                 "which decoder state asks: s_(i-1), as in the paper, or s_i (default current)");
  command.choice("--score", options.score, {"additive", "dot", "scaled-dot", "bilinear"},
                 "how a query and a key are compared (default additive)");
  command.choice("--attention", options.attention, {"hard", "uniform", "none"},
                 "hard: each output reads one input, and which one is summed out exactly; or a "
                 "baseline: the mean of all annotations, or no look at the input at all (default: "
                 "an average by the score)");
  command.choice("--coverage", options.coverage, {"on", "off"},
                 "whether the additive score is told where attention was before (default: the "
                 "task's)");
  command
      .flag("--copy", options.copy,
            "answers may copy symbols of the source, also unknown ones (pointer-generator)")
      .group(pair_group);
  command.integer("--embedding", options.embedding, 1, largest,
                  "embedding size (default: the task's)");
  command.integer("--hidden", options.hidden, 1, largest,
                  "encoder state of each direction, and decoder state (default: the task's)");
  command.integer("--decoder-hidden", options.decoder_hidden, 1, largest,
                  "decoder state alone (default: that of --hidden)");
  command.integer("--attention-units", options.attention_units, 1, largest,
                  "size of the attention's hidden layer (default: the task's)");
}

void add_recipe_settings(const Command& command, TrainOptions& options) {
  command.integer("--batch", options.batch, 1, largest, "examples a step (default: the task's)");
  command.integer("--steps", options.steps, 1, 1'000'000'000, "most steps (default: the task's)");
  command.number("--lr", options.rate, 1e-9, 1e6, "highest learning rate (default: the task's)");
  command.number(
      "--dropout", options.dropout, 0, 0.9,
      "share left out (default: the task's) of embeddings and of the readout's units, in "
      "training");
  command
      .integer("--epochs", options.epochs, 1, 1'000'000,
               "times each pair of --data is seen (default 10, more for few pairs)")
      .group(pair_group)
      .excludes("--steps");
  command
      .integer("--batch-tokens", options.batch_tokens, 0, 1'000'000,
               "most tokens a step (default 0: no limit), source and target, of --data")
      .group(pair_group);
  command
      .integer("--bucket", options.bucket, 1, 1'000'000,
               "deal the pairs of this many batches (default 1) by length")
      .group(pair_group);
  command.integer("--patience", options.patience, 1, 1'000'000,
                  "evaluations without a new best before training stops (default: the task's), "
                  "counted once the entropy penalty is fully in");
  command.integer("--evaluate-every", options.evaluate_every, 1, 1'000'000'000,
                  "steps between evaluations (default: the task's)");
  command.integer(
      "--plateau", options.plateau, 0, 1'000'000,
      "halve the rate after this (default 0: never) many evaluations without a new best");
  command.number("--entropy-penalty", options.entropy_penalty, 0, 10,
                 "sharpens attention late in training; 0 is pure cross-entropy (default: the "
                 "task's)");
  command.number("--forgetting", options.forgetting, 0, 1,
                 "share of encoder steps that forget what came before, early in training: keeps "
                 "attention at its place (default: the task's)");
  command
      .choice("--recipe", options.recipe, task_names(),
              "train pairs by the recipe of a task (default: one for pairs)")
      .group(pair_group);
}

void add_run_options(const Command& command, TrainOptions& options) {
  command.path("--out", options.run.folder, "the run's folder (default: runs/TASK, runs/pairs)");
  command.flag("--force", options.run.force,
               "replace a run that is in that folder, which is kept until the new one has a model");
  command.path("--init-from", options.init_from,
               "start from the weights of a model (a run's folder or a model file)");
  command
      .path("--resume", options.resume,
            "resume the run in this folder, as if it had never stopped; its settings are kept, "
            "but --steps may grow and --patience change, which resumes a run that had ended")
      .excludes("--out", "--force", "--init-from");
  command
      .flag("--continue", options.continued,
            "resume the run in the folder if it holds one, else start it; nothing is done for one "
            "that is finished. --task all always does so without --force")
      .excludes("--force", "--resume");
  command.number("--save-every", options.run.save_every, 0, 1e6,
                 "seconds at most between saves (default 30); 0 saves after every step");
  command.number("--max-memory", options.max_gibibytes, 0.01, 1e6,
                 "GiB that a run may take, by estimate, before it is refused (default 4)");
  command.integer("--seed", options.seed, 0, UINT64_MAX,
                  "where the random numbers start (default 1)");
  command.flags_or_texts("--watch", options.watched,
                         "keep maps of this input (default: the sample) from the first step to the "
                         "last in maps.jsonl, for render --film; may be repeated. Of pairs: a "
                         "source of theirs, or source TAB target");
  command
      .integer("--watch-frames", options.watch_frames, 2, max_watch_frames,
               "at so many steps (default 24)")
      .needs("--watch");
  command.integer("--threads", options.run.threads, 1, Update::max_shards,
                  "threads; the result does not depend on it (default 1). More than four need "
                  "batches of more than 128 examples");
}

}  // namespace

void add_train_options(const Command& command, TrainOptions& options) {
  add_task_options(command, options.task, {all_name});
  command.option("--task").add_help(" (required without --data and --resume)");
  command.option("--max-length").add_help("; pairs with a longer side are left out (default 100)");
  add_run_options(command, options);
  add_pair_options(command, options.pairs);
  add_model_settings(command, options);
  add_recipe_settings(command, options);
  command.flag("--json", options.json, "print the final report as JSON");
  command.flag("--show", options.show, "draw the sample input's attention on the terminal");
  command.flag("--quiet", options.quiet, "no progress");
  command.stray_words(options.words);
}

WatchSettings watch_settings(const TrainOptions& options) {
  if (options.watched.size() > max_watched_texts) {
    throw LimitError(fmt::format("--watch: expected at most {} texts, got {}", max_watched_texts,
                                 options.watched.size()));
  }
  WatchSettings watch;
  watch.texts = options.watched;
  watch.frames = options.watch_frames.value_or(watch.frames);
  return watch;
}

Recipe with_settings(Recipe recipe, const TrainOptions& options) {
  ModelConfig& model = recipe.model;
  if (const auto cell = cell_from(options.cell)) model.cell = *cell;
  if (const auto query = query_from(options.query)) model.query = *query;
  if (const auto score = attention_from(options.score)) model.attention = *score;
  if (const auto form = attention_from(options.attention)) {
    if (!options.score.empty()) {
      throw UsageError("--score excludes --attention " + options.attention);
    }
    model.attention = *form;
  }
  if (options.attention == "hard") model.hard = true;
  if (model.hard && model.query == Query::previous) {
    throw UsageError("--query: expected current with --attention hard, got previous");
  }
  const bool additive = model.attention == Attention::additive;
  if (options.coverage == "on" && !additive) {
    throw UsageError("--coverage: only the additive score has it, got " +
                     std::string(to_string(model.attention)));
  }
  model.coverage =
      additive && (options.coverage.empty() ? model.coverage : options.coverage == "on");
  model.copy = model.copy || options.copy;
  if (model.copy && model.attention == Attention::none) {
    throw UsageError("--copy: copies what is attended to, got --attention none");
  }
  if (model.copy && model.hard) {
    throw UsageError("--copy: is for attention that averages, got --attention hard");
  }
  const auto set = [](auto& setting, const auto& given) {
    if (given) setting = *given;
  };
  set(model.embedding, options.embedding);
  set(model.hidden, options.hidden);
  set(model.decoder_hidden, options.hidden);
  set(model.decoder_hidden, options.decoder_hidden);
  set(model.attention_units, options.attention_units);
  set(recipe.batch, options.batch);
  set(recipe.late_batch, options.batch);
  set(recipe.batch_tokens, options.batch_tokens);
  set(recipe.bucket, options.bucket);
  set(recipe.steps, options.steps);
  set(recipe.rate, options.rate);
  set(recipe.entropy_penalty, options.entropy_penalty);
  set(recipe.forgetting, options.forgetting);
  set(recipe.dropout, options.dropout);
  set(recipe.patience, options.patience);
  set(recipe.plateau, options.plateau);
  set(recipe.evaluate_every, options.evaluate_every);
  return recipe;
}

}  // namespace attnviz

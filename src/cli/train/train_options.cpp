#include "cli/train/train_options.h"

#include <CLI/CLI.hpp>

namespace attnviz {
namespace {

void add_recipe_options(CLI::App& command, TrainOptions& options) {
  constexpr int largest = 4096;
  add_choice_option(command, "--query", options.query, {"previous", "current"},
                    "which decoder state asks: s_(i-1), as in the paper, or s_i (default current)");
  CLI::Option* score = add_choice_option(command, "--score", options.score,
                                         {"additive", "dot", "scaled-dot", "bilinear"},
                                         "how a query and a key are compared (default additive)");
  add_choice_option(
      command, "--attention", options.attention, {"uniform", "none"},
      "a baseline: the mean of all annotations, or no look at the input at all (default: a score)")
      ->excludes(score);
  add_integer_option(command, "--embedding", options.embedding, 1, largest,
                     std::string("embedding size") + task_default);
  add_integer_option(
      command, "--hidden", options.hidden, 1, largest,
      std::string("encoder state of each direction, and decoder state") + task_default);
  add_integer_option(command, "--decoder-hidden", options.decoder_hidden, 1, largest,
                     "decoder state alone (default: that of --hidden)");
  add_integer_option(command, "--attention-units", options.attention_units, 1, largest,
                     std::string("size of the attention's hidden layer") + task_default);
  add_integer_option(command, "--batch", options.batch, 1, largest,
                     std::string("examples a step") + task_default);
  add_integer_option(command, "--steps", options.steps, 1, 1'000'000'000,
                     std::string("most steps") + task_default);
  add_number_option(
      command, "--lr", [&options](double value) { options.rate = value; }, 1e-9, 1e6,
      std::string("highest learning rate") + task_default);
  add_number_option(
      command, "--dropout", [&options](double value) { options.dropout = value; }, 0, 0.9,
      "share left out (default: the task's) of embeddings and of the readout's units, in training");
  add_integer_option(command, "--epochs", options.epochs, 1, 1'000'000,
                     "times each pair of --data is seen (default 10, more for few pairs)")
      ->excludes("--steps");
  add_integer_option(command, "--batch-tokens", options.batch_tokens, 0, 1'000'000,
                     "most tokens a step (default 0: no limit), source and target, of --data");
  add_integer_option(command, "--bucket", options.bucket, 1, 1'000'000,
                     "deal the pairs of this many batches (default 1) by length");
  add_integer_option(
      command, "--patience", options.patience, 1, 1'000'000,
      std::string("evaluations without a new best before training stops") + task_default);
  add_integer_option(
      command, "--plateau", options.plateau, 0, 1'000'000,
      "halve the rate after this (default 0: never) many evaluations without a new best");
  add_number_option(
      command, "--entropy-penalty", [&options](double value) { options.entropy_penalty = value; },
      0, 10,
      std::string("sharpens attention late in training; 0 is pure cross-entropy") + task_default);
  add_number_option(
      command, "--forgetting", [&options](double value) { options.forgetting = value; }, 0, 1,
      std::string("share of encoder steps that forget what came before, early in training: keeps "
                  "attention at its place") +
          task_default);
}

}  // namespace

void add_train_options(CLI::App& command, TrainOptions& options) {
  add_task_options(command, options.task, {all_name});
  CLI::Option* task = command.get_option("--task");
  task->description(task->get_description() + " (required without --data and --resume)");
  CLI::Option* longest = command.get_option("--max-length");
  longest->description(longest->get_description() +
                       "; pairs with a longer side are left out (default 100)");
  CLI::Option* out = add_path_option(command, "--out", options.run.folder,
                                     "the run's folder (default: runs/TASK, runs/pairs)");
  CLI::Option* force =
      command.add_flag("--force", options.run.force, "replace a run that is in that folder");
  CLI::Option* init_from =
      add_path_option(command, "--init-from", options.init_from,
                      "start from the weights of a model (a run's folder or a model file)");
  add_path_option(command, "--resume", options.resume,
                  "go on with the run in this folder, as if it had never stopped; its settings are "
                  "kept, only --steps may grow")
      ->excludes(out)
      ->excludes(force)
      ->excludes(init_from);
  add_number_option(command, "--save-every", options.run.save_every, 0, 1e6,
                    "seconds at most between saves (default 30); 0 saves after every step");
  add_number_option(
      command, "--max-memory",
      [&options](double gibibytes) { options.run.max_memory = gibibytes * 1024 * 1024 * 1024; },
      0.01, 1e6, "GiB that a run may take, by estimate, before it is refused (default 4)");
  add_integer_option(command, "--seed", options.seed, 0, UINT64_MAX,
                     "where the random numbers start (default 1)");
  add_integer_option(command, "--threads", options.run.threads, 1, 4,
                     "threads; the result does not depend on it (default 1)");
  add_pair_options(command, options.pairs);
  add_recipe_options(command, options);
  std::vector<std::string> recipes;
  for (const Task& one : all_tasks()) recipes.emplace_back(one.name);
  add_choice_option(command, "--recipe", options.recipe, recipes,
                    "train pairs by the recipe of a task (default: one for pairs)");
  for (const char* name :
       {"--data", "--source", "--target", "--dev", "--test", "--tokens", "--source-tokens",
        "--target-tokens", "--lower", "--nfc", "--min-count", "--max-vocabulary", "--epochs",
        "--batch-tokens", "--bucket", "--recipe"}) {
    command.get_option(name)->group("Your own pairs");
  }
  command.add_flag("--json", options.json, "print the final report as JSON");
  command.add_flag("--show", options.show, "draw the sample input's attention on the terminal");
  command.add_flag("--quiet", options.quiet, "no progress");
  end_with_task_defaults(command);
}

Recipe with_settings(Recipe recipe, const TrainOptions& options) {
  ModelConfig& model = recipe.model;
  if (const auto query = query_from(options.query)) model.query = *query;
  if (const auto score = attention_from(options.score)) model.attention = *score;
  if (const auto form = attention_from(options.attention)) model.attention = *form;
  const auto set = [](auto& setting, const auto& said) {
    if (said) setting = *said;
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
  return recipe;
}

}  // namespace attnviz

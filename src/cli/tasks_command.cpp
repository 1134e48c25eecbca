#include "cli/tasks_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/grapheme.h"
#include "base/random.h"
#include "base/utf8.h"
#include "text/pair_reader.h"
#include "train/recipe.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t most_samples = 1'000'000;

Part find_part(const std::string& name) {
  return name == "train" ? Part::train : name == "validation" ? Part::validation : Part::test;
}

// The sample input of the task; where other options leave it without an answer, a drawn example.
Example show_example(const Task& task, const TaskOptions& settings, std::uint64_t seed) {
  auto example = task.solve(settings, split_characters(task.sample_input));
  if (example) return *std::move(example);
  Random random(seed);
  return task.draw(settings, random);
}

Json example_json(const Example& example) {
  return {{"input", join(example.source)},
          {"output", join(example.target)},
          {"source", example.source},
          {"target", example.target},
          {"gold", example.gold}};
}

Json task_json(const Task& task, const TaskOptions& settings, const Example& example) {
  Json applicable = Json::object();
  if (task.takes_lengths) applicable["min_length"] = settings.min_length;
  if (task.takes_lengths) applicable["max_length"] = settings.max_length;
  if (task.takes_shift) applicable["shift"] = settings.shift;
  if (task.takes_alphabet) applicable["alphabet"] = settings.alphabet;
  return {{"name", task.name},
          {"summary", task.summary},
          {"options", applicable},
          {"recipe", Json::parse(to_json(default_recipe(task.name, settings.max_length)))},
          {"example", example_json(example)}};
}

using Row = std::array<std::string, 3>;

std::string lay_out(const std::vector<Row>& rows) {
  const auto width = [](const std::string& cell) { return split_characters(cell).size(); };
  std::array<std::size_t, 2> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string text;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      text += row[i] + std::string(widths[i] - width(row[i]) + 2, ' ');
    }
    text += row.back() + '\n';
  }
  return text;
}

void list_tasks(const TasksOptions& options) {
  Json list = Json::array();
  std::vector<Row> rows;
  for (const Task& task : all_tasks()) {
    if (!options.flags.name.empty() && options.flags.name != task.name) continue;
    const TaskOptions settings = options.flags.resolve(task);
    const Example example = show_example(task, settings, options.seed);
    list.push_back(task_json(task, settings, example));
    rows.push_back({std::string(task.name), join(example.source) + " -> " + join(example.target),
                    std::string(task.summary)});
  }
  write_file("-", options.json ? list.dump() + '\n' : lay_out(rows));
}

void sample_task(const TasksOptions& options) {
  constexpr std::size_t chunk = 1 << 16;
  const Task& task = find_task(options.flags.name);
  const TaskOptions settings = options.flags.resolve(task);
  const Part part = find_part(options.part);
  const double augment = default_recipe(task.name, settings.max_length).augment;
  Random random(options.seed);
  std::string text;
  for (int left = *options.sample; left > 0; --left) {
    const Example example = options.as_trained
                                ? draw_training_example(task, settings, augment, random)
                                : draw_example(task, settings, part, random);
    text += options.json ? example_json(example).dump()
                         : join(example.source) + '\t' + join(example.target);
    if (options.gold) text += '\t' + gold_text(example.gold);
    text += '\n';
    if (text.size() >= chunk || left == 1) {
      write_file("-", text);
      text.clear();
    }
  }
}

}  // namespace

void setup_tasks(CLI::App& program) {
  const auto options = std::make_shared<TasksOptions>();
  CLI::App& command = *program.add_subcommand("tasks", "list the tasks, or print data of one");
  lead_with_examples(command, {"attnviz tasks", "attnviz tasks --task dates --sample 20 --seed 1",
                               "attnviz tasks --task sort --sample 1000 --part test --json"});

  add_task_options(command, options->flags);
  CLI::Option* sample =
      add_integer_option(command, "--sample", options->sample, 1, most_samples,
                         "print this many examples, input<TAB>output, one a line");
  CLI::Option* seed = add_integer_option(command, "--seed", options->seed, 0, UINT64_MAX,
                                         "where the random numbers start (default 1)");
  CLI::Option* part =
      add_choice_option(command, "--part", options->part, {"train", "validation", "test"},
                        "the part of the data to print (default train)");
  CLI::Option* as_trained = command.add_flag(
      "--as-trained", options->as_trained,
      "examples as training draws them: other centuries and crowds of a digit among them");
  CLI::Option* gold =
      command.add_flag("--gold", options->gold,
                       "add TAB and the gold alignment, as `attnviz train --data` reads it");
  CLI::Option* json =
      command.add_flag("--json", options->json,
                       "the list as JSON, with settings and recipes; examples as JSON, one a line");
  CLI::Option* names = command.add_flag("--names", options->names, "names only, one a line");

  for (const char* setting :
       {"--min-length", "--max-length", "--shift", "--alphabet", "--sample"}) {
    command.get_option(setting)->needs("--task");
  }
  seed->needs(sample);
  part->needs(sample);
  as_trained->needs(sample)->excludes(part);
  gold->needs(sample)->excludes(json);
  names->excludes(json, sample, command.get_option("--task"));
  end_with_task_defaults(command);
  command.callback([options] { run_tasks(*options); });
}

void run_tasks(const TasksOptions& options) {
  if (options.sample) return sample_task(options);
  if (!options.names) return list_tasks(options);
  std::string text;
  for (const Task& task : all_tasks()) text += std::string(task.name) + '\n';
  write_file("-", text);
}

}  // namespace attnviz

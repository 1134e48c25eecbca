// `attnviz tasks`: the tasks that can be trained on, and data for them.
#include <algorithm>
#include <memory>
#include <optional>

#include "base/grapheme.h"
#include "base/random.h"
#include "base/utf8.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/task_options.h"
#include "formats/json.h"
#include "text/gold_column.h"
#include "train/recipe.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t max_samples = 1'000'000;

struct TasksOptions {
  TaskFlags flags;
  std::optional<int> sample;  // examples to draw; without it the tasks are listed
  std::uint64_t seed = 1;
  std::string part = "train";
  bool as_trained = false;  // with the share of harder examples that training mixes in
  bool gold = false;        // add the gold alignment
  bool json = false;
  bool names = false;
};

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

void list_tasks(const TasksOptions& options) {
  Json list = Json::array();
  std::vector<Cells> rows;
  for (const Task& task : all_tasks()) {
    if (!options.flags.name.empty() && options.flags.name != task.name) continue;
    const TaskOptions settings = options.flags.resolve(task);
    const Example example = show_example(task, settings, options.seed);
    list.push_back(task_json(task, settings, example));
    rows.push_back({std::string(task.name), join(example.source) + " -> " + join(example.target),
                    std::string(task.summary)});
  }
  print(options.json ? list.dump() + '\n' : format_table(rows, TableStyle::words));
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
      print(text);
      text.clear();
    }
  }
}

void run_tasks(const TasksOptions& options) {
  if (options.sample) return sample_task(options);
  if (!options.names) return list_tasks(options);
  std::string text;
  for (const std::string& name : task_names()) text += name + '\n';
  print(text);
}

}  // namespace

void add_tasks(Program& program) {
  const auto options = std::make_shared<TasksOptions>();
  const Command command =
      program.add("tasks", "list the tasks, or print data of one",
                  {"attnviz tasks", "attnviz tasks --task dates --sample 20 --seed 1",
                   "attnviz tasks --task sort --sample 1000 --part test --json"});
  add_task_options(command, options->flags);
  command
      .integer("--sample", options->sample, 1, max_samples,
               "print this many examples, input<TAB>output, one a line")
      .needs("--task");
  command
      .integer("--seed", options->seed, 0, UINT64_MAX, "where the random numbers start (default 1)")
      .needs("--sample");
  command
      .choice("--part", options->part, {"train", "validation", "test"},
              "the part of the data to print (default train)")
      .needs("--sample");
  command
      .flag("--as-trained", options->as_trained,
            "examples as training draws them, with other centuries and repeated digits among them")
      .needs("--sample")
      .excludes("--part");
  command
      .flag("--gold", options->gold,
            "add TAB and the gold alignment, as `attnviz train --data` reads it")
      .needs("--sample");
  command
      .flag("--json", options->json,
            "the list as JSON, with settings and recipes; examples as JSON, one a line")
      .excludes("--gold");
  command.flag("--names", options->names, "names only, one a line")
      .excludes("--json", "--sample", "--task");
  for (const char* setting : {"--min-length", "--max-length", "--shift", "--alphabet"}) {
    command.option(setting).needs("--task");
  }
  command.run([options] { run_tasks(*options); });
}

}  // namespace attnviz

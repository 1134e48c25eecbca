#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <utility>

#include "attnviz/error.h"
#include "base/number.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "tasks/alphabet.h"

namespace attnviz {
namespace {

std::string got(const std::string& text) {
  return ", got \"" + printable(text) + '"';
}

// `parse` turns the text into an optional value; nothing is refused with what was expected. CLI11
// would read numbers itself, but takes 010 for eight and nan for a number in any range.
template <typename Value, typename Parse>
CLI::Option* add_parsed_option(CLI::App& app, const std::string& name, Parse parse,
                               std::function<void(Value)> store, const std::string& expected,
                               const std::string& help) {
  const auto take = [=](const std::string& text) {
    const std::optional<Value> value = parse(text);
    if (!value) throw UsageError(name + ": expected " + expected + got(text));
    store(*value);
  };
  return app.add_option_function<std::string>(name, take, help);
}

class ExamplesFirst : public CLI::Formatter {
 public:
  explicit ExamplesFirst(std::string examples) : examples_(std::move(examples)) {}

  std::string make_description(const CLI::App* app) const override {
    return CLI::Formatter::make_description(app) + examples_ + '\n';
  }

  // Which options need or exclude which is left to the messages: it would crowd the list.
  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string value = option->get_type_size() == 0 ? "" : ' ' + option->get_type_name();
    return value + (option->get_required() ? " (required)" : "");
  }

 private:
  std::string examples_;
};

// Tasks for which `takes` holds, for the message about an option that another task does not take.
std::string tasks_that_take(bool Task::*takes) {
  std::vector<std::string> names;
  for (const Task& task : all_tasks()) {
    if (task.*takes) names.emplace_back(task.name);
  }
  return join(names, ", ");
}

}  // namespace

CLI::Option* add_integer_option(CLI::App& app, const std::string& name,
                                std::function<void(std::uint64_t)> store, std::uint64_t low,
                                std::uint64_t high, const std::string& help) {
  const std::string range = std::to_string(low) + ".." + std::to_string(high);
  const auto parse = [low, high](const std::string& text) {
    const auto value = parse_integer<std::uint64_t>(text);
    return value && *value >= low && *value <= high ? value : std::nullopt;
  };
  return add_parsed_option<std::uint64_t>(app, name, parse, std::move(store),
                                          "an integer in " + range, help + ", " + range)
      ->type_name("N");
}

CLI::Option* add_number_option(CLI::App& app, const std::string& name,
                               std::function<void(double)> store, double low, double high,
                               const std::string& help) {
  const std::string range = format_shortest(low) + ".." + format_shortest(high);
  const auto parse = [low, high](const std::string& text) {
    const auto value = parse_number(text);
    return value && *value >= low && *value <= high ? value : std::nullopt;
  };
  return add_parsed_option<double>(app, name, parse, std::move(store), "a number in " + range,
                                   help + ", " + range)
      ->type_name("X");
}

CLI::Option* add_choice_option(CLI::App& app, const std::string& name, std::string& target,
                               const std::vector<std::string>& choices, const std::string& help) {
  const auto take = [&target, name, choices](const std::string& text) {
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
      throw UsageError(name + ": expected one of " + join(choices, ", ") + got(text) +
                       did_you_mean(text, choices));
    }
    target = text;
  };
  return app.add_option_function<std::string>(name, take, help + ": " + join(choices, ", "))
      ->type_name("NAME");
}

CLI::Option* add_path_option(CLI::App& app, const std::string& name, std::string& target,
                             const std::string& help) {
  const auto take = [&target, name](const std::string& text) {
    if (text.empty()) {
      throw UsageError(name.substr(name.find('-')) + ": expected a path, got nothing");
    }
    target = text;
  };
  return app.add_option_function<std::string>(name, take, help)->type_name("PATH");
}

CLI::Option* add_model_option(CLI::App& app, const std::string& name, std::string& target) {
  return add_path_option(app, name, target,
                         "a run's folder or a model file (default: the newest run)");
}

CLI::Option* add_list_option(CLI::App& app, const std::string& name,
                             std::vector<std::string>& target, const std::string& type,
                             const std::string& help) {
  const auto take = [&target, name, type](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      if (text.empty() && type != "TEXT") throw UsageError(name + ": expected a path, got nothing");
    }
    target = texts;
  };
  return app.add_option_function<std::vector<std::string>>(name, take, help)->type_name(type);
}

void TaskFlags::apply(const Task& task, TaskOptions& options) const {
  const auto require = [&task](bool given, const std::string& option, bool Task::*takes) {
    if (!given || task.*takes) return;
    throw UsageError(option + ": the task " + std::string(task.name) +
                     " has no such setting; these have: " + tasks_that_take(takes));
  };
  require(min_length.has_value(), "--min-length", &Task::takes_lengths);
  require(max_length.has_value(), "--max-length", &Task::takes_lengths);
  require(shift.has_value(), "--shift", &Task::takes_shift);
  require(alphabet.has_value(), "--alphabet", &Task::takes_alphabet);

  options.min_length = min_length.value_or(options.min_length);
  options.max_length = max_length.value_or(options.max_length);
  options.shift = shift.value_or(options.shift);
  options.alphabet = alphabet.value_or(options.alphabet);
  check_task_options(task, options);
}

TaskOptions TaskFlags::resolve(const Task& task) const {
  TaskOptions options = task.defaults;
  apply(task, options);
  return options;
}

void add_task_options(CLI::App& app, TaskFlags& flags, const std::vector<std::string>& also) {
  std::vector<std::string> names;
  for (const Task& task : all_tasks()) names.emplace_back(task.name);
  names.insert(names.end(), also.begin(), also.end());
  add_choice_option(app, "--task", flags.name, names, "the task");
  add_integer_option(app, "--min-length", flags.min_length, 1, max_task_size,
                     std::string("fewest symbols of an input") + task_default);
  add_integer_option(app, "--max-length", flags.max_length, 1, max_task_size,
                     std::string("most symbols of an input") + task_default);
  add_integer_option(app, "--shift", flags.shift, 0, max_task_size,
                     std::string("positions to rotate by, for the shifts") + task_default);
  app.add_option_function<std::string>(
         "--alphabet", [&flags](const std::string& text) { flags.alphabet = text; },
         std::string("symbols to draw from; for sort, in their order") + task_default)
      ->type_name("TEXT");
}

void end_with_task_defaults(CLI::App& app) {
  app.footer("The defaults of a task: attnviz tasks --json --task NAME");
}

void lead_with_examples(CLI::App& app, const std::vector<std::string>& examples) {
  std::string text = "\nExamples:\n";
  for (const std::string& example : examples) text += "  " + example + '\n';
  const auto formatter = std::make_shared<ExamplesFirst>(text);
  formatter->label("OPTIONS", "options");
  formatter->label("SUBCOMMAND", "command");
  formatter->label("SUBCOMMANDS", "commands");
  app.formatter(formatter);
}

}  // namespace attnviz

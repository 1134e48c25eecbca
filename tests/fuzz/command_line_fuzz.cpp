// Any arguments, one a line, for the kinds of options that commands are made of.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

#include "cli/options.h"
#include "fuzz/bytes.h"

namespace {

struct Values {
  int whole = 0;
  std::uint64_t seed = 0;
  std::optional<double> number;
  std::string choice;
  std::string path;
  std::vector<std::string> texts;
  attnviz::TaskFlags task;
};

void add_options(CLI::App& app, Values& values) {
  using namespace attnviz;
  add_integer_option(app, "--whole", values.whole, 1, 4096, "");
  add_integer_option(app, "--seed", values.seed, 0, UINT64_MAX, "");
  add_number_option(app, "--number", values.number, 1e-9, 1e6, "");
  add_choice_option(app, "--choice", values.choice, {"current", "previous"}, "");
  add_path_option(app, "--path", values.path, "");
  add_list_option(app, "--text", values.texts, "TEXT", "");
  add_task_options(app, values.task, {"all"});
  app.add_flag("--flag");
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    // What an argument of a program cannot hold.
    lines.emplace_back(line.substr(0, line.find('\0')));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace attnviz;
  Values values;
  CLI::App app("", "attnviz");
  app.option_defaults()->disable_flag_override();
  add_options(app, values);
  std::vector<std::string> arguments = lines_of(text_of(bytes, count));
  std::reverse(arguments.begin(), arguments.end());  // the library takes them from the end
  may_refuse([&] {
    try {
      app.parse(arguments);
    } catch (const CLI::ParseError&) {
      return;
    }
    require(values.whole >= 0 && values.whole <= 4096);
    require(!values.number || (*values.number >= 1e-9 && *values.number <= 1e6));
    if (values.task.name.empty() || values.task.name == "all") return;
    const Task& task = find_task(values.task.name);
    const TaskOptions options = values.task.resolve(task);
    require(options.min_length >= 1 && options.min_length <= options.max_length);
    require(options.max_length <= 1000 && options.shift >= 0 && options.shift <= 1000);
    (void)task.source_symbols(options);
  });
  return 0;
}

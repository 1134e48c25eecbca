// Any arguments, one per line, for the kinds of options that commands are made of.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/task_options.h"
#include "fuzz/bytes.h"

namespace {

struct Values {
  int whole = 0;
  std::uint64_t seed = 0;
  std::optional<double> number;
  std::string choice;
  std::string path;
  std::vector<std::string> texts;
  std::vector<std::string> paths;
  std::string title;
  std::string annotate;
  bool flag = false;
  attnviz::TaskFlags task;
};

void add_options(const attnviz::Command& command, Values& values) {
  command.integer("--whole", values.whole, 1, 4096, "");
  command.integer("--seed", values.seed, 0, UINT64_MAX, "");
  command.number("--number", values.number, 1e-9, 1e6, "");
  command.choice("--choice", values.choice, {"current", "previous"}, "");
  command.path("--path", values.path, "");
  command.texts("--text", values.texts, "");
  command.paths("--paths", values.paths, "").excludes("--path");
  command.utf8_text("--title", values.title, "");
  command.flag("--flag", values.flag, "").needs("--seed");
  command.flag_or_value("--annotate", values.annotate, "");
  attnviz::add_task_options(command, values.task, {"all"});
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
  Program program("attnviz", "", [] { return std::string("version"); }, {});
  add_options(program.add("command", "", {}), values);
  // What comes first is the command, so that most inputs get as far as its options.
  std::vector<std::string> arguments = lines_of(text_of(bytes, count));
  arguments.insert(arguments.begin(), "command");
  may_refuse([&] {
    if (!program.run(std::move(arguments)).command) return;
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

#include "cli/options.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>

#include "attnviz/error.h"
#include "base/number.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "cli/other_words.h"

namespace attnviz {
namespace {

std::string got(const std::string& text) {
  return ", got \"" + printable(text) + '"';
}

// `parse` turns the text into an optional value; nothing is refused with what was expected. CLI11
// would read numbers itself, but takes 010 for eight and nan for a number in any range.
template <typename Value, typename Parse>
CLI::Option* add_parsed(CLI::App& app, const std::string& name, Parse parse,
                        std::function<void(Value)> store, const std::string& expected,
                        const std::string& help) {
  const auto take = [=](const std::string& text) {
    const std::optional<Value> value = parse(text);
    if (!value) throw UsageError(name + ": expected " + expected + got(text));
    store(*value);
  };
  return app.add_option_function<std::string>(name, take, help);
}

void refuse_empty(const std::string& name, const std::string& text, const std::string& expected) {
  if (text.empty()) throw UsageError(name + ": expected " + expected + ", got nothing");
}

class ExamplesFirst : public CLI::Formatter {
 public:
  explicit ExamplesFirst(const std::vector<std::string>& examples) {
    for (const std::string& example : examples) examples_ += "  " + example + '\n';
    label("OPTIONS", "options");
    label("SUBCOMMAND", "command");
    label("SUBCOMMANDS", "commands");
  }

  std::string make_description(const CLI::App* app) const override {
    return CLI::Formatter::make_description(app) + "\nExamples:\n" + examples_ + '\n';
  }

  // A group without a name is not shown.
  std::string make_option_usage(const CLI::Option* option) const override {
    return option->get_group().empty() ? "" : CLI::Formatter::make_option_usage(option);
  }

  // Which options need or exclude which is left to the messages, to keep the list short.
  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string value = option->get_type_size() == 0 ? "" : ' ' + option->get_type_name();
    return value + (option->get_required() ? " (required)" : "");
  }

 private:
  std::string examples_;
};

const CLI::App& chosen_command(const CLI::App& program) {
  const auto chosen = program.get_subcommands();
  return chosen.empty() ? program : *chosen.front();
}

std::string see_help(const CLI::App& program) {
  const CLI::App& command = chosen_command(program);
  return "; see attnviz " + (&command == &program ? "" : command.get_name() + ' ') + "--help";
}

/// What CLI11 calls an argument mismatch, in our words.
std::string wrong_count(const CLI::App& program, const std::string& message) {
  for (const CLI::Option* option : chosen_command(program).get_options()) {
    const std::string name = option->get_name();
    if (option->count() > 1 && option->get_items_expected_max() == 1) {
      return fmt::format("{}: expected once, got it {} times", name, option->count());
    }
    if (message.starts_with(name + ':')) {
      return fmt::format("{}: expected a value ({}), got none", name, option->get_type_name());
    }
    const bool is_flag = option->get_items_expected_max() == 0;
    if (is_flag && message.starts_with(name.substr(name.find_first_not_of('-')) + ' ')) {
      return name + ": takes no value";
    }
  }
  return printable(message);
}

/// What CLI11 calls "not expected", with what it means here or the nearest thing there is.
std::string unexpected(const CLI::App& program, const std::string& word) {
  std::vector<std::string> known;
  const CLI::App& command = chosen_command(program);
  if (&command == &program) {
    for (const CLI::App* each : program.get_subcommands({})) known.push_back(each->get_name());
  }
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  const std::string name = word.substr(0, word.find('='));
  const std::string what = word.starts_with("-")  ? "unknown option"
                           : &command == &program ? "unknown command"
                                                  : "unexpected argument";
  const std::string ours = our_word(name, known);
  const std::string hint =
      ours.empty() ? did_you_mean(name, known) : "; did you mean \"" + ours + "\"?";
  return what + " \"" + printable(name) + '"' + hint + see_help(program);
}

/// Arguments as CLI11 reads them: it would take what follows `--name=` for its value, and
/// `--flag=true` for the flag alone.
std::vector<std::string> plain_arguments(const CLI::App& program,
                                         const std::vector<std::string>& arguments) {
  const CLI::App* command = &program;
  std::vector<std::string> plain;
  bool options_end = false;
  for (const std::string& argument : arguments) {
    plain.push_back(argument);
    options_end = options_end || argument == "--";
    if (command == &program) {
      const auto commands = program.get_subcommands({});
      const auto found = std::ranges::find(commands, argument, &CLI::App::get_name);
      if (found != commands.end()) command = *found;
    }
    const std::size_t equals = argument.find('=');
    if (options_end || !argument.starts_with("--") || equals == std::string::npos) continue;
    const std::string name = argument.substr(0, equals);
    const CLI::Option* option = command->get_option_no_throw(name);
    if (option == nullptr) continue;
    const bool is_flag = option->get_items_expected_max() == 0;
    const bool is_help = option == command->get_help_ptr() || option == command->get_version_ptr();
    if (is_flag && (is_help || option->get_disable_flag_override())) {
      throw UsageError(name + ": takes no value");
    }
    // What CLI11 has for a flag without a value.
    if (is_flag && argument.substr(equals + 1) == "true")
      throw UsageError(name + ": expected no value or another" + got("true"));
    if (equals + 1 < argument.size()) continue;
    if (is_flag) throw UsageError(name + ": expected a value after =, got nothing");
    plain.back() = name;
    plain.emplace_back();
  }
  return plain;
}

}  // namespace

const Option& Option::type(const std::string& name) const {
  option_->type_name(name);
  return *this;
}

const Option& Option::add_help(const std::string& text) const {
  option_->description(option_->get_description() + text);
  return *this;
}

const Option& Option::group(const std::string& heading) const {
  option_->group(heading);
  return *this;
}

const Option& Option::need(const std::string& name) const {
  option_->needs(name);
  return *this;
}

const Option& Option::exclude(const std::string& name) const {
  option_->excludes(name);
  return *this;
}

Option Command::integer_to(const std::string& name, std::function<void(std::uint64_t)> store,
                           std::uint64_t low, std::uint64_t high, const std::string& help) const {
  const std::string range = fmt::format("{}..{}", low, high);
  const auto parse = [low, high](const std::string& text) {
    const auto value = parse_integer<std::uint64_t>(text);
    return value && *value >= low && *value <= high ? value : std::nullopt;
  };
  return Option(add_parsed(*app_, name, parse, std::move(store), "an integer in " + range,
                           help + ", " + range))
      .type("N");
}

Option Command::number_to(const std::string& name, std::function<void(double)> store, double low,
                          double high, const std::string& help) const {
  const std::string range = format_shortest(low) + ".." + format_shortest(high);
  const auto parse = [low, high](const std::string& text) {
    const auto value = parse_number(text);
    return value && *value >= low && *value <= high ? value : std::nullopt;
  };
  return Option(add_parsed(*app_, name, parse, std::move(store), "a number in " + range,
                           help + ", " + range))
      .type("X");
}

Option Command::choice(const std::string& name, std::string& target,
                       const std::vector<std::string>& choices, const std::string& help) const {
  const auto take = [&target, name, choices](const std::string& text) {
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
      throw UsageError(name + ": expected one of " + join(choices, ", ") + got(text) +
                       did_you_mean(text, choices));
    }
    target = text;
  };
  return text_to(name, take, help + ": " + join(choices, ", ")).type("NAME");
}

Option Command::path(const std::string& name, std::string& target, const std::string& help) const {
  return words(name, target, "a path", help).type("PATH");
}

Option Command::words(const std::string& name, std::string& target, const std::string& expected,
                      const std::string& help) const {
  const auto take = [&target, name, expected](const std::string& text) {
    refuse_empty(name.substr(name.find('-')), text, expected);
    target = text;
  };
  return text_to(name, take, help);
}

Option Command::text_to(const std::string& name, std::function<void(const std::string&)> store,
                        const std::string& help) const {
  return Option(app_->add_option_function<std::string>(name, std::move(store), help)).type("TEXT");
}

Option Command::utf8_text_to(const std::string& name, std::function<void(const std::string&)> store,
                             const std::string& help) const {
  const auto take = [store = std::move(store), name](const std::string& text) {
    if (const auto bad = find_invalid_utf8(text)) {
      throw UsageError(
          fmt::format("{}: expected UTF-8{}, invalid at byte {}", name, got(text), *bad + 1));
    }
    store(text);
  };
  return text_to(name, take, help);
}

Option Command::texts(const std::string& name, std::vector<std::string>& target,
                      const std::string& help) const {
  return Option(app_->add_option(name, target, help)).type("TEXT");
}

Option Command::paths(const std::string& name, std::vector<std::string>& target,
                      const std::string& help) const {
  const auto take = [&target, name](const std::vector<std::string>& paths) {
    for (const std::string& path : paths) refuse_empty(name, path, "a path");
    target = paths;
  };
  return Option(app_->add_option_function<std::vector<std::string>>(name, take, help)).type("PATH");
}

void Command::stray_words(std::vector<std::string>& target) const {
  app_->add_option("words", target)->group("");
}

Option Command::flag(const std::string& name, bool& target, const std::string& help) const {
  return Option(app_->add_flag(name, target, help));
}

Option Command::flag_or_value(const std::string& name, std::string& target,
                              const std::string& help) const {
  return Option(app_->add_flag(name, target, help)->disable_flag_override(false));
}

Option Command::flag_or_path(const std::string& name, bool& flag, std::string& target,
                             const std::string& help) const {
  const auto take = [&flag, &target](const std::string& text) {
    flag = true;
    target = text;
  };
  return Option(app_->add_option_function<std::string>(name, take, help)->expected(0, 1))
      .type("[FILE]");
}

Option Command::flags_or_texts(const std::string& name, std::vector<std::string>& target,
                               const std::string& help) const {
  return Option(app_->add_option(name, target, help)->expected(0, 1)->take_all()).type("[TEXT]");
}

Option Command::option(const std::string& name) const {
  return Option(app_->get_option(name));
}

void Command::end_help_with(const std::string& line) const {
  app_->footer(line);
}

void Command::run(std::function<void()> action) const {
  app_->callback(std::move(action));
}

Program::Program(const std::string& name, const std::string& purpose,
                 std::function<std::string()> version, const std::vector<std::string>& examples)
    : app_(std::make_unique<CLI::App>(purpose, name)) {
  app_->option_defaults()->disable_flag_override();  // commands have it from here: no --json=false
  app_->set_version_flag("--version", std::move(version), "print the version and how it was built");
  app_->set_help_flag("-h,--help", "print this help");  // and this
  app_->require_subcommand(0, 1);
  app_->formatter(std::make_shared<ExamplesFirst>(examples));
}

Program::~Program() = default;

Command Program::add(const std::string& name, const std::string& purpose,
                     const std::vector<std::string>& examples) {
  CLI::App& command = *app_->add_subcommand(name, purpose);
  command.formatter(std::make_shared<ExamplesFirst>(examples));
  return Command(command);
}

std::string Program::help() const {
  return app_->help();
}

Request Program::run(std::vector<std::string> arguments) {
  arguments = plain_arguments(*app_, arguments);
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the end
  try {
    app_->parse(std::move(arguments));
    return {!app_->get_subcommands().empty(), ""};
  } catch (const CLI::Success& asked) {  // --help, --version
    std::ostringstream text;
    app_->exit(asked, text, text);
    return {false, text.str()};
  } catch (const CLI::ArgumentMismatch& error) {
    throw UsageError(wrong_count(*app_, error.what()));
  } catch (const CLI::ParseError& error) {
    // What is unknown comes first: a misspelt option is why another is missing.
    const auto left = app_->remaining(true);
    throw UsageError(left.empty() ? printable(error.what()) + see_help(*app_)
                                  : unexpected(*app_, left.front()));
  }
}

std::string options_library() {
  return "CLI11 " CLI11_VERSION;
}

}  // namespace attnviz

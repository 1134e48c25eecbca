// The command line: commands, their options, and what is refused. Only options.cpp uses the library
// that parses it. Messages read `--name: expected <x>, got "<y>"` and are UsageErrors.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace attnviz {

/// An option of a command. Other options are named; they must have been added before.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  /// Refused unless all of `names` are given too.
  template <typename... Names>
  const Option& needs(const Names&... names) const {
    return (need(names), ...);
  }
  /// Refused with any of `names`.
  template <typename... Names>
  const Option& excludes(const Names&... names) const {
    return (exclude(names), ...);
  }
  /// What --help calls its value.
  const Option& type(const std::string& name) const;
  /// More text at the end of its help.
  const Option& add_help(const std::string& text) const;
  /// Its heading in --help.
  const Option& group(const std::string& heading) const;

 private:
  const Option& need(const std::string& name) const;
  const Option& exclude(const std::string& name) const;

  CLI::Option* option_;
};

/// A command and the options it takes. Each method adds one, with its help; the values go into
/// `target`, which must outlive the program and whose present value is the default.
class Command {
 public:
  explicit Command(CLI::App& app) : app_(&app) {}

  /// A decimal integer in [low, high] ("010" is ten), which `target` or the optional must be able
  /// to hold. The range is added to the help.
  template <typename Integer>
  Option integer(const std::string& name, Integer& target, std::uint64_t low, std::uint64_t high,
                 const std::string& help) const {
    const auto store = [&target](std::uint64_t value) { target = static_cast<Integer>(value); };
    return integer_to(name, store, low, high, help);
  }
  /// A finite number in [low, high], which are added to the help.
  template <typename Number>
  Option number(const std::string& name, Number& target, double low, double high,
                const std::string& help) const {
    const auto store = [&target](double value) { target = static_cast<Number>(value); };
    return number_to(name, store, low, high, help);
  }
  /// One of `choices`, which are added to the help.
  Option choice(const std::string& name, std::string& target,
                const std::vector<std::string>& choices, const std::string& help) const;
  /// A file or a folder, not "".
  Option path(const std::string& name, std::string& target, const std::string& help) const;
  /// A text that is not "", of which messages say what is expected.
  Option words(const std::string& name, std::string& target, const std::string& expected,
               const std::string& help) const;
  /// A text, as typed.
  template <typename Text>
  Option text(const std::string& name, Text& target, const std::string& help) const {
    return text_to(
        name, [&target](const std::string& text) { target = text; }, help);
  }
  /// A text in UTF-8.
  template <typename Text>
  Option utf8_text(const std::string& name, Text& target, const std::string& help) const {
    return utf8_text_to(
        name, [&target](const std::string& text) { target = text; }, help);
  }
  /// One or several texts; may be repeated. A name without dashes is that of arguments.
  Option texts(const std::string& name, std::vector<std::string>& target,
               const std::string& help) const;
  /// One or several files or folders, none of them ""; may be repeated.
  Option paths(const std::string& name, std::vector<std::string>& target,
               const std::string& help) const;
  /// Words without an option's name, which --help does not show: for the command to refuse.
  void stray_words(std::vector<std::string>& target) const;
  Option flag(const std::string& name, bool& target, const std::string& help) const;
  /// A flag that may have a value, as in --name=value: "true" without one.
  Option flag_or_value(const std::string& name, std::string& target, const std::string& help) const;

  /// A flag that a file may follow: sets `flag`, and `target` if there is one.
  Option flag_or_path(const std::string& name, bool& flag, std::string& target,
                      const std::string& help) const;

  /// A flag that a text may follow, and that may be repeated: "" for each without one.
  Option flags_or_texts(const std::string& name, std::vector<std::string>& target,
                        const std::string& help) const;

  /// One that was added before.
  Option option(const std::string& name) const;
  /// A line at the end of --help.
  void end_help_with(const std::string& line) const;
  /// What the command does when it is given.
  void run(std::function<void()> action) const;

 private:
  Option integer_to(const std::string& name, std::function<void(std::uint64_t)> store,
                    std::uint64_t low, std::uint64_t high, const std::string& help) const;
  Option number_to(const std::string& name, std::function<void(double)> store, double low,
                   double high, const std::string& help) const;
  Option text_to(const std::string& name, std::function<void(const std::string&)> store,
                 const std::string& help) const;
  Option utf8_text_to(const std::string& name, std::function<void(const std::string&)> store,
                      const std::string& help) const;

  CLI::App* app_;
};

/// What a command line asked for.
struct Request {
  bool command = false;  // a command, which has run
  std::string text;      // without one, what --help or --version print
};

/// A program of several commands, of which at most one is given.
class Program {
 public:
  /// `version` is what --version prints, `examples` are command lines that begin --help.
  Program(const std::string& name, const std::string& purpose, std::function<std::string()> version,
          const std::vector<std::string>& examples);
  ~Program();

  Command add(const std::string& name, const std::string& purpose,
              const std::vector<std::string>& examples);
  std::string help() const;
  /// Runs the command that the arguments name. Throws UsageError, and what the command throws.
  Request run(std::vector<std::string> arguments);

 private:
  std::unique_ptr<CLI::App> app_;
};

/// Name and version of the library that parses, for --version.
std::string options_library();

}  // namespace attnviz

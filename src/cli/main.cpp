// attnviz: train a small attention model, see what it attends to. The only place that prints errors
// and chooses exit codes.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <functional>
#include <iostream>
#include <new>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/suggest.h"
#include "cli/eval_command.h"
#include "cli/info_command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/predict_command.h"
#include "cli/render_command.h"
#include "cli/tasks_command.h"
#include "cli/train_command.h"
#include "cli/version.h"

namespace attnviz {
namespace {

enum Exit {
  done = 0,
  answer_is_no = 1,
  usage = 2,
  bad_input = 3,
  cannot_write = 4,
  limit = 5,
  in_use = 7,
  by_signal = 128  // and its number
};

/// One line a fault: a file of pairs may have several.
int fail(const std::string& message, Exit code) {
  std::istringstream faults(message);
  for (std::string fault; std::getline(faults, fault);) {
    std::cerr << "attnviz: error: " << fault << '\n';
  }
  return code;
}

/// Whoever closed a standard stream must not find our next file in its place. Opened in the wrong
/// direction, so that using the stream remains an error.
void reserve_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) != -1) continue;
    // The lowest free number is `stream`: those below it are taken by now.
    static_cast<void>(::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
}

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
      return name + ": expected once, got it " + std::to_string(option->count()) + " times";
    }
    if (message.starts_with(name + ':')) {
      return name + ": expected a value (" + option->get_type_name() + "), got none";
    }
    const bool is_flag = option->get_items_expected_max() == 0;
    if (is_flag && message.starts_with(name.substr(name.find_first_not_of('-')) + ' ')) {
      return name + ": takes no value";
    }
  }
  return printable(message);
}

/// What CLI11 calls "not expected", with the nearest thing there is.
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
  return what + " \"" + printable(name) + '"' + did_you_mean(name, known) + see_help(program);
}

int run(int argc, char** argv) {
  CLI::App program(
      "See attention: train a small encoder-decoder on a task whose alignment is known, "
      "and draw what it attends to.",
      "attnviz");
  program.set_version_flag("--version", std::function<std::string()>(version_text),
                           "print the version and how it was built");
  program.set_help_flag("-h,--help", "print this help");  // commands have it from here
  program.option_defaults()->disable_flag_override();     // and this: no --json=false
  program.require_subcommand(0, 1);
  lead_with_examples(program, {"attnviz train --task reverse", "attnviz render --out heat.png",
                               "attnviz predict monojitcnn", "attnviz train --help"});
  setup_train(program);
  setup_render(program);
  setup_predict(program);
  setup_eval(program);
  setup_info(program);
  setup_tasks(program);
  try {
    program.parse(argc, argv);
    if (program.get_subcommands().empty()) {
      std::cerr << program.help();
      return usage;
    }
    return done;
  } catch (const CLI::Success& request) {  // --help, --version
    std::ostringstream text;
    program.exit(request, text, text);
    write_file("-", text.str());
    return done;
  } catch (const CLI::ArgumentMismatch& error) {
    return fail(wrong_count(program, error.what()), usage);
  } catch (const CLI::ParseError& error) {
    // What is unknown comes first: a misspelt option is why another is missing.
    const auto left = program.remaining(true);
    if (!left.empty()) return fail(unexpected(program, left.front()), usage);
    return fail(printable(error.what()) + see_help(program), usage);
  }
}

int guarded(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const AnswerIsNo& no) {
    return fail(no.what(), answer_is_no);
  } catch (const Stopped& stopped) {
    std::cerr << "attnviz: " << stopped.what() << '\n';
    return by_signal + stopped.signal();
  } catch (const UsageError& error) {
    return fail(error.what(), usage);
  } catch (const InputError& error) {
    return fail(error.what(), bad_input);
  } catch (const OutputError& error) {
    return fail(error.what(), cannot_write);
  } catch (const LimitError& error) {
    return fail(error.what(), limit);
  } catch (const InUseError& error) {
    return fail(error.what(), in_use);
  } catch (const std::bad_alloc&) {
    return fail("out of memory", limit);
  } catch (const std::length_error&) {
    return fail("out of memory", limit);
  } catch (const std::system_error& error) {  // no more threads
    return fail(printable(error.what()), limit);
  } catch (const std::exception& error) {
    return fail(std::string("a bug in attnviz, please report it: ") + printable(error.what()),
                answer_is_no);
  }
}

/// An exception where none may be: the library for JSON allocates in destructors.
[[noreturn]] void out_of_memory() {
  constexpr std::string_view message = "attnviz: error: out of memory\n";
  [[maybe_unused]] const auto said = ::write(STDERR_FILENO, message.data(), message.size());
  ::_exit(limit);
}

}  // namespace
}  // namespace attnviz

int main(int argc, char** argv) {
  std::set_terminate(attnviz::out_of_memory);
  // A closed pipe and a file over its size limit are errors of write(), like any other.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  attnviz::reserve_standard_streams();
  return attnviz::guarded(argc, argv);
}

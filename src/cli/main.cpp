// attnviz: train a small attention model, see what it attends to. The only place that prints errors
// and chooses exit codes.
#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <new>

#include "attnviz/base/error.h"
#include "attnviz/base/file.h"
#include "attnviz/base/suggest.h"
#include "eval_command.h"
#include "info_command.h"
#include "options.h"
#include "output.h"
#include "predict_command.h"
#include "render_command.h"
#include "tasks_command.h"
#include "train_command.h"
#include "version.h"

namespace attnviz {
namespace {

enum Exit {
  done = 0,
  answer_is_no = 1,
  usage = 2,
  bad_input = 3,
  cannot_write = 4,
  limit = 5,
  in_use = 7
};

int fail(const std::string& message, Exit code) {
  std::cerr << "attnviz: error: " << message << '\n';
  return code;
}

/// What CLI11 calls "not expected", with the nearest thing there is.
std::string unexpected(CLI::App& program, const std::string& word) {
  std::vector<std::string> known;
  const auto chosen = program.get_subcommands();
  if (chosen.empty()) {
    for (const CLI::App* command : program.get_subcommands({}))
      known.push_back(command->get_name());
  }
  for (const CLI::Option* option : (chosen.empty() ? &program : chosen.front())->get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  const std::string name = word.substr(0, word.find('='));
  const bool is_option = word.starts_with("-");
  return (is_option        ? "unknown option \""
          : chosen.empty() ? "unknown command \""
                           : "unexpected \"") +
         printable(name) + '"' + did_you_mean(name, known) + "; see attnviz " +
         (chosen.empty() ? "" : chosen.front()->get_name() + " ") + "--help";
}

int run(int argc, char** argv) {
  CLI::App program(
      "See attention: train a small encoder-decoder on a task whose alignment is known, "
      "and draw what it attends to.",
      "attnviz");
  program.set_version_flag("--version", version_text(), "print the version and how it was built");
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
  } catch (const CLI::ExtrasError&) {
    const auto left = program.remaining(true);
    return fail(unexpected(program, left.empty() ? "" : left.front()), usage);
  } catch (const CLI::Success& request) {  // --help, --version
    program.exit(request, std::cout, std::cerr);
    std::cout.flush();
    return std::cout ? done : cannot_write;
  } catch (const CLI::ParseError& error) {
    return fail(printable(error.what()), usage);
  }
}

int guarded(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const AnswerIsNo& no) {
    if (*no.what() != '\0') std::cerr << "attnviz: " << no.what() << '\n';
    return answer_is_no;
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
  } catch (const std::exception& error) {
    return fail(std::string("a bug in attnviz, please report it: ") + error.what(), answer_is_no);
  }
}

}  // namespace
}  // namespace attnviz

int main(int argc, char** argv) {
  // A closed pipe and a file over its size limit are errors of write(), like any other.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  return attnviz::guarded(argc, argv);
}

// attnviz: train a small attention model, see what it attends to. The only place that prints errors
// and chooses exit codes.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>
#include <new>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "attnviz/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/error_text.h"
#include "cli/output.h"
#include "cli/version.h"
#include "nn/processor.h"

namespace attnviz {
namespace {

enum Exit {
  done = 0,
  check_failed = 1,
  usage = 2,
  bad_input = 3,
  cannot_write = 4,
  limit = 5,
  in_use = 7,
  by_signal = 128  // and its number
};

/// One line per fault: a file of pairs may have several.
int fail(const std::string& message, Exit code) {
  std::istringstream faults(message);
  for (std::string fault; std::getline(faults, fault);) {
    std::cerr << "attnviz: error: " << printable(fault, no_limit) << '\n';
  }
  return code;
}

/// If a standard stream is closed, the next file opened would take its place. Reserves it, opened
/// in the wrong direction, so that using the stream remains an error.
void reserve_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) != -1) continue;
    // The lowest free number is `stream`: those below it are taken by now.
    static_cast<void>(::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
}

int run(int argc, char** argv) {
  static_cast<void>(processor());  // refuses what it must before anything is done
  Program program(
      "attnviz",
      "See attention: train a small encoder-decoder on a task whose alignment is known, "
      "and draw what it attends to.",
      version_text,
      {"attnviz train --task reverse", "attnviz render --out heat.png",
       "attnviz predict monojitcnn", "attnviz train --help"});
  add_train(program);
  add_render(program);
  add_predict(program);
  add_eval(program);
  add_explain(program);
  add_attend(program);
  add_info(program);
  add_tasks(program);
  const Request request = program.run({argv + std::min(argc, 1), argv + argc});
  if (!request.text.empty()) write_file("-", request.text);
  if (request.command || !request.text.empty()) return done;
  std::cerr << program.help();
  return usage;
}

int guarded(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const CheckFailed& failure) {
    return fail(failure.what(), check_failed);
  } catch (const Stopped& stopped) {
    std::cerr << "attnviz: " << stopped.what() << '\n';
    return by_signal + stopped.signal();
  } catch (const UsageError& error) {
    return fail(error_text(error), usage);
  } catch (const InputError& error) {
    return fail(error_text(error), bad_input);
  } catch (const OutputError& error) {
    return fail(error_text(error), cannot_write);
  } catch (const LimitError& error) {
    return fail(error_text(error), limit);
  } catch (const InUseError& error) {
    return fail(error_text(error), in_use);
  } catch (const std::bad_alloc&) {
    return fail("out of memory", limit);
  } catch (const std::length_error&) {
    return fail("out of memory", limit);
  } catch (const std::system_error& error) {  // no more threads
    return fail(printable(error.what()), limit);
  } catch (const std::exception& error) {
    return fail(std::string("a bug in attnviz, please report it: ") + printable(error.what()),
                check_failed);
  }
}

/// For an exception where none is allowed: the library for JSON allocates in destructors.
[[noreturn]] void out_of_memory() {
  constexpr std::string_view message = "attnviz: error: out of memory\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, message.data(), message.size());
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

#include "base/signals.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "catch.h"

using namespace attnviz;

namespace {

constexpr int every[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU};

/// How a process ends that does `work`: its exit code, or minus the number of the signal.
template <typename Work>
int end_of(Work&& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    // The tests may have been started with these ignored.
    for (const int signal : every) std::signal(signal, SIG_DFL);
    ::_exit(work());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("the first signal is remembered, a user's second ends the process", "[signals]") {
  for (const int signal : every) {
    const bool is_repeated = signal != SIGINT && signal != SIGTERM && signal != SIGHUP;
    INFO(signal_name(signal));
    CHECK(end_of([&] {
            const StopSignals signals;
            if (signals.received() != 0) return 100;
            std::raise(signal);
            return signals.received();
          }) == signal);
    CHECK(end_of([&] {
            const StopSignals signals;
            std::raise(signal);
            std::raise(signal);
            return 0;
          }) == (is_repeated ? 0 : -signal));
  }
}

TEST_CASE("signals act as before when they are no longer waited for", "[signals]") {
  CHECK(end_of([] {
          { const StopSignals signals; }
          std::raise(SIGTERM);
          return 0;
        }) == -SIGTERM);
}

TEST_CASE("a signal that is ignored, as nohup does it, stays ignored", "[signals]") {
  CHECK(end_of([] {
          std::signal(SIGHUP, SIG_IGN);
          {
            const StopSignals signals;
            std::raise(SIGHUP);
            if (signals.received() != 0) return 1;
          }
          std::raise(SIGHUP);
          return 0;
        }) == 0);
}

#include "base/signals.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <iterator>

namespace attnviz {
namespace {

struct StopSignal {
  int number;
  const char* name;
  int flags;  // SA_RESETHAND: the second one ends the process
};

constexpr int once = static_cast<int>(SA_RESETHAND);
constexpr StopSignal stopping[] = {{SIGINT, "SIGINT", once}, {SIGTERM, "SIGTERM", once},
                                   {SIGHUP, "SIGHUP", once}, {SIGUSR1, "SIGUSR1", 0},
                                   {SIGUSR2, "SIGUSR2", 0},  {SIGXCPU, "SIGXCPU", 0}};

// A handler can reach nothing else.
std::atomic<int> last_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void remember(int signal) {
  last_signal = signal;
}

bool is_ignored(int signal) {
  struct sigaction present {};
  return ::sigaction(signal, nullptr, &present) == 0 && present.sa_handler == SIG_IGN;
}

}  // namespace

StopSignals::StopSignals() {
  last_signal = 0;
  struct sigaction action {};
  action.sa_handler = remember;
  ::sigemptyset(&action.sa_mask);
  for (const StopSignal& signal : stopping) {
    action.sa_flags = SA_RESTART | signal.flags;
    if (!is_ignored(signal.number)) ::sigaction(signal.number, &action, nullptr);
  }
}

StopSignals::~StopSignals() {
  for (const StopSignal& signal : stopping) {
    if (!is_ignored(signal.number)) std::signal(signal.number, SIG_DFL);
  }
}

int StopSignals::received() const {
  return last_signal;
}

const char* signal_name(int signal) {
  const auto* const found = std::ranges::find(stopping, signal, &StopSignal::number);
  return found == std::end(stopping) ? "a signal" : found->name;
}

}  // namespace attnviz

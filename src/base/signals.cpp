#include "base/signals.h"

#include <array>
#include <csignal>

namespace attnviz {
namespace {

constexpr std::array<int, 3> stopping{SIGINT, SIGTERM, SIGHUP};

// A handler can reach nothing else.
volatile std::sig_atomic_t last_signal = 0;

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
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);  // the second one ends the process
  ::sigemptyset(&action.sa_mask);
  for (const int signal : stopping) {
    if (!is_ignored(signal)) ::sigaction(signal, &action, nullptr);
  }
}

StopSignals::~StopSignals() {
  for (const int signal : stopping) {
    if (!is_ignored(signal)) std::signal(signal, SIG_DFL);
  }
}

int StopSignals::received() const {
  return last_signal;
}

const char* signal_name(int signal) {
  return signal == SIGINT ? "SIGINT" : signal == SIGTERM ? "SIGTERM" : "SIGHUP";
}

}  // namespace attnviz

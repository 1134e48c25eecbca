// Signals that ask the program to stop.
#pragma once

namespace attnviz {

/// While it lives, SIGINT, SIGTERM, SIGHUP and those that batch systems send before they kill
/// (SIGUSR1, SIGUSR2, SIGXCPU) are only remembered. A second SIGINT, SIGTERM or SIGHUP ends the
/// process as it always would; the others are sent again and again, SIGXCPU every second. A signal
/// that was ignored from the start (nohup) stays ignored. One at a time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// The number of the last signal, 0 if there was none. Any thread may ask.
  int received() const;
};

/// "SIGINT"; the name of one of these.
const char* signal_name(int signal);

}  // namespace attnviz

// Signals that ask the program to stop.
#pragma once

namespace attnviz {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP is only remembered; the second of a kind
/// ends the process as it always would. A signal that was ignored from the start (nohup) stays
/// ignored. One at a time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// The number of the last signal, 0 if there was none.
  int received() const;
};

/// "SIGINT", "SIGTERM" or "SIGHUP".
const char* signal_name(int signal);

}  // namespace attnviz

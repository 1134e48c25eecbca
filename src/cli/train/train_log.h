// What `attnviz train` shows while it trains.
#pragma once

#include <functional>
#include <ostream>
#include <string>

#include "train/run.h"

namespace attnviz {

/// "12.34 s", "2 min 5 s", "1 h 12 min", "3 d 4 h"; "0.00 s" for what is no duration.
std::string duration_text(double seconds);

/// The line of an evaluation, with what fits into `width` columns; 0 for any width.
std::string progress_line(const Progress& progress, int width);

struct TrainLogOptions {
  std::ostream& out;
  bool quiet = false;
  int width = 0;  // columns of the terminal, 0 if it is none
  std::function<double()> clock;
};

/// A line for each evaluation. Between them, on a terminal a line that is rewritten in place, at
/// most ten times a second; elsewhere a line when there has been none for half a minute.
class TrainLog {
 public:
  explicit TrainLog(TrainLogOptions options);

  void begin(RunPhase phase) { phase_ = phase; }
  void step(int step, int steps, double loss);
  void evaluation(const Progress& progress);
  /// For the long phases between steps, to be called again and again.
  void wait();
  /// A line of its own.
  void tell(const std::string& line);
  /// Removes the line that is rewritten.
  void clear();

 private:
  bool is_due(double now);
  void draw(const std::string& line);

  TrainLogOptions options_;
  RunPhase phase_ = RunPhase::step;
  double start_ = 0.0;
  double first_step_at_ = 0.0;
  double shown_ = 0.0;
  int first_step_ = -1;    // of this process
  std::size_t drawn_ = 0;  // columns of the line that is rewritten
};

}  // namespace attnviz

// What `attnviz train` prints about a run, during it and at its end.
#pragma once

#include <string>

#include "train/run.h"

namespace attnviz {

/// The line that shows training's progress, on a terminal only: it is rewritten in place.
class ProgressBar {
 public:
  explicit ProgressBar(bool quiet);
  void draw(int step, int steps, double loss);
  void clear();

 private:
  bool on_;
  int drawn_ = -1;
};

/// The line of an evaluation. `patience` is how many without a new best end the run.
std::string progress_line(const Progress& progress, int patience);

/// Why a run ended.
std::string stop_text(const RunReport& report, const Recipe& recipe);

/// The final report, in two lines. `folder` is the run's.
std::string report_text(const RunReport& report, const std::string& folder);

}  // namespace attnviz

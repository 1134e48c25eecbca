#include "cli/train/train_log.h"

#include <algorithm>
#include <limits>
#include <sstream>

#include "catch.h"

using namespace attnviz;

namespace {

/// A log and the clock that it reads.
struct Shown {
  double time = 100.0;
  std::ostringstream out;
  TrainLog log;
  explicit Shown(int width, bool quiet = false)
      : log({out, quiet, width, [this] { return time; }}) {}
  std::string take() {
    std::string text = out.str();
    out.str("");
    return text;
  }
};

Progress an_evaluation() {
  Progress progress;
  progress.step = 1100;
  progress.steps = 100000;
  progress.loss = 1.25;
  progress.counted = progress.stalled = 3;
  progress.patience = 8;
  progress.examples_per_second = 12345.6;
  progress.validation.answers = {300, 30, 3000, 1500};
  progress.validation.alignment.rows = 100;
  progress.validation.alignment.mass = 50;
  return progress;
}

}  // namespace

TEST_CASE("durations are told in the units that fit", "[log]") {
  CHECK(duration_text(0.0) == "0.00 s");
  CHECK(duration_text(1.5) == "1.50 s");
  CHECK(duration_text(59.99) == "59.99 s");
  CHECK(duration_text(59.999) == "1 min 0 s");
  CHECK(duration_text(125.4) == "2 min 5 s");
  CHECK(duration_text(3599.6) == "1 h 0 min");
  CHECK(duration_text(4330.0) == "1 h 12 min");
  CHECK(duration_text(86400.0 * 3 + 3600 * 4.5) == "3 d 4 h");
  CHECK(duration_text(-5.0) == "0.00 s");
  CHECK(duration_text(std::numeric_limits<double>::quiet_NaN()) == "0.00 s");
  CHECK(duration_text(std::numeric_limits<double>::infinity()) == "0.00 s");
}

TEST_CASE("without a terminal a line comes at least every thirty seconds", "[log]") {
  Shown shown(0);
  for (int step = 1; step <= 230; ++step) {
    shown.time += 0.125;
    shown.log.step(step, 1000, 1.0);
  }
  CHECK(shown.take().empty());
  for (int step = 231; step <= 240; ++step) {
    shown.time += 0.125;
    shown.log.step(step, 1000, 1.0);
  }
  CHECK(shown.take() == "step 240/1000  loss 1.0000  30.00 s gone  1 min 35 s left\n");
  // an evaluation is a line too
  shown.time += 20;
  shown.log.evaluation(an_evaluation());
  CHECK(shown.take().starts_with("step   1100/100000  loss 1.2500  tokens "));
  shown.time += 20;
  shown.log.step(301, 1000, 1.0);
  CHECK(shown.take().empty());
  // and so is waiting for a test, but not asking within a step
  shown.time += 20;
  shown.log.wait();
  CHECK(shown.take().empty());
  shown.log.begin(RunPhase::test);
  shown.log.wait();
  CHECK(shown.take() == "testing  1 min 30 s gone\n");
  shown.log.wait();
  CHECK(shown.take().empty());
}

TEST_CASE("on a terminal a line is rewritten at most ten times a second, within its width",
          "[log]") {
  for (const int width : {200, 80, 40, 12}) {
    INFO(width);
    Shown shown(width);
    std::size_t draws = 0;
    for (int step = 1; step <= 1000; ++step) {
      shown.time += 0.01;
      shown.log.step(step, 1'000'000'000, 123.456789);
      const std::string text = shown.take();
      if (text.empty()) continue;
      ++draws;
      REQUIRE(text.front() == '\r');
      CHECK(text.find('\n') == std::string::npos);
      CHECK(static_cast<int>(text.size()) - 1 < std::min(width, 80));
      if (width >= 80) CHECK(text.find(" left") != std::string::npos);
    }
    CHECK(draws > 90);
    CHECK(draws <= 101);
    shown.log.clear();
    const std::string cleared = shown.take();
    CHECK(cleared.front() == '\r');
    CHECK(cleared.back() == '\r');
    CHECK(std::count(cleared.begin(), cleared.end(), ' ') ==
          static_cast<std::ptrdiff_t>(cleared.size()) - 2);
    shown.log.clear();
    CHECK(shown.take().empty());
  }
}

TEST_CASE("the line of an evaluation fits, with what matters most", "[log]") {
  const std::string all = progress_line(an_evaluation(), 0);
  CHECK(all ==
        "step   1100/100000  loss 1.2500  tokens 50.00 %  exact 10.00 %  gold mass 0.500  hit rate "
        "0.000  12346 examples/s  stalled 3/8");
  for (const int width : {130, 100, 80, 70}) {
    const std::string line = progress_line(an_evaluation(), width);
    CHECK(static_cast<int>(line.size()) < width);
    for (const char* part : {"step   1100/100000  loss 1.2500", "exact 10.00 %", "stalled 3/8"}) {
      CHECK(line.find(part) != std::string::npos);
    }
  }
  Progress early = an_evaluation();
  early.counted = 0;
  CHECK(progress_line(early, 0).ends_with("  no new best"));
  early.new_best = true;
  CHECK(progress_line(early, 0).ends_with("  new best"));
}

TEST_CASE("a clock that stands still or goes back gives no infinities", "[log]") {
  for (const double pace : {0.0, -1.0}) {
    for (const int width : {0, 80}) {
      Shown shown(width);
      for (int step = 1; step <= 100; ++step) {
        shown.time += pace;
        shown.log.step(step, 1000, 1.0);
      }
      Progress progress = an_evaluation();
      progress.examples_per_second = 0.0;
      shown.log.evaluation(progress);
      const std::string text = shown.take();
      INFO(text);
      CHECK(text.find("inf") == std::string::npos);
      CHECK(text.find("nan") == std::string::npos);
      CHECK(text.find("examples/s") == std::string::npos);
    }
  }
}

TEST_CASE("a clock that is set back does not silence the log", "[log]") {
  Shown shown(0);
  shown.time -= 1000;
  shown.log.step(1, 1000, 1.0);
  CHECK(shown.take().empty());
  shown.time += 30;
  shown.log.step(2, 1000, 1.0);
  CHECK(shown.take() == "step 2/1000  loss 1.0000  0.00 s gone  8 h 19 min left\n");
}

TEST_CASE("a quiet log says nothing", "[log]") {
  Shown shown(80, true);
  shown.time += 100;
  shown.log.step(1, 10, 1.0);
  shown.log.evaluation(an_evaluation());
  shown.log.tell("a note");
  shown.log.clear();
  CHECK(shown.take().empty());
}

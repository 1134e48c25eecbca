#include "cli/train/train_log.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "cli/output.h"

namespace attnviz {
namespace {

constexpr double between_lines = 30.0;  // seconds, where lines stay
constexpr double between_draws = 0.1;   // where they are rewritten
constexpr int usual_width = 80;

/// "  1 h 12 min left", or nothing where the clock has not moved.
std::string left_text(double seconds) {
  return seconds > 0.0 && std::isfinite(seconds) ? "  " + duration_text(seconds) + " left" : "";
}

/// A bar of what is done in the columns that are left, if that are some.
std::string with_bar(const std::string& text, int step, int steps, int width) {
  constexpr int least = 10;
  constexpr int most = 30;
  const int columns = std::min(most, width - static_cast<int>(text.size()) - 4);
  if (columns < least) return text;
  const auto done = static_cast<std::size_t>(std::int64_t{columns} * step / steps);
  return fmt::format("[{:<{}}] {}", std::string(done, '#'), columns, text);
}

}  // namespace

std::string duration_text(double seconds) {
  if (!(seconds > 0.0) || !std::isfinite(seconds)) seconds = 0.0;
  if (seconds < 59.995) return fmt::format("{:.2f} s", seconds);
  const double most = 1e15;
  const auto whole = static_cast<std::int64_t>(std::min(seconds, most) + 0.5);
  constexpr std::int64_t minute = 60;
  constexpr std::int64_t hour = 60 * minute;
  constexpr std::int64_t day = 24 * hour;
  if (whole < hour) return fmt::format("{} min {} s", whole / minute, whole % minute);
  if (whole < day) return fmt::format("{} h {} min", whole / hour, whole % hour / minute);
  return fmt::format("{} d {} h", whole / day, whole % day / hour);
}

std::string progress_line(const Progress& progress, int width) {
  const AnswerScores& answers = progress.validation.answers;
  const AlignmentScores& alignment = progress.validation.alignment;
  const std::string steps = fmt::format("{}", progress.steps);
  // Each with how soon it is left out where the line is too long.
  std::vector<std::pair<int, std::string>> parts{
      {0, fmt::format("step {:>{}}/{}", progress.step, steps.size(), steps)},
      {0, fmt::format("loss {:.4f}", progress.loss)},
      {2, "tokens " + percent(answers.token_accuracy())},
      {0, "exact " + percent(answers.exact_match())}};
  if (alignment.rows > 0) {
    parts.emplace_back(1, fmt::format("gold mass {:.3f}", alignment.gold_mass()));
    parts.emplace_back(3, fmt::format("hit rate {:.3f}", alignment.hit_rate()));
  }
  if (progress.examples_per_second > 0.0) {
    parts.emplace_back(4, fmt::format("{:.0f} examples/s", progress.examples_per_second));
  }
  parts.emplace_back(0, progress.new_best ? "new best"
                        : progress.counted > 0
                            ? fmt::format("stalled {}/{}", progress.counted, progress.patience)
                            : "no new best");
  for (int left_out = 5;; --left_out) {
    std::string line;
    for (const auto& [level, text] : parts) {
      if (level < left_out) line += (line.empty() ? "" : "  ") + text;
    }
    if (width == 0 || left_out == 1 || static_cast<int>(line.size()) < width) return line;
  }
}

TrainLog::TrainLog(TrainLogOptions options) : options_(std::move(options)) {
  options_.width = std::min(options_.width, usual_width);
  start_ = shown_ = options_.clock();
}

bool TrainLog::is_due(double now) {
  if (options_.quiet) return false;
  shown_ = std::min(shown_, now);  // a clock that was set back must not silence it
  const bool is_terminal = options_.width > 0;
  return now - shown_ >= (is_terminal ? between_draws : between_lines);
}

void TrainLog::step(int step, int steps, double loss) {
  const double now = options_.clock();
  if (first_step_ < 0) {
    first_step_ = step;
    first_step_at_ = now;
  }
  if (!is_due(now)) return;
  const double each = step > first_step_ ? (now - first_step_at_) / (step - first_step_) : 0.0;
  const std::string left = left_text(each * (steps - step));
  const std::string text = fmt::format("step {}/{}  loss {:.4f}", step, steps, loss);
  draw(options_.width > 0 ? with_bar(text + left, step, steps, options_.width)
                          : text + "  " + duration_text(now - start_) + " gone" + left);
}

void TrainLog::wait() {
  if (phase_ == RunPhase::step) return;
  const double now = options_.clock();
  if (!is_due(now)) return;
  draw(fmt::format("{}  {} gone", phase_ == RunPhase::test ? "testing" : "validating",
                   duration_text(now - start_)));
}

void TrainLog::evaluation(const Progress& progress) {
  tell(progress_line(progress, options_.width));
}

void TrainLog::tell(const std::string& line) {
  clear();
  if (options_.quiet) return;
  options_.out << line << '\n' << std::flush;
  shown_ = options_.clock();
}

void TrainLog::draw(const std::string& line) {
  if (options_.width == 0) return tell(line);
  const std::string text = line.substr(0, static_cast<std::size_t>(options_.width - 1));
  const std::size_t rest = drawn_ > text.size() ? drawn_ - text.size() : 0;
  options_.out << '\r' << text << std::string(rest, ' ') << std::flush;
  drawn_ = text.size();
  shown_ = options_.clock();
}

void TrainLog::clear() {
  if (drawn_ == 0) return;
  options_.out << '\r' << std::string(drawn_, ' ') << '\r' << std::flush;
  drawn_ = 0;
}

}  // namespace attnviz

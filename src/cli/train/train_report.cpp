#include "cli/train/train_report.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdint>
#include <iostream>

#include "attnviz/error.h"
#include "cli/output.h"

namespace attnviz {
namespace {

/// Gold mass and hit rate, or nothing where no gold is known.
std::string gold_text(const AlignmentScores& scores, const char* after) {
  if (scores.rows == 0) return "";
  return fmt::format("gold mass {:.3f}{}hit rate {:.3f}{}", scores.gold_mass(), after,
                     scores.hit_rate(), after);
}

}  // namespace

ProgressBar::ProgressBar(bool quiet) : on_(!quiet && isatty(STDERR_FILENO) == 1) {}

void ProgressBar::draw(int step, int steps, double loss) {
  constexpr int width = 30;
  const auto part_of = [&](std::int64_t whole) { return static_cast<int>(whole * step / steps); };
  const int now = part_of(1000);
  if (!on_ || now == drawn_) return;
  drawn_ = now;
  std::cerr << fmt::format("\r[{:<{}}] step {}/{}  loss {:.4f}   ",
                           std::string(static_cast<std::size_t>(part_of(width)), '#'), width, step,
                           steps, loss)
            << std::flush;
}

void ProgressBar::clear() {
  if (on_ && drawn_ >= 0) std::cerr << "\r" << std::string(70, ' ') << '\r' << std::flush;
}

std::string progress_line(const Progress& progress, int patience) {
  const AnswerScores& answers = progress.validation.answers;
  const std::string steps = fmt::format("{}", progress.steps);
  return fmt::format(
      "step {:>{}}/{}  loss {:.4f}  tokens {}  exact {}  {}{:.0f} examples/s  {}", progress.step,
      steps.size(), steps, progress.loss, percent(answers.token_accuracy()),
      percent(answers.exact_match()), gold_text(progress.validation.alignment, "  "),
      progress.examples_per_second,
      progress.new_best ? "new best" : fmt::format("stalled {}/{}", progress.stalled, patience));
}

std::string stop_text(const RunReport& report, const Recipe& recipe) {
  switch (report.stop_reason) {
    case StopReason::converged:
      return "converged: every answer right and attention at rest";
    case StopReason::stalled:
      return fmt::format("no new best in {} evaluations", recipe.patience);
    case StopReason::out_of_steps:
      return "all steps done";
    case StopReason::diverged:
      return "diverged at " + report.reason;
    case StopReason::stopped:
      break;
  }
  return fmt::format("stopped after step {}", report.steps);
}

std::string report_text(const RunReport& report, const std::string& folder) {
  const AnswerScores& answers = report.test.answers;
  return fmt::format(
      "test on {} unseen examples: exact match {}, {}tokens {}\n"
      "saved {}/model.safetensors (best of {} steps: step {}, {:.2f} s)\n",
      answers.answers, percent(answers.exact_match()), gold_text(report.test.alignment, ", "),
      percent(answers.token_accuracy()), printable(folder, no_limit), report.steps,
      report.best_step, report.seconds);
}

}  // namespace attnviz

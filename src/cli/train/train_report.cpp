#include "cli/train/train_report.h"

#include <fmt/core.h>

#include "attnviz/error.h"
#include "cli/output.h"
#include "cli/train/train_log.h"
#include "formats/json.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

bool ended_early(const RunReport& report) {
  return report.stop_reason == StopReason::converged || report.stop_reason == StopReason::stalled;
}

}  // namespace

std::string stop_text(const RunReport& report) {
  switch (report.stop_reason) {
    case StopReason::converged:
      return "converged: every answer right and attention at rest";
    case StopReason::stalled:
      return fmt::format("no new best in {} evaluations", report.patience);
    case StopReason::out_of_steps:
      return "all steps done";
    case StopReason::diverged:
      return "diverged at " + report.reason;
    case StopReason::stopped:
      break;
  }
  return fmt::format("stopped after step {}", report.steps);
}

std::string new_run_command(const std::string& folder, const std::string& data) {
  return fmt::format("attnviz train {} --init-from {} --out NEW", data, shell_word(folder));
}

std::string finished_text(const RunReport& report, const Recipe& recipe, const std::string& folder,
                          const std::string& data) {
  std::string text = fmt::format("{}: finished after {} steps: {}; ", printable(folder, no_limit),
                                 report.steps, stop_text(report));
  const bool is_at_rest = recipe.final_rate == 0.0;  // at the end of the schedule
  if (is_at_rest && report.steps >= recipe.steps) {
    return text + "its learning rate ends at 0 there; a new run can start from its model: " +
           new_run_command(folder, data);
  }
  text += fmt::format("to train further: attnviz train --resume {} ", shell_word(folder));
  if (!ended_early(report)) return text + fmt::format("--steps N, with N above {}", report.limit);
  text += is_at_rest ? fmt::format("--steps {}", recipe.steps)
                     : fmt::format("--steps N, with N from {} on", report.limit);
  if (report.stop_reason == StopReason::stalled) {
    text += fmt::format(", or --patience N, with N above {}", report.patience);
  }
  return text;
}

std::string report_text(const RunReport& report, const std::string& folder) {
  const Json test = Json::parse(report.scores);
  std::string gold;
  if (!test["offsets"].empty()) {  // some have a gold alignment
    gold = fmt::format("gold mass {:.3f}, hit rate {:.3f}, ", test["gold_mass"].get<double>(),
                       test["hit_rate"].get<double>());
  }
  return fmt::format(
      "test on {} unseen examples: exact match {}, {}tokens {}\n"
      "{} {}/model.safetensors (best of {} steps: step {}{})\n",
      test["examples"].get<std::size_t>(), percent(test["exact_match"]), gold,
      percent(test["token_accuracy"]), report.was_finished ? "unchanged" : "saved",
      printable(folder, no_limit), report.steps, report.best_step,
      report.was_finished ? "" : ", " + duration_text(report.seconds));
}

std::string report_json(const RunReport& report, const std::string& folder) {
  Json json{{"folder", folder},
            {"steps", report.steps},
            {"best_step", report.best_step},
            {"seconds", report.seconds},
            {"test", Json::parse(report.scores)}};
  if (!report.unknown.empty()) json["unknown"] = Json::parse(report.unknown);
  // A folder's name need not be UTF-8, but JSON must be.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace attnviz

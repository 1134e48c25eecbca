#include "cli/render/curves.h"

#include <fmt/core.h>

#include <exception>
#include <map>
#include <sstream>

#include "attnviz/error.h"
#include "base/file.h"
#include "cli/held_out.h"
#include "cli/open_model.h"
#include "cli/output.h"
#include "formats/json.h"
#include "formats/strict_json.h"
#include "infer/model_task.h"
#include "train/data.h"
#include "train/run.h"
#include "train/trainer.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t max_metrics = 1U << 26U;
constexpr std::uint64_t curve_seed = 1000;  // as `attnviz eval` has by default

/// Of a model of pairs: on those that were held out to test with.
CurveSeries pairs_by_length(const Model& model, const std::string& path, int count) {
  std::map<std::size_t, int> seen;
  PairEvents events;
  events.filter = [&](const TextPair& pair) { return seen[pair.source.size()]++ < count; };
  CurveSeries series{path, {}, {}};
  const auto scores = evaluate_test(model, open_pairs(model, path), {}, events);
  for (const auto& [length, answers] : scores.by_length()) {
    series.x.push_back(length);
    series.y.push_back(answers.exact_match());
  }
  return series;
}

CurveSeries exact_by_length(const std::string& path, int count) {
  const Model model = open_model(path);
  const auto task = task_of(model);
  if (!task && model.metadata.contains("data")) return pairs_by_length(model, path, count);
  if (!task || !task->task->takes_lengths) {
    throw InputError(
        printable(path, no_limit) +
        ": expected a model of a task with lengths to choose from; --curve-of training "
        "draws how any run was trained");
  }
  CurveSeries series{path, {}, {}};
  DecodingScratch scratch(model.config);
  scratch.model = model.name;
  for (int length = task->options.min_length; length <= task->options.max_length; ++length) {
    TaskOptions options = task->options;
    options.min_length = options.max_length = length;
    const TaskData data(*task->task, options, model.source, model.target);
    Random random(curve_seed, static_cast<std::uint64_t>(Stream::test));
    const auto examples = data.draw(Part::test, count, random);
    series.x.push_back(length);
    series.y.push_back(
        evaluate_greedily(model.weights, model.config, examples, scratch).answers.exact_match());
  }
  return series;
}

struct Metrics {
  CurveSeries loss;
  CurveSeries exact;
  CurveSeries mass;  // empty where no gold alignment is known
  CurveSeries entropy;
};

Metrics read_metrics(const std::string& folder) {
  const RunFolder run(folder);
  const std::string file = run.metrics();
  if (!run.has_metrics()) require_model(run);
  note_mixed_runs(folder);
  std::istringstream lines(read_file(file, max_metrics));
  const CurveSeries empty{folder, {}, {}};
  Metrics metrics{empty, empty, empty, empty};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::string place = fmt::format("{}:{}", printable(file, no_limit), number);
    try {
      const auto json = parse_strict_json<Json>(line, place);
      const double step = json.at("step");
      const auto add = [&](CurveSeries& series, const char* key) {
        series.x.push_back(step);
        series.y.push_back(json.at(key));
      };
      add(metrics.loss, "loss");
      add(metrics.exact, "exact_match");
      if (!json.at("offsets").empty()) add(metrics.mass, "gold_mass");
      add(metrics.entropy, "row_entropy");
    } catch (const Json::exception&) {
      throw InputError(place + ": expected the metrics of a run");
    }
  }
  if (metrics.loss.x.empty()) {
    require_model(run);
    throw InputError(printable(file, no_limit) + ": expected at least one evaluation, got none");
  }
  return metrics;
}

/// Calls draw(run) for every run, but notes and leaves out those that cannot be drawn, such as
/// those without an evaluation. Throws the first of these InputErrors if that is all of them.
template <typename Draw>
void for_each_evaluated(const std::vector<std::string>& runs, Draw&& draw) {
  std::exception_ptr first;
  std::size_t left_out = 0;
  for (const std::string& run : runs) {
    try {
      draw(run);
    } catch (const InputError& error) {
      if (!first) first = std::current_exception();
      ++left_out;
      if (runs.size() > 1) tell_note(false, fmt::format("{}: left out", error.what()));
    }
  }
  if (left_out == runs.size() && first) std::rethrow_exception(first);
}

}  // namespace

std::vector<CurvePanel> length_curves(const std::vector<std::string>& models, int count) {
  CurvePanel panel{"", "input length", "exact match", {}, true};
  for_each_evaluated(models, [&](const std::string& model) {
    panel.series.push_back(exact_by_length(model, count));
  });
  return {panel};
}

std::vector<CurvePanel> training_curves(const std::vector<std::string>& folders) {
  CurvePanel loss{"", "", "loss", {}, false};
  CurvePanel exact{"", "", "exact match", {}, true};
  CurvePanel mass{"", "training step", "gold mass", {}, true};
  CurvePanel entropy{"", "training step", "row entropy (nats)", {}, false};
  for_each_evaluated(folders, [&](const std::string& folder) {
    Metrics metrics = read_metrics(folder);
    loss.series.push_back(std::move(metrics.loss));
    exact.series.push_back(std::move(metrics.exact));
    if (!metrics.mass.x.empty()) mass.series.push_back(std::move(metrics.mass));
    entropy.series.push_back(std::move(metrics.entropy));
  });
  return {loss, exact, mass.series.empty() ? entropy : mass};
}

}  // namespace attnviz

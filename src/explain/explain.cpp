#include "explain/explain.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "attnviz/error.h"
#include "explain/methods.h"

namespace attnviz {
namespace {

using Explain = void (*)(Question&, Attribution&);

/// In the order of Method.
constexpr Explain functions[] = {explain_by_attention,   explain_by_attention,
                                 explain_by_attention,   explain_by_erasure,
                                 explain_by_occlusion,   explain_by_flips,
                                 explain_by_gradient,    explain_by_integrated_gradients,
                                 explain_by_shapley,     explain_by_lime,
                                 explain_by_kernel_shap, explain_by_truth};

std::optional<Baseline> baseline_for(const MethodInfo& info, std::optional<Baseline> wanted) {
  if (info.baselines.empty()) return std::nullopt;
  const bool can = wanted && std::ranges::find(info.baselines, *wanted) != info.baselines.end();
  return can ? wanted : info.baselines.front();
}

/// Adds what the task says of the input, if it is one of its inputs.
void add_task(const ModelTask& known, Explained& explained) {
  explained.task = known.task->name;
  std::optional<Example> right = known.task->solve(known.options, explained.source);
  if (!right) return;
  const std::size_t outputs = explained.answer.size();
  explained.expected = std::move(right->target);
  explained.expected.emplace_back(end_label);
  explained.expected.resize(explained.rows());
  explained.gold = std::move(right->gold);
  explained.gold.resize(std::min(explained.gold.size(), outputs));
  explained.gold.resize(explained.rows());
}

}  // namespace

std::size_t Attribution::undefined() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(values, [](double value) { return std::isnan(value); }));
}

Explainer::Parts::Parts(const Model& of, Workers& workers)
    : model(of), task(task_of(of)), text(text_of(of)), passes(of, workers) {}

Question::Question(Explainer& explainer, const Explained& of, const ExplainOptions& with)
    : parts(explainer.parts()),
      explained(of),
      options(with),
      swaps(find_swaps(parts.model, parts.task, of.source, with.seed)),
      f(parts.passes.log_probabilities(of.answer_ids, 1,
                                       [&](std::size_t) { return of.source_ids; })) {}

int Question::absent(Baseline baseline) const {
  return baseline == Baseline::zero  ? parts.passes.zero()
         : baseline == Baseline::unk ? Vocabulary::unknown
                                     : parts.passes.mean();
}

Explainer::Explainer(const Model& model, Workers& workers)
    : parts_(std::make_unique<Parts>(model, workers)) {
  if (!model.config.copy) return;
  throw UsageError(fmt::format(
      "explain: {} has a copy gate: what an answer may copy changes with the input, so what an "
      "absent or another symbol does to it is not defined; render and predict show its attention",
      model.name));
}

Explainer::~Explainer() = default;

std::string Explainer::refusal(Method method) const {
  const bool reads_attention =
      method == Method::attention || method == Method::value || method == Method::logit;
  if (reads_attention && parts_->model.config.attention == Attention::none) {
    return "the model has no attention";
  }
  if ((method == Method::value || method == Method::logit) && parts_->model.config.hard) {
    return "hard attention mixes probabilities, not values, so no part of a sum is one input's";
  }
  if (method == Method::truth && !parts_->task) return "the model was trained on no task";
  if (method == Method::logit && parts_->model.config.readout_units > 0) {
    return "the model's readout has a hidden layer, so no part of a logit is one input's";
  }
  return "";
}

bool Explainer::takes_unknown() const {
  return parts_->text.takes_unknown;
}

Explained Explainer::answer(std::span<const std::string> source,
                            const std::optional<std::vector<std::string>>& target) {
  Explained result;
  result.source.assign(source.begin(), source.end());
  result.source_ids = encode(parts_->model.source, source);
  result.is_given = target.has_value();
  if (target) {
    result.answer = *target;
    result.answer_ids = encode(parts_->model.target, *target);
  } else {
    const auto length = static_cast<int>(result.source_ids.size());
    auto answers = parts_->passes.answers(answer_limit(parts_->text.longest, length), 1,
                                          [&](std::size_t) { return result.source_ids; });
    result.answer_ids = std::move(answers.front());
    result.answer = decode(parts_->model.target, result.answer_ids);
  }
  if (parts_->task) add_task(*parts_->task, result);
  return result;
}

std::vector<Attribution> Explainer::explain(const Explained& explained,
                                            std::span<const Method> methods,
                                            const ExplainOptions& options) {
  Question question(*this, explained, options);
  std::vector<Attribution> results;
  for (const Method method : methods) {
    const MethodInfo& info = info_of(method);
    const std::string why_not = refusal(method);
    if (!why_not.empty()) throw UsageError(fmt::format("{}: {}", info.name, why_not));
    Attribution& result = results.emplace_back();
    result.method = method;
    result.baseline = baseline_for(info, options.baseline);
    result.columns = question.inputs();
    functions[static_cast<std::size_t>(method)](question, result);
    const auto is_too_large = [](double value) {
      return std::abs(value) > double{std::numeric_limits<float>::max()};
    };
    if (std::ranges::any_of(result.values, is_too_large)) {
      refuse_not_finite(parts_->model.name, std::string(info.name));
    }
  }
  return results;
}

AttentionMap to_map(const Explained& explained, const Attribution& attribution) {
  const MethodInfo& info = info_of(attribution.method);
  AttentionMap map;
  map.kind = MapKind::attribution;
  map.source = explained.source;
  map.source.emplace_back(end_label);
  map.target = explained.answer;
  if (explained.rows() > explained.answer.size()) map.target.emplace_back(end_label);
  map.gold = explained.gold;
  map.expected = explained.expected;
  map.weights.assign(map.rows() * map.columns(), std::numeric_limits<float>::quiet_NaN());
  for (std::size_t i = 0; i < map.rows(); ++i) {
    for (std::size_t j = 0; j < attribution.columns; ++j) {
      map.weights[i * map.columns() + j] =
          static_cast<float>(attribution.values[i * attribution.columns + j]);
    }
  }
  if (!explained.task.empty()) map.metadata["task"] = explained.task;
  map.metadata["method"] = info.name;
  map.metadata["function"] = info.quantity;
  map.metadata["check"] = attribution.check;
  if (attribution.baseline) map.metadata["baseline"] = to_string(*attribution.baseline);
  return map;
}

}  // namespace attnviz

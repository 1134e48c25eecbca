#include "cli/explain/method_options.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "attnviz/error.h"
#include "base/split.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "cli/output.h"

namespace attnviz {
namespace {

constexpr int max_threads = 16;
constexpr std::size_t max_values_at_once = std::size_t{1} << 23U;  // 64 MiB, and maps of them
constexpr std::array usual_methods{Method::attention, Method::occlusion, Method::shapley,
                                   Method::truth};
constexpr std::array all_baselines{Baseline::swap, Baseline::mean, Baseline::zero, Baseline::unk,
                                   Baseline::remove};

std::vector<std::string> names_of_all() {
  std::vector<std::string> names;
  for (const MethodInfo& info : all_methods()) names.emplace_back(info.name);
  return names;
}

/// "mean, zero or unk"
std::string choice_text(std::span<const Baseline> baselines) {
  std::string text;
  for (std::size_t i = 0; i < baselines.size(); ++i) {
    text += i == 0 ? "" : i + 1 < baselines.size() ? ", " : " or ";
    text += to_string(baselines[i]);
  }
  return text;
}

std::string name_of(Method method) {
  return std::string(info_of(method).name);
}

bool can_take(Method method, Baseline baseline) {
  return std::ranges::find(info_of(method).baselines, baseline) != info_of(method).baselines.end();
}

std::vector<Method> parse_list(const std::string& option, const std::string& list) {
  std::vector<Method> methods;
  for (const std::string_view part : split(list, ",")) {
    const std::string name(trimmed(part));
    const auto method = method_from(name);
    if (!method) {
      const std::vector<std::string> names = names_of_all();
      throw UsageError(option + ": expected all, or methods out of " + method_names() + ", got \"" +
                       printable(name) + '"' + did_you_mean(name, names));
    }
    if (std::ranges::find(methods, *method) != methods.end()) {
      throw UsageError(option + ": expected each method once, got " + name + " again");
    }
    methods.push_back(*method);
  }
  return methods;
}

/// All or the usual ones, but not those that have no use with the model.
std::vector<Method> usable_methods(const std::string& list, const Explainer& explainer,
                                   bool quiet) {
  std::vector<Method> methods;
  const auto add = [&](Method method) {
    const std::string refusal = explainer.refusal(method);
    if (refusal.empty()) {
      methods.push_back(method);
    } else if (!list.empty() || method != Method::truth) {
      tell_note(quiet, name_of(method) + " is left out: " + refusal);
    }
  };
  if (list.empty()) {
    std::ranges::for_each(usual_methods, add);
  } else {
    for (const MethodInfo& info : all_methods()) add(info.method);
  }
  return methods;
}

/// Methods that take baselines but not this one keep theirs, unless they were named.
void check_baseline(Baseline baseline, std::span<const Method> methods, const Explainer& explainer,
                    bool named, bool quiet) {
  const std::string name(to_string(baseline));
  std::vector<std::string> others;
  bool has_use = false;
  for (const Method method : methods) {
    const std::span<const Baseline> baselines = info_of(method).baselines;
    has_use = has_use || can_take(method, baseline);
    if (baselines.empty() || can_take(method, baseline)) continue;
    if (named) {
      throw UsageError("--baseline: " + name_of(method) + " takes " + choice_text(baselines) +
                       ", got " + name);
    }
    others.push_back(name_of(method) + " (" + std::string(to_string(baselines.front())) + ")");
  }
  if (!has_use) throw UsageError("--baseline: none of the methods takes " + name);
  if (!others.empty()) {
    tell_note(quiet,
              "baselines other than " + name + ", which they cannot take: " + join(others, ", "));
  }
  if (baseline == Baseline::unk && !explainer.takes_unknown()) {
    tell_note(quiet,
              "with --baseline unk an absent input has an embedding that was never trained: the "
              "model met no unknown symbols");
  }
  if (baseline == Baseline::remove) {
    tell_note(quiet,
              "with --baseline delete every input after the deleted one moves up a place, and that "
              "changes the answer too");
  }
}

}  // namespace

std::string method_names() {
  return join(names_of_all(), ", ");
}

void add_method_options(const Command& command, MethodOptions& options) {
  std::vector<std::string> names;
  for (const Baseline baseline : all_baselines) names.emplace_back(to_string(baseline));
  command.choice("--baseline", options.baseline, names,
                 "what stands for an absent input (default: swap, each other symbol of its kind, "
                 "for occlusion; mean, the mean embedding, for ig, shapley, lime, kernelshap)");
  command.integer("--samples", options.samples, 16, 1'000'000,
                  "variants that shapley, lime and kernelshap look at of an input of more than 12 "
                  "symbols; of others they look at all (default 4096)");
  command.integer("--threads", options.threads, 1, max_threads,
                  "threads; the result does not depend on it (default 1)");
}

std::vector<Method> choose_methods(const std::string& option, const MethodOptions& options,
                                   const Explainer& explainer, bool quiet,
                                   ExplainOptions& explain) {
  const bool named = !options.methods.empty() && options.methods != "all";
  std::vector<Method> methods = named ? parse_list(option, options.methods)
                                      : usable_methods(options.methods, explainer, quiet);
  for (const Method method : methods) {
    const std::string refusal = explainer.refusal(method);
    if (!refusal.empty()) throw UsageError(option + ": " + name_of(method) + ": " + refusal);
  }
  explain.samples = options.samples;
  explain.baseline = baseline_from(options.baseline);
  if (explain.baseline) check_baseline(*explain.baseline, methods, explainer, named, quiet);
  return methods;
}

void check_size(const Explained& explained, std::size_t methods) {
  const std::size_t values = explained.rows() * (explained.inputs() + 1) * methods;
  if (values <= max_values_at_once) return;
  throw LimitError(
      fmt::format("input: expected at most {} values in all maps, got {}: {} methods, {} outputs "
                  "and {} inputs; name fewer methods, or explain a part of the input",
                  max_values_at_once, values, methods, explained.rows(), explained.inputs()));
}

std::string method_title(Method method, const std::optional<Baseline>& baseline) {
  return name_of(method) + (baseline ? ", " + std::string(to_string(*baseline)) : "");
}

}  // namespace attnviz

#include "explain/method.h"

#include <algorithm>
#include <array>

namespace attnviz {
namespace {

using enum Baseline;

constexpr std::array occlusion_baselines{swap, mean, zero, unk, remove};
constexpr std::array path_baselines{mean, zero, unk};
constexpr std::string_view fall = "change of log p";

constexpr std::array methods{
    MethodInfo{Method::attention, "attention", "where it looks", "attention", {}},
    MethodInfo{Method::value,
               "value",
               "how much it takes from there",
               "attention times the length of the value",
               {}},
    MethodInfo{Method::logit,
               "logit",
               "what that adds to the logit",
               "part of the logit from attention",
               {}},
    MethodInfo{Method::erase, "erase", "what it needs to look at", fall, {}},
    MethodInfo{Method::occlusion, "occlusion", "what it needs", fall, occlusion_baselines},
    MethodInfo{Method::flip, "flip", "what changes its answer", "share of swaps", {}},
    MethodInfo{Method::gradient, "gradient", "where a small step counts", fall, {}},
    MethodInfo{Method::ig, "ig", "integrated gradients", fall, path_baselines},
    MethodInfo{Method::shapley, "shapley", "what SHAP says", fall, path_baselines},
    MethodInfo{Method::lime, "lime", "what LIME says", fall, path_baselines},
    MethodInfo{Method::kernelshap, "kernelshap", "what Kernel SHAP says", fall, path_baselines},
    MethodInfo{Method::truth, "truth", "what the task needs", "share of swaps", {}}};

constexpr std::array<std::string_view, 5> baselines{"swap", "mean", "zero", "unk", "delete"};

}  // namespace

std::span<const MethodInfo> all_methods() {
  return methods;
}

const MethodInfo& info_of(Method method) {
  return methods[static_cast<std::size_t>(method)];
}

std::string_view to_string(Baseline baseline) {
  return baselines[static_cast<std::size_t>(baseline)];
}

std::optional<Method> method_from(std::string_view name) {
  const auto found = std::ranges::find(methods, name, &MethodInfo::name);
  if (found == methods.end()) return std::nullopt;
  return found->method;
}

std::optional<Baseline> baseline_from(std::string_view name) {
  const auto found = std::ranges::find(baselines, name);
  if (found == baselines.end()) return std::nullopt;
  return static_cast<Baseline>(found - baselines.begin());
}

}  // namespace attnviz

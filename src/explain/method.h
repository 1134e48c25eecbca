// The ways to say which input an output depends on.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace attnviz {

/// f_i below is log p(y_i | y_<i, x), y the explained answer; phi_ij the value of input j for
/// output i.
enum class Method {
  attention,   // a_ij
  value,       // a_ij |W_c h_j|, W_c the readout's block for the context (Kobayashi et al. 2020)
  logit,       // a_ij (W_c h_j)[y_i]
  erase,       // f_i minus f_i without a_ij (Serrano and Smith 2019)
  occlusion,   // f_i minus f_i with another symbol at j (Zeiler and Fergus 2014; Li et al. 2016)
  flip,        // share of the swaps of j after which the answer differs at i
  gradient,    // (df_i / dx_j)' x_j (Shrikumar et al. 2016)
  ig,          // integrated gradients (Sundararajan, Taly, Yan 2017)
  shapley,     // Shapley values (Shapley 1953; Lundberg and Lee 2017)
  lime,        // LIME (Ribeiro, Singh, Guestrin 2016)
  kernelshap,  // Kernel SHAP (Lundberg and Lee 2017)
  truth        // share of the swaps of j after which the task's own answer differs at i
};

/// What stands for an absent input.
enum class Baseline {
  swap,    // the other symbols of its kind, each in turn
  mean,    // the mean embedding of the ordinary symbols
  zero,    // an embedding of zeros
  unk,     // <unk>
  remove,  // nothing: the inputs after it move up; "delete" on the command line
};

struct MethodInfo {
  Method method;
  std::string_view name;                // as people write it: "ig"
  std::string_view question;            // that it answers: "where it looks"
  std::string_view quantity;            // what a value is: "change of log p"
  std::span<const Baseline> baselines;  // that it can take, the default first; none without one
};

/// All of them, in the order of Method.
std::span<const MethodInfo> all_methods();
const MethodInfo& info_of(Method method);

/// "swap", "mean", "zero", "unk" or "delete".
std::string_view to_string(Baseline baseline);
std::optional<Method> method_from(std::string_view name);
std::optional<Baseline> baseline_from(std::string_view name);

}  // namespace attnviz

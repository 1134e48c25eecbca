// Which methods explain a model, and how: shared by explain and eval.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "explain/explain.h"

namespace attnviz {

struct MethodOptions {
  std::string methods;   // as typed: "attention,ig"; "" for the usual ones
  std::string baseline;  // "" for the default of each method
  int samples = ExplainOptions{}.samples;
  int threads = 1;
};

/// Adds --baseline, --samples and --threads. `options` must outlive the program.
void add_method_options(const Command& command, MethodOptions& options);

/// "attention, value, ...": all methods, for --help.
std::string method_names();

/// The methods of a list, "all", or the usual ones for "", and `explain` with the baseline for
/// them. Of the latter two, those that the model cannot be explained by are left out with a note,
/// unless `quiet`; and notes tell of a baseline that some keep, that moves the inputs or was not
/// trained. Throws UsageError naming `option` for a list that is none, and for methods that were
/// named and cannot be used, or not with this baseline.
std::vector<Method> choose_methods(const std::string& option, const MethodOptions& options,
                                   const Explainer& explainer, bool quiet, ExplainOptions& explain);

/// Throws LimitError where what so many methods say of one answer would not fit into memory.
void check_size(const Explained& explained, std::size_t methods);

/// "occlusion, swap": a method with what stands for an absent input, if it has one.
std::string method_title(Method method, const std::optional<Baseline>& baseline);

}  // namespace attnviz

// Which kernels this machine runs.
#pragma once

#include <span>
#include <string_view>

#include "nn/kernels/kernels.h"

namespace attnviz {

/// A kind of processor that kernels were compiled for.
struct Processor {
  std::string_view name;  // "x86-64-v3", "neon", ...
  const Kernels* kernels;
  bool (*is_here)();  // whether this machine has its instructions
};

/// All kinds that this program was compiled for, the best first.
std::span<const Processor> processors();

/// The one in use: the best that is here, or what the environment variable ATTNVIZ_CPU names.
/// Throws UsageError for another name, LimitError for one whose instructions are not here.
const Processor& processor();

/// Those of processor().
const Kernels& kernels();

}  // namespace attnviz

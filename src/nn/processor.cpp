#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "attnviz/error.h"
#include "nn/processor.h"

namespace attnviz {
#if defined(ATTNVIZ_SCALAR_DOUBLE) || !(defined(__x86_64__) || defined(__aarch64__))

namespace any_processor {
extern const Kernels kernels;
}
std::span<const Processor> processors() {
  static constexpr Processor all[] = {{"any", &any_processor::kernels, [] { return true; }}};
  return all;
}

#elif defined(__aarch64__)

namespace neon {
extern const Kernels kernels;
}
std::span<const Processor> processors() {
  static constexpr Processor all[] = {{"neon", &neon::kernels, [] { return true; }}};
  return all;
}

#else

namespace x86_64_v2 {
extern const Kernels kernels;
}
namespace x86_64_v3 {
extern const Kernels kernels;
}
namespace x86_64_v4 {
extern const Kernels kernels;
}

namespace {

// The levels of the x86-64 psABI, by the instructions that compilers use for them.
bool has_v2() {
  return __builtin_cpu_supports("sse4.2") != 0 && __builtin_cpu_supports("ssse3") != 0 &&
         __builtin_cpu_supports("popcnt") != 0;
}
bool has_v3() {
  return has_v2() && __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 &&
         __builtin_cpu_supports("bmi") != 0 && __builtin_cpu_supports("bmi2") != 0;
}
bool has_v4() {
  return has_v3() && __builtin_cpu_supports("avx512f") != 0 &&
         __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512cd") != 0 &&
         __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
}

}  // namespace

std::span<const Processor> processors() {
  static constexpr Processor all[] = {{"x86-64-v4", &x86_64_v4::kernels, has_v4},
                                      {"x86-64-v3", &x86_64_v3::kernels, has_v3},
                                      {"x86-64-v2", &x86_64_v2::kernels, has_v2}};
  return all;
}

#endif

namespace {

const Processor& choose() {
  const auto all = processors();
  if (const char* wanted = std::getenv("ATTNVIZ_CPU"); wanted != nullptr && *wanted != '\0') {
    const auto named =
        std::find_if(all.begin(), all.end(), [=](const Processor& p) { return p.name == wanted; });
    if (named == all.end()) {
      std::string names;
      for (const Processor& p : all)
        names += std::string(names.empty() ? "" : ", ") + std::string(p.name);
      throw UsageError(
          fmt::format("ATTNVIZ_CPU: expected one of {}, got {}", names, printable(wanted)));
    }
    if (!named->is_here()) {
      throw LimitError(fmt::format("ATTNVIZ_CPU: this processor lacks instructions of {}", wanted));
    }
    return *named;
  }
  const auto best =
      std::find_if(all.begin(), all.end(), [](const Processor& p) { return p.is_here(); });
  if (best == all.end()) {
    throw LimitError(fmt::format(
        "this processor lacks instructions of {}, the oldest kind that attnviz computes on",
        all.back().name));
  }
  return *best;
}

}  // namespace

const Processor& processor() {
  static const Processor& chosen = choose();
  return chosen;
}

const Kernels& kernels() {
  return *processor().kernels;
}

}  // namespace attnviz

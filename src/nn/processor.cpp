#include <fmt/core.h>

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

// The levels of the x86-64 psABI. Processors with these instructions have the others of a level too
// (LZCNT, MOVBE, F16C of the third), which not every compiler can ask for.
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

const Processor& named(std::string_view name) {
  std::string names;
  for (const Processor& processor : processors()) {
    if (processor.name == name) {
      if (processor.is_here()) return processor;
      throw LimitError(fmt::format("ATTNVIZ_CPU: this processor lacks instructions of {}", name));
    }
    names += fmt::format("{}{}", names.empty() ? "" : ", ", processor.name);
  }
  throw UsageError(fmt::format("ATTNVIZ_CPU: expected one of {}, got {}", names, printable(name)));
}

const Processor& best() {
  for (const Processor& processor : processors()) {
    if (processor.is_here()) return processor;
  }
  throw LimitError(
      fmt::format("this processor lacks instructions of {}, the oldest kind that attnviz "
                  "computes on",
                  processors().back().name));
}

}  // namespace

const Processor& processor() {
  static const Processor& chosen = []() -> const Processor& {
    const char* name = std::getenv("ATTNVIZ_CPU");
    return name != nullptr && *name != '\0' ? named(name) : best();
  }();
  return chosen;
}

const Kernels& kernels() {
  return *processor().kernels;
}

}  // namespace attnviz

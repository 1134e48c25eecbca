// Refuses a processor that lacks the instructions the rest was compiled for. This file is compiled
// for the oldest of its kind and runs before anything else; no header with code in it may be
// included: the linker might take the copy of a file that was compiled for newer ones.
#include <unistd.h>

#include "cli/built_for.h"

#if defined(__x86_64__)

namespace {

constexpr int over_a_limit = 5;

bool is(const char* a, const char* b) {
  while (*a != '\0' && *a == *b) ++a, ++b;
  return *a == *b;
}

bool processor_has(const char* name) {
  __builtin_cpu_init();
  // The builtin takes literals only. Unknown features count as missing.
  return (is(name, "sse4.2") && __builtin_cpu_supports("sse4.2")) ||
         (is(name, "popcnt") && __builtin_cpu_supports("popcnt")) ||
         (is(name, "avx") && __builtin_cpu_supports("avx")) ||
         (is(name, "avx2") && __builtin_cpu_supports("avx2")) ||
         (is(name, "fma") && __builtin_cpu_supports("fma")) ||
         (is(name, "bmi") && __builtin_cpu_supports("bmi")) ||
         (is(name, "bmi2") && __builtin_cpu_supports("bmi2")) ||
         (is(name, "avx512f") && __builtin_cpu_supports("avx512f")) ||
         (is(name, "avx512cd") && __builtin_cpu_supports("avx512cd")) ||
         (is(name, "avx512bw") && __builtin_cpu_supports("avx512bw")) ||
         (is(name, "avx512dq") && __builtin_cpu_supports("avx512dq")) ||
         (is(name, "avx512vl") && __builtin_cpu_supports("avx512vl")) ||
         (is(name, "avx512vbmi") && __builtin_cpu_supports("avx512vbmi")) ||
         (is(name, "avx512vnni") && __builtin_cpu_supports("avx512vnni"));
}

void say(const char* text) {
  const char* end = text;
  while (*end != '\0') ++end;
  // There is no way to report a failure.
  if (::write(STDERR_FILENO, text, static_cast<unsigned long>(end - text)) < 0) return;
}

// 101 is the first place that programs may have: before every other initialisation.
__attribute__((constructor(101))) void check_processor() {
  for (const char* const* name = attnviz::built_for; *name != nullptr; ++name) {
    if (processor_has(*name)) continue;
    say("attnviz: error: this program was built for processors with ");
    say(*name);
    say(", which this one lacks; build it on this machine, or with -DATTNVIZ_NATIVE=OFF\n");
    ::_exit(over_a_limit);
  }
}

}  // namespace

#endif

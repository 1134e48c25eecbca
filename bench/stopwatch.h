// Time of the calling thread alone, which does not count what other programs take of its core.
#pragma once

#include <ctime>

#include <algorithm>

namespace attnviz::bench {

inline double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Seconds of one call of f: the best of a few tries of about 2 ms each.
template <typename F>
double best_time(F&& f) {
  constexpr int tries = 5;
  constexpr double long_enough = 0.002;
  double best = 1e9;
  for (int i = 0, calls = 1; i < tries;) {
    const double start = thread_seconds();
    for (int call = 0; call < calls; ++call) f();
    const double seconds = thread_seconds() - start;
    if (seconds < long_enough) {
      calls *= 2;
    } else {
      best = std::min(best, seconds / calls);
      ++i;
    }
  }
  return best;
}

}  // namespace attnviz::bench

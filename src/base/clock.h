// Time that passes.
#pragma once

#include <chrono>

namespace attnviz {

/// Seconds since any moment, by the system's clock that is never set.
inline double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace attnviz

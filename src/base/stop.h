// How long work is given up before its end.
#pragma once

#include <functional>

namespace attnviz {

/// Thrown by work that was asked to stop. Its arguments are as they were before; the contents of
/// its buffers are undefined.
struct WorkStopped {};

/// What long work asks many times a second, in any of its threads: whether it should stop.
class StopCheck {
 public:
  StopCheck() = default;  // never
  /// `asked` may be empty, and must outlive the check.
  explicit StopCheck(const std::function<bool()>& asked) : asked_(&asked) {}
  explicit StopCheck(std::function<bool()>&&) = delete;

  /// Throws WorkStopped.
  void operator()() const {
    if (asked_ != nullptr && *asked_ && (*asked_)()) throw WorkStopped{};
  }

 private:
  const std::function<bool()>* asked_ = nullptr;
};

}  // namespace attnviz

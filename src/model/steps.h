// Walking along packed steps.
#pragma once

#include <algorithm>
#include <vector>

#include "nn/recurrent.h"

namespace attnviz {

inline constexpr Columns no_columns{0, 0};

/// The columns of step t, given where each step starts.
inline Columns step_columns(const std::vector<int>& first, Index t) {
  const auto i = static_cast<std::size_t>(t);
  return {first[i], first[i + 1] - first[i]};
}

/// Copies the first now.count columns of the step `earlier` of `from` into the step `now` of `to`;
/// examples that `earlier` does not have start from zero.
inline void carry(const Matrix& from, Columns earlier, Columns now, Matrix& to) {
  const Index known = std::min(earlier.count, now.count);
  to.middleCols(now.first, known) = from.middleCols(earlier.first, known);
  to.middleCols(now.first + known, now.count - known).setZero();
}

/// State and memory before step `now` are those after the step `earlier`.
inline void carry_state(Columns earlier, Columns now, RecurrentTape& tape) {
  carry(tape.after, earlier, now, tape.before);
  carry(tape.memory_after, earlier, now, tape.memory_before);
}

}  // namespace attnviz

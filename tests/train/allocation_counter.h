// Counts allocations, and makes them fail, of the test program's own code: operator new, and calls
// of malloc, which Eigen makes directly (the linker sends those here: --wrap=malloc).
#pragma once

#include <cstddef>

#include "catch.h"

namespace attnviz {

/// Not with the address sanitizer, which brings its own operator new: said aloud, as ctest takes
/// the line for the word that a test was skipped.
inline bool allocations_are_counted() {
#if defined(ATTNVIZ_SANITIZED)
  WARN("skipped: the allocation counter is not available with the sanitizers");
  return false;
#else
  return true;
#endif
}

/// Since the program started, in all threads.
std::size_t allocation_count();

/// The allocation after `successes` more fails, once. Negative: none does.
void fail_allocation_after(long successes);

}  // namespace attnviz

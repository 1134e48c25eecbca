// Counts allocations, and makes them fail, of the test program's own code: operator new, and calls
// of malloc, which Eigen makes directly (the linker sends those here: --wrap=malloc).
#pragma once

#include <cstddef>

namespace attnviz {

/// Not with the address sanitizer, which brings its own operator new.
#if defined(ATTNVIZ_SANITIZED)
inline constexpr bool allocations_are_counted = false;
#else
inline constexpr bool allocations_are_counted = true;
#endif

/// Since the program started, in all threads.
std::size_t allocation_count();

/// The allocation after `successes` more fails, once. Negative: none does.
void fail_allocation_after(long successes);

}  // namespace attnviz

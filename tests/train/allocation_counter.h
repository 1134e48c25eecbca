// Counts allocations of the test program's own code: operator new, and calls of malloc, which Eigen
// makes directly (the linker sends those here: --wrap=malloc).
#pragma once

#include <cstddef>

namespace attnviz {

/// Since the program started, in all threads.
std::size_t allocation_count();

}  // namespace attnviz

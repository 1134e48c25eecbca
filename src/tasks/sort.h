// The task that puts symbols in order.
#pragma once

#include "tasks/task.h"

namespace attnviz {

/// The row of the table for sort: ascending in the order of the alphabet, digits by default. The
/// gold of an output is every source position with its symbol. `solve` refuses the empty source,
/// symbols outside the alphabet and more than 1000 symbols (the gold of n equal ones has n * n
/// entries).
Task sort_task();

}  // namespace attnviz

// The tasks that move letters and never change them.
#pragma once

#include "tasks/task.h"

namespace attnviz {

/// The rows of the table for reverse, left-shift and right-shift. Their `solve` takes any symbols,
/// in the alphabet or not, and refuses only the empty source. A source shorter than the shift is
/// rotated by the shift modulo its length.
Task reverse_task();
Task left_shift_task();
Task right_shift_task();

}  // namespace attnviz

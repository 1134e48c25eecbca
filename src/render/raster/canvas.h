// What a canvas can hold.
#pragma once

#include <cstdint>

#include "attnviz/canvas.h"

namespace attnviz {

/// Throws LimitError unless both sides are 1..32,767 and the pixels at most 2^29 / 3.
void check_canvas_size(std::int64_t width, std::int64_t height);

}  // namespace attnviz

// From attention maps to a page.
#pragma once

#include <string>

#include "cli/render/figure.h"

namespace attnviz {

struct PageFlags {
  FigureOptions figure;
  bool upwards = false;
};

/// The bytes of an HTML file of all pictures, with a selector for each axis that tells some of them
/// apart: model or file, layer, head, method, training step, input. Throws LimitError above
/// max_page_weights, and as LookFlags::resolve does.
std::string draw_page(const Pictures& pictures, const PageFlags& flags);

}  // namespace attnviz

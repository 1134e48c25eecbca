// What says which line of a chart is which.
#pragma once

#include <cstddef>
#include <vector>

#include "render/raster/canvas.h"
#include "render/text/font.h"
#include "render/text/placed_text.h"

namespace attnviz {

/// How a series is drawn.
struct CurveStyle {
  std::size_t index = 0;  // of its name among all; colour, dashes and mark follow from it
  bool marked = false;    // every point has a mark, not only those without a line
};

struct LegendEntry {
  Box sample;  // the line is drawn through its middle
  PlacedText name;
  CurveStyle style;
};

/// Places the entries, whose names are given, from (0, 0) downwards in as many columns as `width`
/// pixels hold; names that are too long are shortened. Returns the height.
int place_legend(const Font& font, std::vector<LegendEntry>& legend, int width);

}  // namespace attnviz

// The legend of a chart.
#pragma once

#include <cstddef>
#include <vector>

#include "attnviz/canvas.h"
#include "attnviz/font.h"
#include "render/raster/stroke.h"
#include "render/text/placed_text.h"

namespace attnviz {

/// How a series is drawn.
struct CurveStyle {
  Color color;
  std::vector<double> dashes;  // as Painter::line has them
  Mark mark;
  bool marked = false;  // every point has a mark, not only those without a line
};

/// Of the series with this index: no two of the first 84 are alike.
CurveStyle curve_style(std::size_t index);

struct LegendEntry {
  Box sample;  // the line is drawn through its middle
  PlacedText name;
  CurveStyle style;
};

/// Places the entries, whose names are given, from (0, 0) downwards in as many columns as `width`
/// pixels hold; names that are too long are shortened. Returns the height.
int place_legend(const Font& font, std::vector<LegendEntry>& legend, int width);

}  // namespace attnviz

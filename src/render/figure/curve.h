// Line charts: curves over a common axis, panel below panel.
#pragma once

#include <vector>

#include "render/figure/curve_layout.h"
#include "render/paint/painter.h"
#include "render/raster/canvas.h"

namespace attnviz {

/// Series differ in colour, in dashes and in their marks, which are drawn where points are few.
/// Throws as lay_out_curves does.
Canvas draw_curves(const std::vector<CurvePanel>& panels, const CurveOptions& options);

/// The same for a layout made by lay_out_curves from the same panels and options.
Canvas draw_curves(const std::vector<CurvePanel>& panels, const CurveOptions& options,
                   const CurveLayout& layout);

/// The same with any painter, on white paper.
void paint_curves(Painter& painter, const std::vector<CurvePanel>& panels,
                  const CurveLayout& layout);

/// The colour of the series with this index.
Color curve_color(std::size_t index);

}  // namespace attnviz

// Line charts: curves over a common axis, panel below panel.
#pragma once

#include <vector>

#include "render/figure/curve_layout.h"
#include "render/paint/painter.h"

namespace attnviz {

/// Paints on white paper, in a layout made by lay_out_curves from the same panels. Series differ in
/// colour, in dashes and in their marks, which are drawn where points are few.
void paint_curves(Painter& painter, const std::vector<CurvePanel>& panels,
                  const CurveLayout& layout);

}  // namespace attnviz

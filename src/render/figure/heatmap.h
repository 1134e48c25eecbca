// An attention map painted.
#pragma once

#include <vector>

#include "attnviz/attention_map.h"
#include "attnviz/heatmap.h"
#include "attnviz/look.h"
#include "render/figure/layout.h"
#include "render/paint/painter.h"

namespace attnviz {

/// Paints on the painter's paper, in a layout made by lay_out_heatmap from the same map and look.
void paint_heatmap(Painter& painter, const AttentionMap& map, const Look& look,
                   const HeatmapLayout& layout);

/// The parts of a heatmap: the cells with labels and axis titles, and the colour bar.
void paint_panel(Painter& painter, const AttentionMap& map, const Look& look,
                 const PanelLayout& layout);
/// A line through a masked cell of 8 pixels or more, from corner to corner: no colour of the scale
/// is then mistaken for its ground.
void strike_out(Painter& painter, const Box& box, Color ink);
void paint_color_bar(Painter& painter, const ColorBar& layout, const Look& look);

}  // namespace attnviz

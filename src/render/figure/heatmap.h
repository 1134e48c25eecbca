// An attention map as a picture with labelled axes.
#pragma once

#include <vector>

#include "attnviz/attention_map.h"
#include "render/figure/layout.h"
#include "render/paint/painter.h"
#include "render/raster/canvas.h"

namespace attnviz {

/// Rows are outputs, columns inputs with their labels on top. Symbols known to be wrong have a
/// colour of their own and are underlined. Throws as lay_out_heatmap does.
Canvas draw_heatmap(const AttentionMap& map, const HeatmapOptions& options);

/// The same for a layout made by lay_out_heatmap from the same map and options.
Canvas draw_heatmap(const AttentionMap& map, const HeatmapOptions& options,
                    const HeatmapLayout& layout);

/// The same with any painter, on its paper.
void paint_heatmap(Painter& painter, const AttentionMap& map, const HeatmapOptions& options,
                   const HeatmapLayout& layout);

/// The parts of a heatmap: the cells with labels and axis titles, and the colour bar.
void paint_panel(Painter& painter, const AttentionMap& map, const Look& look,
                 const PanelLayout& layout);
void paint_color_bar(Painter& painter, const ColorBar& layout, const Look& look);

/// A canvas with the paper of a theme.
Canvas make_canvas(int width, int height, const Theme& theme);

/// From the least to the greatest weight of the maps; for the colours of differences as far to both
/// sides of 0.
Scale fit_scale(const std::vector<AttentionMap>& maps, Colormap colormap);

}  // namespace attnviz

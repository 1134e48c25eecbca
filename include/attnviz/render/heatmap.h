// An attention map as a picture with labelled axes.
#pragma once

#include "attnviz/base/attention_map.h"
#include "attnviz/render/canvas.h"
#include "attnviz/render/layout.h"

namespace attnviz {

/// Rows are outputs, columns inputs with their labels on top; the colour scale is fixed at 0..1.
/// Symbols known to be wrong are red and underlined. Throws as lay_out_heatmap does.
Canvas draw_heatmap(const AttentionMap& map, const HeatmapOptions& options);

/// The same for a layout made by lay_out_heatmap from the same map and options.
Canvas draw_heatmap(const AttentionMap& map, const HeatmapOptions& options,
                    const HeatmapLayout& layout);

/// The parts of a heatmap: the cells with labels and axis titles, and the colour bar.
void draw_panel(Canvas& canvas, const AttentionMap& map, const HeatmapOptions& options,
                const PanelLayout& layout, const Font& font);
void draw_color_bar(Canvas& canvas, const ColorBar& layout, const Font& font);

}  // namespace attnviz

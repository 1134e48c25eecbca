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

}  // namespace attnviz

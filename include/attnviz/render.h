// The renderer as a library: attention maps to pictures, for any program. Link to attnviz::render;
// docs/examples/ shows how. Nothing of it needs Eigen or a model.
//
//   AttentionMap map = {columns, rows, weights};      // attnviz/attention_map.h
//   Canvas canvas = draw_heatmap(map, HeatmapOptions{.title = "..."});
//   std::string file = encode_png(canvas);
#pragma once

#include "attnviz/attention_map.h"
#include "render/figure/heatmap.h"
#include "render/raster/canvas.h"
#include "render/raster/png.h"

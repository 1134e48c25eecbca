// The renderer as a library: attention maps to pictures, for any program. Link to attnviz::render;
// docs/examples/ shows how. Nothing of it needs Eigen or a model.
//
//   AttentionMap map = {columns, rows, weights};      // attnviz/base/attention_map.h
//   Canvas canvas = draw_heatmap(map, HeatmapOptions{.title = "..."});
//   std::string file = encode_png(canvas);
#pragma once

#include "attnviz/base/attention_map.h"
#include "attnviz/render/canvas.h"
#include "attnviz/render/heatmap.h"
#include "attnviz/render/png.h"

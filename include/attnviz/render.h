// The whole of the library: attention maps read, written and drawn. Link to attnviz::render;
// docs/examples/ shows how.
//
//   AttentionMap map = read_attention_file("map.json");
//   std::string file = encode_png(draw_heatmap(map));
#pragma once

#include "attnviz/attention_file.h"
#include "attnviz/attention_map.h"
#include "attnviz/error.h"
#include "attnviz/heatmap.h"
#include "attnviz/png.h"

// An attention map as a picture with labelled axes.
#pragma once

#include <string>

#include "attnviz/attention_map.h"
#include "attnviz/canvas.h"
#include "attnviz/font.h"
#include "attnviz/look.h"
#include "attnviz/picture_text.h"

namespace attnviz {

/// The texts around a map. They may hold anything: control characters are drawn as hexadecimal
/// escapes.
struct HeatmapTexts {
  std::string title;    // above the map; "" for none. Long lines wrap; \n starts a new one.
  std::string caption;  // below the map; "" for none. As the title.
  std::string row_title = "output";
  std::string column_title = "input";
};

struct HeatmapOptions {
  Look look;
  HeatmapTexts texts;
};

/// Rows are outputs, columns inputs with their labels on top. Symbols known to be wrong have a
/// colour of their own and are underlined. Throws UsageError when the map has no row or no column,
/// its weights are not rows x columns, or the cell is negative; LimitError when the picture would
/// be larger than a canvas can be, or title or caption is over 2^18 bytes.
Canvas draw_heatmap(const AttentionMap& map, const HeatmapOptions& options = {},
                    const Font& font = {});

/// The same as the bytes of an SVG file, with `text` as its title and description. With `dpi`,
/// pixels per inch, it has a size in inches.
std::string draw_heatmap_svg(const AttentionMap& map, const HeatmapOptions& options = {},
                             const Font& font = {}, const PictureText& text = {}, int dpi = 0);

}  // namespace attnviz

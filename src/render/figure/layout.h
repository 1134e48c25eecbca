// Where everything of a heatmap goes, decided before a pixel is drawn.
#pragma once

#include <vector>

#include "attnviz/attention_map.h"
#include "attnviz/canvas.h"
#include "attnviz/font.h"
#include "attnviz/heatmap.h"
#include "attnviz/look.h"
#include "render/figure/frame.h"
#include "render/figure/panel.h"
#include "render/figure/scale.h"
#include "render/text/placed_text.h"

namespace attnviz {

/// A mark of the colour bar.
struct Tick {
  double value = 0;
  int y = 0;  // the row of pixels that has this value's colour
  PlacedText label;
};

struct ColorBar {
  Box box;  // scale.high at its first row of pixels, scale.low at its last
  std::vector<Tick> ticks;
  Outside outside;  // a tip at each end that has weights beyond it
  Box masked;       // the ground of masked cells, below the bar; empty when there are none
  PlacedText masked_label;
  std::vector<PlacedText> title;  // line by line, to be read upwards

  Box bounds() const;
  void move_by(int dx, int dy);
};

/// A single map: its panel, the colour bar beside it, title and caption around both.
struct HeatmapLayout {
  PanelLayout panel;
  ColorBar color_bar;
  Frame frame;
};

/// The height of a colour bar beside maps that are so high.
int color_bar_height(int maps_height);

/// Where a colour bar goes.
struct BarPlace {
  int x = 0;  // of its top left corner
  int y = 0;
  int height = 0;
  int side = 0;       // sets its width and the size of its labels, see scaled()
  int font_size = 0;  // of the maps' labels: those of the bar are no larger
};
ColorBar place_color_bar(const Font& font, const Look& look, const Outside& outside,
                         const BarPlace& place);

/// How high the tip of a colour bar is.
int tip_height(const ColorBar& bar);

/// The same before its frame is set, with the map's top left corner at (0, 0).
struct UnframedHeatmap {
  PanelLayout panel;
  ColorBar color_bar;
  Framed content;
};

/// Throws as lay_out_panel does; UsageError also when the cell is negative.
UnframedHeatmap lay_out_unframed(const AttentionMap& map, const HeatmapOptions& options,
                                 const Outside& outside, const Font& font);

/// Throws as lay_out_panel and place_frame do; UsageError also when the cell is negative.
HeatmapLayout lay_out_heatmap(const AttentionMap& map, const HeatmapOptions& options,
                              const Font& font = {});

}  // namespace attnviz

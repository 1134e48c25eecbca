#include "render/figure/layout.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "attnviz/error.h"
#include "render/figure/axis.h"

namespace attnviz {
namespace {

int color_bar_label_height(const Font& font, int side) {
  return -measure(font, "0", scaled(12, side)).top;
}

// Beside the map. A bar that is so much higher than the map that it reaches the column labels
// is placed beside those.
ColorBar place_beside(const Font& font, const Scale& scale, const PanelLayout& panel, int side) {
  const int height = color_bar_height(panel.map.height);
  const int y = half(panel.map.height - height);
  int x = panel.map.width + scaled(20, side);
  const Box& first = panel.column_labels.front().box;
  if (y - color_bar_label_height(font, side) < first.y + first.height) {
    int right = panel.column_title.box.x + panel.column_title.box.width;
    for (const PlacedText& label : panel.column_labels) {
      right = std::max(right, label.box.x + label.box.width);
    }
    x = std::max(x, right + scaled(12, side));
  }
  return place_color_bar(font, scale, x, y, height, side);
}

}  // namespace

Box ColorBar::bounds() const {
  Box all = box;
  for (const Tick& tick : ticks) include(all, tick.label);
  return all;
}

void ColorBar::move_by(int dx, int dy) {
  move(box, dx, dy);
  for (Tick& tick : ticks) {
    tick.y += dy;
    move(tick.label, dx, dy);
  }
}

int color_bar_height(int maps_height) {
  constexpr int shortest = 96;
  return std::max(maps_height, shortest);
}

ColorBar place_color_bar(const Font& font, const Scale& scale, int x, int y, int height, int side) {
  const int size = scaled(12, side);
  ColorBar placed;
  Box& bar = placed.box;
  bar = {x, y, scaled(16, side), height};
  const int steps = bar.height >= 12 * color_bar_label_height(font, side) ? 5 : 2;
  const Axis axis = make_axis({scale.low, scale.high, false}, AxisKind::within, steps);
  for (const AxisTick& mark : axis.ticks) {
    Tick tick;
    tick.value = mark.value;
    tick.y =
        bar.y + static_cast<int>(std::lround((1.0 - scale.place(tick.value)) * (bar.height - 1)));
    const std::string& text = mark.label;
    const TextExtent e = measure(font, text, size);
    tick.label =
        place_text(text, e, size, bar.x + bar.width + tick_gap + tick_length + scaled(4, side),
                   half(2 * tick.y + 1 - e.top - e.bottom));
    placed.ticks.push_back(std::move(tick));
  }
  return placed;
}

HeatmapLayout lay_out_heatmap(const AttentionMap& map, const HeatmapOptions& options,
                              const Font& font) {
  const Look& look = options.look;
  const HeatmapTexts& texts = options.texts;
  if (look.cell < 0) {
    throw UsageError(fmt::format("cell: expected 0 or more pixels, got {}", look.cell));
  }
  const int cell = look.cell > 0 ? look.cell : choose_cell(std::max(map.rows(), map.columns()));
  const int side = longer_side(map, cell);

  HeatmapLayout layout;
  layout.panel = lay_out_panel(map, look, texts, font, cell, side);
  layout.color_bar = place_beside(font, look.scale, layout.panel, side);
  Framed content = {layout.panel.bounds(), half(layout.panel.map.width), side};
  include(content.bounds, layout.color_bar.bounds());
  const Shift shift = place_frame(font, texts.title, texts.caption, content, layout.frame);
  layout.panel.move_by(shift.dx, shift.dy);
  layout.color_bar.move_by(shift.dx, shift.dy);
  return layout;
}

}  // namespace attnviz

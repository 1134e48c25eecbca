#include "render/figure/layout.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "attnviz/error.h"
#include "render/figure/axis.h"

namespace attnviz {
namespace {

constexpr int max_side_for_numbers = 1200;  // of a map whose cells grow to hold them

int color_bar_font(const BarPlace& place) {
  return std::min(scaled(12, place.side), place.font_size);
}

int color_bar_label_height(const Font& font, const BarPlace& place) {
  return -measure(font, "0", color_bar_font(place)).top;
}

// Beside the map. A bar that is so much higher than the map that it reaches the column labels
// is placed beside those.
ColorBar place_beside(const Font& font, const Look& look, const Outside& outside,
                      const PanelLayout& panel, int side) {
  const int height = color_bar_height(panel.map.height);
  BarPlace place = {panel.cells_width() + scaled(20, side), half(panel.map.height - height), height,
                    side, panel.font_size};
  const Box& first = panel.column_labels.front().box;
  const int tip = outside.above > 0 ? scaled(16, side) / 2 : 0;
  if (place.y - std::max(tip, color_bar_label_height(font, place)) < first.y + first.height) {
    int right = panel.column_title.box.x + panel.column_title.box.width;
    for (const PlacedText& label : panel.column_labels) {
      right = std::max(right, label.box.x + label.box.width);
    }
    if (!panel.copied_label.text.empty()) {
      right = std::max(right, panel.copied_label.box.x + panel.copied_label.box.width);
    }
    place.x = std::max(place.x, right + scaled(12, side));
  }
  return place_color_bar(font, look, outside, place);
}

// Right of the ticks and upwards, in as many lines as the height of the bar takes.
void place_bar_title(const Font& font, const std::string& text, int size, ColorBar& bar) {
  int right = bar.box.x + bar.box.width;
  for (const Tick& tick : bar.ticks)
    right = std::max(right, tick.label.box.x + tick.label.box.width);
  int x = right + size - measure(font, "H", size).top;
  for (PlacedText& line : place_lines(font, text, size, bar.box.height, Align::middle)) {
    const TextExtent e = measure(font, line.text, size);
    const int y = bar.box.y + half(bar.box.height + e.left + e.right);
    bar.title.push_back(place_text(line.text, e, size, x, y, Direction::up));
    x += size * 27 / 20;
  }
}

}  // namespace

Box ColorBar::bounds() const {
  Box all = box;
  const int tip = tip_height(*this);
  if (outside.above > 0) include(all, {box.x, box.y - tip, box.width, tip});
  if (outside.below > 0) include(all, {box.x, box.y + box.height, box.width, tip});
  for (const Tick& tick : ticks) include(all, tick.label);
  if (outside.masked > 0) include(all, masked);
  include(all, masked_label);
  for (const PlacedText& line : title) include(all, line);
  return all;
}

void ColorBar::move_by(int dx, int dy) {
  move(box, dx, dy);
  for (Tick& tick : ticks) {
    tick.y += dy;
    move(tick.label, dx, dy);
  }
  move(masked, dx, dy);
  move(masked_label, dx, dy);
  for (PlacedText& line : title) move(line, dx, dy);
}

int color_bar_height(int maps_height) {
  constexpr int shortest = 96;
  return std::max(maps_height, shortest);
}

int tip_height(const ColorBar& bar) {
  return bar.box.width / 2;
}

ColorBar place_color_bar(const Font& font, const Look& look, const Outside& outside,
                         const BarPlace& place) {
  const int size = color_bar_font(place);
  ColorBar placed;
  placed.outside = outside;
  Box& bar = placed.box;
  bar = {place.x, place.y, scaled(16, place.side), place.height};
  const int text_x = bar.x + bar.width + tick_gap + tick_length + scaled(4, place.side);
  const auto beside = [&](const std::string& text, int y) {
    const TextExtent e = measure(font, text, size);
    return place_text(text, e, size, text_x, half(2 * y + 1 - e.top - e.bottom));
  };
  const int steps = bar.height >= 12 * color_bar_label_height(font, place) ? 5 : 2;
  for (const AxisTick& mark : scale_ticks(look.scale, steps)) {
    Tick tick;
    tick.value = mark.value;
    tick.y = bar.y +
             static_cast<int>(std::lround((1.0 - look.scale.place(tick.value)) * (bar.height - 1)));
    tick.label = beside(mark.label, tick.y);
    placed.ticks.push_back(std::move(tick));
  }
  if (outside.masked > 0) {
    const int top = bar.y + bar.height + tip_height(placed) + scaled(12, place.side);
    placed.masked = {bar.x, top, bar.width, bar.width};
    placed.masked_label = beside("masked", top + bar.width / 2);
  }
  if (!look.bar_title.empty()) place_bar_title(font, look.bar_title, size, placed);
  return placed;
}

UnframedHeatmap lay_out_unframed(const AttentionMap& map, const HeatmapOptions& options,
                                 const Outside& outside, const Font& font) {
  const Look& look = options.look;
  const HeatmapTexts& texts = options.texts;
  if (look.cell < 0) {
    throw UsageError(fmt::format("cell: expected 0 or more pixels, got {}", look.cell));
  }
  CellSize cell = {look.cell, look.cell};
  if (look.cell == 0) cell = choose_cell(map.rows(), map.columns());
  int side = longer_side(map, cell);

  UnframedHeatmap layout;
  layout.panel = lay_out_panel(map, look, texts, font, cell, side);
  const int needed = layout.panel.cell_for_numbers;
  if (look.cell == 0 && needed > 0 && longer_side(map, {needed, needed}) <= max_side_for_numbers) {
    side = longer_side(map, {needed, needed});
    layout.panel = lay_out_panel(map, look, texts, font, {needed, needed}, side);
  }
  layout.color_bar = place_beside(font, look, outside, layout.panel, side);
  layout.content = {layout.panel.bounds(), half(layout.panel.map.width), side};
  include(layout.content.bounds, layout.color_bar.bounds());
  return layout;
}

HeatmapLayout lay_out_heatmap(const AttentionMap& map, const HeatmapOptions& options,
                              const Font& font) {
  UnframedHeatmap body =
      lay_out_unframed(map, options, count_outside(map, options.look.scale), font);
  HeatmapLayout layout{std::move(body.panel), std::move(body.color_bar), {}};
  const HeatmapTexts& texts = options.texts;
  const Shift shift = place_frame(font, texts.title, texts.caption, body.content, layout.frame);
  layout.panel.move_by(shift.dx, shift.dy);
  layout.color_bar.move_by(shift.dx, shift.dy);
  return layout;
}

}  // namespace attnviz

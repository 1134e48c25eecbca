#include "render/figure/heatmap.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "render/raster/color.h"

namespace attnviz {
namespace {

constexpr int min_marked_cell = 8;
constexpr int min_ruled_cell = 4;
constexpr std::size_t max_struck_out = 20000;  // cells of a map

Color weight_color(const Look& look, float weight) {
  if (is_masked(weight)) return look.theme.masked;
  return map_color(look.colormap, look.scale.place(static_cast<double>(weight)));
}

Color cell_color(const AttentionMap& map, const Look& look, std::size_t row, std::size_t column) {
  return weight_color(look, map.at(row, column));
}

void paint_cells(Painter& painter, const AttentionMap& map, const Look& look,
                 const PanelLayout& layout) {
  CellGrid grid{layout.map, layout.cell, {}};
  grid.colors.reserve(map.weights.size());
  for (const float weight : map.weights) {
    grid.colors.push_back(weight_color(look, weight));
  }
  painter.cells(grid);
}

void paint_masked(Painter& painter, const AttentionMap& map, const Look& look,
                  const PanelLayout& layout) {
  if (map.weights.size() > max_struck_out) return;
  for (std::size_t i = 0; i < map.weights.size(); ++i) {
    if (!is_masked(map.weights[i])) continue;
    strike_out(painter, layout.cell_box(i / map.columns(), i % map.columns()),
               look.theme.faint_ink);
  }
}

// One pixel wide, at the left and upper edges of the cells but the first.
void paint_grid_lines(Painter& painter, const Box& cells, CellSize cell, Color color) {
  if (cell.shorter() < min_ruled_cell) return;
  for (int x = cell.width; x < cells.width; x += cell.width) {
    painter.fill({cells.x + x, cells.y, 1, cells.height}, color);
  }
  for (int y = cell.height; y < cells.height; y += cell.height) {
    painter.fill({cells.x, cells.y + y, cells.width, 1}, color);
  }
}

void paint_outline(Painter& painter, const Box& box, Color color) {
  painter.fill({box.x, box.y, box.width, 1}, color);
  painter.fill({box.x, box.y + box.height - 1, box.width, 1}, color);
  painter.fill({box.x, box.y + 1, 1, box.height - 2}, color);
  painter.fill({box.x + box.width - 1, box.y + 1, 1, box.height - 2}, color);
}

// Around cells that look like the paper, or may look like what a transparent picture is laid on.
void paint_rim(Painter& painter, const Box& box, const Look& look) {
  constexpr double seen = 1.2;
  const auto fades = [&](double t) {
    return !look.theme.paper || contrast(map_color(look.colormap, t), *look.theme.paper) < seen;
  };
  if (!fades(0) && !fades(0.5) && !fades(1)) return;
  paint_outline(painter, {box.x - 1, box.y - 1, box.width + 2, box.height + 2},
                look.theme.faint_ink);
}

// A column beside the map, in its colours.
void paint_copied(Painter& painter, const AttentionMap& map, const Look& look,
                  const PanelLayout& layout) {
  // Other frames of a film may have none.
  if (layout.copied.width == 0 || map.copied.size() != map.rows()) return;
  CellGrid grid{layout.copied, layout.cell, {}};
  for (const float share : map.copied) grid.colors.push_back(weight_color(look, share));
  painter.cells(grid);
  paint_rim(painter, layout.copied, look);
  if (look.grid_lines) paint_grid_lines(painter, layout.copied, layout.cell, look.theme.grid);
  for (const PlacedText& number : layout.copied_numbers) {
    painter.text(number, readable_on(weight_color(look, map.copied[number.index])));
  }
  painter.text(layout.copied_label, look.theme.faint_ink);
}

// A frame inside the cell: the edge and the middle of the cell keep their colour.
void paint_gold(Painter& painter, const AttentionMap& map, const Look& look,
                const PanelLayout& layout) {
  if (layout.cell.shorter() < min_marked_cell) return;
  const int inset = layout.cell.shorter() >= 16 ? 2 : 1;
  for (std::size_t row = 0; row < map.rows() && row < map.gold.size(); ++row) {
    for (const int position : map.gold[row]) {
      if (position < 0 || static_cast<std::size_t>(position) >= map.columns()) continue;
      const auto column = static_cast<std::size_t>(position);
      const Box cell = layout.cell_box(row, column);
      paint_outline(
          painter,
          {cell.x + inset, cell.y + inset, cell.width - 2 * inset, cell.height - 2 * inset},
          readable_on(cell_color(map, look, row, column)));
    }
  }
}

// A square in the middle of the cell, or a bar below its number. Equal weights are all marked.
void paint_largest(Painter& painter, const AttentionMap& map, const Look& look,
                   const PanelLayout& layout) {
  const int side = layout.cell.shorter();
  if (side < min_marked_cell) return;
  const int size = std::max(2, side / 5) / 2 * 2 + side % 2;
  for (std::size_t row = 0; row < map.rows(); ++row) {
    float largest = -std::numeric_limits<float>::infinity();
    for (std::size_t c = 0; c < map.columns(); ++c) {
      if (map.at(row, c) > largest) largest = map.at(row, c);
    }
    for (std::size_t column = 0; column < map.columns(); ++column) {
      if (map.at(row, column) != largest) continue;
      const Box cell = layout.cell_box(row, column);
      const Color ink = readable_on(cell_color(map, look, row, column));
      if (layout.numbers.empty()) {
        painter.fill(
            {cell.x + (cell.width - size) / 2, cell.y + (cell.height - size) / 2, size, size}, ink);
      } else {
        painter.fill({cell.x + 4, cell.y + cell.height - 5, cell.width - 8, 2}, ink);
      }
    }
  }
}

void paint_numbers(Painter& painter, const AttentionMap& map, const Look& look,
                   const PanelLayout& layout) {
  for (const PlacedText& number : layout.numbers) {
    const std::size_t row = number.index / map.columns();
    const std::size_t column = number.index % map.columns();
    painter.text(number, readable_on(cell_color(map, look, row, column)));
  }
}

void paint_row_labels(Painter& painter, const AttentionMap& map, const Theme& theme,
                      const PanelLayout& layout) {
  for (const PlacedText& label : layout.row_labels) {
    const bool wrong = is_wrong(map, label.index);
    painter.text(label, wrong ? theme.wrong_ink : theme.ink);
    if (!wrong) continue;
    // A line as well, for readers who cannot see the red.
    const int thickness = underline_thickness(label.size);
    painter.fill(
        {label.box.x, label.box.y + label.box.height - thickness, label.box.width, thickness},
        theme.wrong_ink);
  }
}

// Where labels are left out, a short line shows which cell a label belongs to.
void paint_label_ticks(Painter& painter, const PanelLayout& layout, Color ink) {
  const auto middle = [](int side) { return (side - 1) / 2; };
  if (layout.row_label_stride > 1) {
    for (const PlacedText& label : layout.row_labels) {
      const Box cell = layout.cell_box(label.index, 0);
      painter.fill({cell.x - 1 - tick_length, cell.y + middle(cell.height), tick_length, 1}, ink);
    }
  }
  if (layout.column_label_stride > 1) {
    for (const PlacedText& label : layout.column_labels) {
      const Box cell = layout.cell_box(0, label.index);
      painter.fill({cell.x + middle(cell.width), cell.y - 1 - tick_length, 1, tick_length}, ink);
    }
  }
}

// A triangle on the end of the colour bar that `base` lies along, `base.height` pixels away from
// it. Its edge stands out where its colour is that of the paper.
void paint_tip(Painter& painter, const Look& look, const Box& base, double place) {
  const int height = std::abs(base.height);
  const int away = base.height > 0 ? 1 : -1;
  for (int i = 1; i <= height; ++i) {
    const int inset = i * base.width / (2 * height + 1);
    const Box row = {base.x + inset, base.y + away * i, base.width - 2 * inset, 1};
    painter.fill(row, look.theme.faint_ink);
    painter.fill({row.x + 1, row.y, row.width - 2, 1}, map_color(look.colormap, place));
  }
}

}  // namespace

void strike_out(Painter& painter, const Box& box, Color ink) {
  if (std::min(box.width, box.height) < min_marked_cell) return;
  const Point from = {box.x + 1.5, box.y + box.height - 1.5};
  const Point to = {box.x + box.width - 1.5, box.y + 1.5};
  painter.line({from, to}, 1, {}, ink);
}

void paint_color_bar(Painter& painter, const ColorBar& layout, const Look& look) {
  const Box& bar = layout.box;
  for (int y = 0; y < bar.height; ++y) {
    const bool one_color = look.scale.low == look.scale.high;
    const double t = one_color ? 0.5 : 1.0 - static_cast<double>(y) / (bar.height - 1);
    painter.fill({bar.x, bar.y + y, bar.width, 1}, map_color(look.colormap, t));
  }
  paint_rim(painter, bar, look);
  const int tip = tip_height(layout);
  if (layout.outside.above > 0) paint_tip(painter, look, {bar.x, bar.y, bar.width, -tip}, 1);
  if (layout.outside.below > 0) {
    paint_tip(painter, look, {bar.x, bar.y + bar.height - 1, bar.width, tip}, 0);
  }
  if (layout.outside.masked > 0) {
    painter.fill(layout.masked, look.theme.masked);
    strike_out(painter, layout.masked, look.theme.faint_ink);
    painter.text(layout.masked_label, look.theme.ink);
  }
  for (const Tick& tick : layout.ticks) {
    painter.fill({bar.x + bar.width + tick_gap, tick.y, tick_length, 1}, look.theme.faint_ink);
    painter.text(tick.label, look.theme.ink);
  }
  for (const PlacedText& line : layout.title) painter.text(line, look.theme.faint_ink);
}

void paint_panel(Painter& painter, const AttentionMap& map, const Look& look,
                 const PanelLayout& layout) {
  paint_cells(painter, map, look, layout);
  paint_masked(painter, map, look, layout);
  paint_rim(painter, layout.map, look);
  if (look.grid_lines) paint_grid_lines(painter, layout.map, layout.cell, look.theme.grid);
  paint_copied(painter, map, look, layout);
  if (look.outline_gold) paint_gold(painter, map, look, layout);
  if (look.mark_largest) paint_largest(painter, map, look, layout);
  paint_numbers(painter, map, look, layout);
  paint_label_ticks(painter, layout, look.theme.faint_ink);
  paint_row_labels(painter, map, look.theme, layout);
  for (const PlacedText& label : layout.column_labels) painter.text(label, look.theme.ink);
  painter.text(layout.row_title, look.theme.faint_ink);
  painter.text(layout.column_title, look.theme.faint_ink);
}

void paint_heatmap(Painter& painter, const AttentionMap& map, const Look& look,
                   const HeatmapLayout& layout) {
  paint_panel(painter, map, look, layout.panel);
  paint_color_bar(painter, layout.color_bar, look);
  paint_frame(painter, layout.frame, look.theme);
}

Canvas draw_heatmap(const AttentionMap& map, const HeatmapOptions& options, const Font& font) {
  const HeatmapLayout layout = lay_out_heatmap(map, options, font);
  return make_canvas(layout.frame, options.look.theme, font,
                     [&](Painter& painter) { paint_heatmap(painter, map, options.look, layout); });
}

std::string draw_heatmap_svg(const AttentionMap& map, const HeatmapOptions& options,
                             const Font& font, const PictureText& text, int dpi) {
  const HeatmapLayout layout = lay_out_heatmap(map, options, font);
  const auto paint = [&](Painter& painter) { paint_heatmap(painter, map, options.look, layout); };
  return make_svg(layout.frame, options.look.theme, font, paint, text, dpi);
}

}  // namespace attnviz

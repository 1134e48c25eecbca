#include "attnviz/render/heatmap.h"

#include <optional>

namespace attnviz {
namespace {

constexpr Color wrong_ink = {0xc6, 0x28, 0x28};

constexpr int min_outlined_cell = 8;

void draw_cells(Canvas& canvas, const AttentionMap& map, const PanelLayout& layout) {
  for (std::size_t row = 0; row < map.rows(); ++row) {
    for (std::size_t column = 0; column < map.columns(); ++column) {
      const double t = color_position(static_cast<double>(map.at(row, column)));
      canvas.fill(layout.cell_box(row, column), viridis(t));
    }
  }
}

void draw_outline(Canvas& canvas, const Box& box, int line, Color color) {
  canvas.fill({box.x, box.y, box.width, line}, color);
  canvas.fill({box.x, box.y + box.height - line, box.width, line}, color);
  canvas.fill({box.x, box.y, line, box.height}, color);
  canvas.fill({box.x + box.width - line, box.y, line, box.height}, color);
}

// A frame inside the cell, so that both its rim and its middle keep their colour.
void draw_gold(Canvas& canvas, const AttentionMap& map, const PanelLayout& layout) {
  if (layout.cell < min_outlined_cell) return;
  const int inset = layout.cell >= 16 ? 2 : 1;
  for (std::size_t row = 0; row < map.rows() && row < map.gold.size(); ++row) {
    for (const int column : map.gold[row]) {
      if (column < 0 || static_cast<std::size_t>(column) >= map.columns()) continue;
      const Box cell = layout.cell_box(row, static_cast<std::size_t>(column));
      const Color under = canvas.at(cell.x, cell.y);
      const Box frame = {cell.x + inset, cell.y + inset, cell.width - 2 * inset,
                         cell.height - 2 * inset};
      // White and our dark grey have the same contrast at a luminance of about 0.21.
      draw_outline(canvas, frame, 1, luminance(under) < 0.21 ? paper : dark_ink);
    }
  }
}

void draw_row_labels(Canvas& canvas, const AttentionMap& map, const PanelLayout& layout,
                     const Font& font) {
  for (const PlacedText& label : layout.row_labels) {
    const bool wrong = is_wrong(map, label.index);
    draw_text(canvas, font, label, wrong ? wrong_ink : dark_ink);
    if (!wrong) continue;
    // A line as well, for who cannot see the red.
    const int thickness = underline_thickness(label.size);
    canvas.fill(
        {label.box.x, label.box.y + label.box.height - thickness, label.box.width, thickness},
        wrong_ink);
  }
}

// Where labels are left out, a short line says which cell a label belongs to.
void draw_label_ticks(Canvas& canvas, const PanelLayout& layout) {
  const int middle = (layout.cell - 1) / 2;
  if (layout.row_label_stride > 1) {
    for (const PlacedText& label : layout.row_labels) {
      const Box cell = layout.cell_box(label.index, 0);
      canvas.fill({cell.x - 1 - tick_length, cell.y + middle, tick_length, 1}, faint_ink);
    }
  }
  if (layout.column_label_stride > 1) {
    for (const PlacedText& label : layout.column_labels) {
      const Box cell = layout.cell_box(0, label.index);
      canvas.fill({cell.x + middle, cell.y - 1 - tick_length, 1, tick_length}, faint_ink);
    }
  }
}

}  // namespace

void draw_color_bar(Canvas& canvas, const ColorBar& layout, const Font& font) {
  const Box& bar = layout.color_bar;
  for (int y = 0; y < bar.height; ++y) {
    const double t = 1.0 - static_cast<double>(y) / (bar.height - 1);
    canvas.fill({bar.x, bar.y + y, bar.width, 1}, viridis(t));
  }
  for (const Tick& tick : layout.ticks) {
    canvas.fill({bar.x + bar.width + tick_gap, tick.y, tick_length, 1}, faint_ink);
    draw_text(canvas, font, tick.label, dark_ink);
  }
}

void draw_panel(Canvas& canvas, const AttentionMap& map, const HeatmapOptions& options,
                const PanelLayout& layout, const Font& font) {
  draw_cells(canvas, map, layout);
  if (options.outline_gold) draw_gold(canvas, map, layout);
  draw_label_ticks(canvas, layout);
  draw_row_labels(canvas, map, layout, font);
  for (const PlacedText& label : layout.column_labels) draw_text(canvas, font, label, dark_ink);
  draw_text(canvas, font, layout.row_title, faint_ink);
  draw_text(canvas, font, layout.column_title, faint_ink);
}

Canvas draw_heatmap(const AttentionMap& map, const HeatmapOptions& options) {
  return draw_heatmap(map, options, lay_out_heatmap(map, options));
}

Canvas draw_heatmap(const AttentionMap& map, const HeatmapOptions& options,
                    const HeatmapLayout& layout) {
  std::optional<Font> embedded;
  const Font& font = options.font != nullptr ? *options.font : embedded.emplace();

  Canvas canvas(layout.width, layout.height, paper);
  draw_panel(canvas, map, options, layout, font);
  draw_color_bar(canvas, layout, font);
  draw_frame(canvas, font, layout);
  return canvas;
}

}  // namespace attnviz

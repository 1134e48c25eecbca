#include "render/figure/curve.h"

#include <cmath>

#include "attnviz/look.h"
#include "render/figure/panel.h"

namespace attnviz {
namespace {

constexpr const Theme& theme = light_theme;
constexpr Color grid_ink = {0xe4, 0xe4, 0xe4};
constexpr double line_width = 2;
constexpr double mark_radius = 4.2;

void draw_mark(Painter& painter, const CurveStyle& style, Point centre) {
  painter.mark(style.mark, centre, mark_radius, style.color, *theme.paper);
}

void draw_line(Painter& painter, const CurveSeries& series, const CurveStyle& style,
               const CurvePanelLayout& panel) {
  std::vector<Point> points;
  for (std::size_t i = 0; i <= series.x.size(); ++i) {
    if (i < series.x.size() && std::isfinite(series.x[i]) && std::isfinite(series.y[i])) {
      points.push_back(panel.place(series.x[i], series.y[i]));
      continue;
    }
    // A point between two gaps has a mark.
    if (points.size() > 1) painter.line(points, line_width, style.dashes, style.color);
    points.clear();
  }
}

// A point between two gaps has no line, so it always has a mark.
void draw_marks(Painter& painter, const CurveSeries& series, const CurveStyle& style,
                const CurvePanelLayout& panel) {
  const auto finite = [&](std::size_t i) {
    return i < series.x.size() && std::isfinite(series.x[i]) && std::isfinite(series.y[i]);
  };
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    const bool alone = !(i > 0 && finite(i - 1)) && !finite(i + 1);
    if (finite(i) && (style.marked || alone)) {
      draw_mark(painter, style, panel.place(series.x[i], series.y[i]));
    }
  }
}

void draw_axes(Painter& painter, const CurvePanelLayout& panel) {
  const Box& area = panel.area;
  const int bottom = area.y + area.height - 1;
  const auto pixel = [](double centre) { return static_cast<int>(std::floor(centre)); };
  for (const AxisTick& tick : panel.x.ticks) {
    const int x = pixel(panel.place(tick.value, panel.y.low).x);
    painter.fill({x, area.y, 1, area.height}, grid_ink);
    painter.fill({x, bottom + 1, 1, tick_length}, theme.faint_ink);
  }
  for (const AxisTick& tick : panel.y.ticks) {
    const int y = pixel(panel.place(panel.x.low, tick.value).y);
    painter.fill({area.x, y, area.width, 1}, grid_ink);
    painter.fill({area.x - tick_length, y, tick_length, 1}, theme.faint_ink);
  }
  painter.fill({area.x, area.y, 1, area.height}, theme.faint_ink);
  painter.fill({area.x, bottom, area.width, 1}, theme.faint_ink);
  for (const PlacedText& label : panel.x_labels) painter.text(label, theme.ink);
  for (const PlacedText& label : panel.y_labels) painter.text(label, theme.ink);
  for (const PlacedText& line : panel.titles) painter.text(line, theme.ink);
  painter.text(panel.x_title, theme.faint_ink);
  painter.text(panel.y_title, theme.faint_ink);
}

void draw_legend(Painter& painter, const std::vector<LegendEntry>& legend) {
  for (const LegendEntry& entry : legend) {
    const Box& box = entry.sample;
    const double y = box.y + box.height / 2.0;
    painter.line({{box.x + 1.0, y}, {box.x + box.width - 1.0, y}}, line_width, entry.style.dashes,
                 entry.style.color);
    if (entry.style.marked) {
      draw_mark(painter, entry.style, {box.x + box.width / 2.0, y});
    }
    painter.text(entry.name, theme.ink);
  }
}

}  // namespace

void paint_curves(Painter& painter, const std::vector<CurvePanel>& panels,
                  const CurveLayout& layout) {
  for (std::size_t p = 0; p < panels.size(); ++p) {
    const CurvePanelLayout& panel = layout.panels[p];
    const std::vector<CurveSeries>& series = panels[p].series;
    draw_axes(painter, panel);
    for (std::size_t i = 0; i < series.size(); ++i) {
      draw_line(painter, series[i], panel.styles[i], panel);
    }
    for (std::size_t i = 0; i < series.size(); ++i) {
      draw_marks(painter, series[i], panel.styles[i], panel);
    }
  }
  draw_legend(painter, layout.legend);
  paint_frame(painter, layout.frame, theme);
}

}  // namespace attnviz

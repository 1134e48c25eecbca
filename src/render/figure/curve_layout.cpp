#include "render/figure/curve_layout.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "attnviz/error.h"
#include "render/figure/panel.h"
#include "render/raster/canvas.h"
#include "render/text/label_text.h"

namespace attnviz {
namespace {

constexpr int margin = 20;       // as of every frame
constexpr int side_padding = 8;  // between the ends of the data and of the x axis: half a mark
constexpr int label_size = 12;
constexpr int title_size = 14;
constexpr int gap = 10;  // between things that belong together
constexpr int panel_gap = 26;
constexpr int points_apart = 14;  // marks need so many pixels each

// Places everything with x = 0 at the left end of the x axes, from the legend downwards.
class CurveBuilder {
 public:
  CurveBuilder(const std::vector<CurvePanel>& panels, const CurveOptions& options, const Font& font)
      : panels_(panels), options_(options), font_(font) {}

  CurveLayout build() {
    make_y_axes();
    make_x_axes();
    choose_styles();
    top_ = place_legend(font_, layout_.legend, width_);
    if (top_ > 0) top_ += gap;
    for (std::size_t i = 0; i < panels_.size(); ++i) place_panel(i);
    // As wide as asked for, whatever is drawn.
    Framed content = {{-left_, 0, options_.width - 2 * margin, top_}, half(width_), 0};
    const Shift shift =
        place_frame(font_, options_.title, options_.caption, content, layout_.frame);
    move_by(shift.dx, shift.dy);
    return std::move(layout_);
  }

 private:
  void make_y_axes();
  void make_x_axes();
  void choose_styles();
  void place_panel(std::size_t index);
  void place_x_labels(CurvePanelLayout& panel);
  void place_y_labels(CurvePanelLayout& panel);
  Range x_range(const std::string& x_title, bool* whole) const;
  void move_by(int dx, int dy);
  int descent(int size) const { return measure(font_, "p", size).bottom; }
  int ascent(int size) const { return -measure(font_, "H", size).top; }

  const std::vector<CurvePanel>& panels_;
  const CurveOptions& options_;
  const Font& font_;
  int left_ = 0;         // everything left of the axes
  int label_width_ = 0;  // of the y axes
  int width_ = 0;        // of the axes
  int top_ = 0;          // the next thing goes here
  CurveLayout layout_;
};

void CurveBuilder::make_y_axes() {
  bool any_title = false;
  for (const CurvePanel& panel : panels_) {
    Range range;
    for (const CurveSeries& series : panel.series) {
      for (std::size_t i = 0; i < series.y.size(); ++i) {
        if (std::isfinite(series.x[i])) range.include(series.y[i]);
      }
    }
    layout_.panels.emplace_back();
    Axis& axis = layout_.panels.back().y;
    axis = make_axis(range, panel.share ? AxisKind::share : AxisKind::values,
                     std::clamp(options_.panel_height / 34, 2, 10));
    for (const AxisTick& tick : axis.ticks) {
      label_width_ = std::max(label_width_, measure(font_, tick.label, label_size).width());
    }
    any_title = any_title || !panel.y_title.empty();
  }
  left_ = tick_length + 4 + label_width_;
  if (any_title) left_ += gap + ascent(title_size) + descent(title_size);
}

Range CurveBuilder::x_range(const std::string& x_title, bool* whole) const {
  Range range;
  *whole = true;
  for (const CurvePanel& panel : panels_) {
    if (panel.x_title != x_title) continue;
    for (const CurveSeries& series : panel.series) {
      for (std::size_t i = 0; i < series.x.size(); ++i) {
        range.include(series.x[i]);
        *whole = *whole && !(std::isfinite(series.x[i]) && std::floor(series.x[i]) != series.x[i]);
      }
    }
  }
  return range;
}

// The number of ticks depends on the width of their labels, and the width of the axes on the last
// label, which is centred on its tick.
void CurveBuilder::make_x_axes() {
  const int room = options_.width - 2 * margin - left_;
  int right = 0;
  for (std::size_t p = 0; p < panels_.size(); ++p) {
    bool whole = true;
    const Range range = x_range(panels_[p].x_title, &whole);
    Axis& axis = layout_.panels[p].x;
    for (int steps = 10; steps >= 1; --steps) {
      axis = make_axis(range, whole ? AxisKind::counts : AxisKind::data, steps);
      int widest = 0;
      for (const AxisTick& tick : axis.ticks) {
        widest = std::max(widest, measure(font_, tick.label, label_size).width());
      }
      right = std::max(right, steps == 1 ? widest / 2 + 1 : 0);
      const auto count = static_cast<int>(axis.ticks.size());
      const double apart =
          count < 2 ? room
                    : (axis.place(axis.ticks[1].value) - axis.place(axis.ticks[0].value)) *
                          (room - widest / 2 - 2 * side_padding);
      if (widest + 2 * gap > apart && steps > 1) continue;
      right = std::max(right, widest / 2 + 1);
      break;
    }
  }
  width_ = room - std::max(0, right - side_padding);
}

void CurveBuilder::choose_styles() {
  std::vector<std::string> names;
  std::vector<bool> marked;
  for (std::size_t p = 0; p < panels_.size(); ++p) {
    for (const CurveSeries& series : panels_[p].series) {
      const auto found = std::ranges::find(names, series.name);
      const auto index = static_cast<std::size_t>(found - names.begin());
      if (found == names.end()) {
        names.push_back(series.name);
        marked.push_back(false);
      }
      CurveStyle style = curve_style(index);
      style.marked =
          series.x.size() <= static_cast<std::size_t>(std::max(1, width_ / points_apart));
      marked[index] = marked[index] || style.marked;
      layout_.panels[p].styles.push_back(std::move(style));
    }
  }
  if (names.size() > max_curves) {
    throw LimitError(fmt::format("curves: too many names; expected at most {}, got {}", max_curves,
                                 names.size()));
  }
  if (names.size() == 1) return;
  for (std::size_t i = 0; i < names.size(); ++i) {
    LegendEntry entry;
    entry.style = curve_style(i);
    entry.style.marked = marked[i];
    entry.name.text = escape_controls(names[i]);
    layout_.legend.push_back(std::move(entry));
  }
}

void CurveBuilder::place_y_labels(CurvePanelLayout& panel) {
  for (const AxisTick& tick : panel.y.ticks) {
    const TextExtent e = measure(font_, tick.label, label_size);
    const auto y = static_cast<int>(std::floor(panel.place(panel.x.low, tick.value).y));
    panel.y_labels.push_back(place_text(tick.label, e, label_size, -tick_length - 4 - e.right,
                                        half(2 * y + 1 - e.top - e.bottom)));
  }
}

void CurveBuilder::place_x_labels(CurvePanelLayout& panel) {
  const int y = panel.area.y + panel.area.height + tick_length + 4 + ascent(label_size);
  for (const AxisTick& tick : panel.x.ticks) {
    const TextExtent e = measure(font_, tick.label, label_size);
    const auto x = static_cast<int>(std::floor(panel.place(tick.value, panel.y.low).x));
    panel.x_labels.push_back(
        place_text(tick.label, e, label_size, half(2 * x + 1 - e.left - e.right), y));
  }
  top_ = y + descent(label_size);
}

void CurveBuilder::place_panel(std::size_t index) {
  const CurvePanel& given = panels_[index];
  CurvePanelLayout& panel = layout_.panels[index];
  panel.titles = place_lines(font_, given.title, title_size, width_, Align::left);
  for (PlacedText& line : panel.titles) move(line, 0, top_);
  // Half a tick label, or half a mark, reaches above the axis.
  top_ = (panel.titles.empty() ? top_ : bottom_of(panel.titles)) + gap;
  panel.area = {0, top_, width_, options_.panel_height};
  place_y_labels(panel);
  place_x_labels(panel);

  const std::string x_title = escape_controls(given.x_title);
  const bool below = index + 1 < panels_.size() && panels_[index + 1].x_title == given.x_title;
  if (!x_title.empty() && !below) {
    const std::string text = shorten(font_, x_title, max_label, title_size, width_);
    const TextExtent e = measure(font_, text, title_size);
    top_ += gap / 2 + ascent(title_size);
    panel.x_title = place_text(text, e, title_size, half(width_ - e.left - e.right), top_);
    top_ += descent(title_size);
  }
  const std::string y_title =
      shorten(font_, escape_controls(given.y_title), max_label, title_size, options_.panel_height);
  const TextExtent e = measure(font_, y_title, title_size);
  panel.y_title = place_text(
      y_title, e, title_size, -tick_length - 4 - label_width_ - gap - descent(title_size),
      half(2 * panel.area.y + panel.area.height + e.left + e.right), Direction::up);
  if (index + 1 < panels_.size()) top_ += panel_gap;
}

void CurveBuilder::move_by(int dx, int dy) {
  for (CurvePanelLayout& panel : layout_.panels) {
    move(panel.area, dx, dy);
    for (auto* texts : {&panel.titles, &panel.x_labels, &panel.y_labels}) {
      for (PlacedText& text : *texts) move(text, dx, dy);
    }
    move(panel.x_title, dx, dy);
    move(panel.y_title, dx, dy);
  }
  for (LegendEntry& entry : layout_.legend) {
    move(entry.sample, dx, dy);
    move(entry.name, dx, dy);
  }
}

void check_series(const CurveSeries& series, bool share) {
  const std::string where = fmt::format("curve \"{}\": ", printable(series.name));
  if (series.x.empty() || series.x.size() != series.y.size()) {
    throw UsageError(fmt::format("{}expected as many x as y values, at least 1, got {} and {}",
                                 where, series.x.size(), series.y.size()));
  }
  constexpr double rounding = 1e-4;
  for (const double y : series.y) {
    if (share && std::isfinite(y) && (y < -rounding || y > 1 + rounding)) {
      throw UsageError(
          fmt::format("{}a share is out of range; expected 0 to 1, got {:f}", where, y));
    }
  }
}

void check_curves(const std::vector<CurvePanel>& panels, const CurveOptions& options) {
  const auto limit = [](const std::string& what, std::size_t max, std::size_t got) {
    if (got <= max) return;
    throw LimitError(
        fmt::format("curves: too many {}; expected at most {}, got {}", what, max, got));
  };
  if (panels.empty()) throw UsageError("curves: nothing to draw; expected at least 1 panel, got 0");
  limit("panels", max_curve_panels, panels.size());
  std::size_t points = 0;
  for (const CurvePanel& panel : panels) {
    if (panel.series.empty()) {
      throw UsageError(fmt::format("curves: panel \"{}\": expected at least 1 series, got 0",
                                   printable(panel.title)));
    }
    for (const CurveSeries& series : panel.series) {
      check_series(series, panel.share);
      points += series.x.size();
    }
  }
  limit("points", max_curve_points, points);
  if (options.width < 480 || options.panel_height < 80) {
    throw UsageError(fmt::format(
        "curves: too small; expected a width of 480 or more and panels 80 or more high, got {} "
        "and {}",
        options.width, options.panel_height));
  }
  check_canvas_size(options.width, static_cast<std::int64_t>(panels.size()) * options.panel_height);
}

}  // namespace

Point CurvePanelLayout::place(double x_value, double y_value) const {
  // Rounding may have put a share a little outside.
  const double across = std::clamp(x.place(x_value), 0.0, 1.0);
  const double up = std::clamp(y.place(y_value), 0.0, 1.0);
  return {area.x + side_padding + 0.5 + across * (area.width - 1 - 2 * side_padding),
          area.y + 0.5 + (1 - up) * (area.height - 1)};
}

CurveLayout lay_out_curves(const std::vector<CurvePanel>& panels, const CurveOptions& options,
                           const Font& font) {
  check_curves(panels, options);
  return CurveBuilder(panels, options, font).build();
}

}  // namespace attnviz

#include "render/figure/film.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "attnviz/error.h"
#include "render/figure/axis.h"
#include "render/figure/heatmap.h"
#include "render/figure/legend.h"
#include "render/raster/color.h"
#include "render/text/label_text.h"

namespace attnviz {
namespace {

constexpr double line_width = 2;
constexpr double mark_radius = 5;

void check_frames(const std::vector<FilmFrame>& frames) {
  if (frames.empty()) throw UsageError("film: nothing to draw; expected at least 1 map, got 0");
  for (std::size_t i = 1; i < frames.size(); ++i) {
    const AttentionMap& map = frames[i].map;
    const AttentionMap& first = frames[0].map;
    if (map.source != first.source || map.rows() != first.rows()) {
      throw UsageError(
          fmt::format("film: expected maps of one input, got another as map {}", i + 1));
    }
    if (frames[i].step <= frames[i - 1].step) {
      throw UsageError(fmt::format("film: expected ascending steps, got {} after {}",
                                   frames[i].step, frames[i - 1].step));
    }
  }
}

// A map that needs as much room as any frame: the widest label of each row, and the largest weight
// of each cell. Where a symbol is wrong in one, there is room for the line below it.
AttentionMap widest_of(const std::vector<FilmFrame>& frames, const Font& font) {
  constexpr int size = 16;  // any
  AttentionMap widest = frames[0].map;
  bool any_wrong = false;
  for (const FilmFrame& frame : frames) {
    for (std::size_t row = 0; row < widest.rows(); ++row) {
      const auto width = [&](const AttentionMap& map) {
        return measure(font, shorten(label_text(map.target[row]), max_label), size).advance;
      };
      any_wrong = any_wrong || is_wrong(frame.map, row);
      if (width(frame.map) > width(widest)) widest.target[row] = frame.map.target[row];
    }
    for (std::size_t i = 0; i < widest.weights.size() && i < frame.map.weights.size(); ++i) {
      widest.weights[i] = std::max(widest.weights[i], frame.map.weights[i]);
    }
  }
  widest.expected.assign(any_wrong ? widest.rows() : 0, "");
  return widest;
}

// The labels of another map in place of those of a layout, with their right ends where these have
// theirs.
std::vector<PlacedText> replace_labels(const Font& font, std::vector<PlacedText> labels,
                                       const AttentionMap& map) {
  for (PlacedText& label : labels) {
    std::string text = shorten(label_text(map.target[label.index]), max_label);
    const TextExtent before = measure(font, label.text, label.size);
    const TextExtent e = measure(font, text, label.size);
    const int left = std::min(0, e.left);
    const int right = std::max(e.advance, e.right);
    label.x += std::max(before.advance, before.right) - right;
    label.box.x = label.x + left;
    label.box.width = right - left;
    label.text = std::move(text);
  }
  return labels;
}

// Where a step lies among those of the frames, counted in frames; between two by its logarithm.
double place_of(const std::vector<FilmFrame>& frames, double step) {
  std::size_t next = 1;
  while (next + 1 < frames.size() && frames[next].step < step) ++next;
  if (frames.size() == 1) return 0.0;
  const double low = frames[next - 1].step;
  const double high = frames[next].step;
  const double part = low > 0 ? std::log(step / low) / std::log(high / low) : step / high;
  return static_cast<double>(next - 1) + part;
}

// Places the curve with its upper left corner at (0, 0).
class CurveBelow {
 public:
  CurveBelow(const std::vector<FilmFrame>& frames, const Font& font, int width, int side)
      : frames_(frames), font_(font), size_(scaled(12, side)), gap_(scaled(4, side)) {
    curve_.area = {0, 0, width, scaled(72, side)};
  }

  FilmCurve build(const std::string& title) {
    Range range;
    range.include(0.0);
    for (const FilmFrame& frame : frames_) range.include(frame.value);
    if (range.high <= 1.0) range.include(1.0);
    axis_ = make_axis(range, AxisKind::values, 2);
    for (std::size_t i = 0; i < frames_.size(); ++i) {
      const double up = std::clamp(axis_.place(frames_[i].value), 0.0, 1.0);
      curve_.points.push_back({x_at(static_cast<double>(i)), y_at(up)});
    }
    place_y_labels();
    place_x_labels();
    const TextExtent e = measure(font_, title, size_);
    curve_.title = place_text(title, e, size_, 0, -gap_ - scaled(6, size_) - e.bottom);
    return std::move(curve_);
  }

 private:
  double x_at(double place) const {
    const double last = std::max(1.0, static_cast<double>(frames_.size()) - 1.0);
    return curve_.area.x + mark_radius + place / last * (curve_.area.width - 2 * mark_radius);
  }
  double y_at(double up) const { return 0.5 + (1.0 - up) * (curve_.area.height - 1); }

  void place_y_labels() {
    for (const AxisTick& tick : axis_.ticks) {
      const TextExtent e = measure(font_, tick.label, size_);
      const auto y = static_cast<int>(std::floor(y_at(axis_.place(tick.value))));
      curve_.y_ticks.push_back(y);
      curve_.y_labels.push_back(place_text(tick.label, e, size_, -tick_length - gap_ - e.right,
                                           half(2 * y + 1 - e.top - e.bottom)));
    }
  }

  // The first step and the last, and round ones between them that have room: powers of ten first.
  void place_x_labels() {
    const int last = frames_.back().step;
    add_x_label(frames_.front().step, 0.0);
    if (frames_.size() == 1) return;
    add_x_label(last, static_cast<double>(frames_.size()) - 1.0);
    for (const int digit : {1, 2, 5}) {
      for (std::int64_t step = digit; step < last; step *= 10) {
        if (step <= frames_.front().step) continue;
        add_x_label(static_cast<int>(step), place_of(frames_, static_cast<double>(step)));
      }
    }
    const TextExtent e = measure(font_, "step", size_);
    curve_.x_title =
        place_text("step", e, size_, half(curve_.area.width - e.left - e.right),
                   label_baseline() + gap_ + measure(font_, "p", size_).bottom - e.top);
  }

  int label_baseline() const {
    return curve_.area.height + tick_length + gap_ - measure(font_, "0", size_).top;
  }

  void add_x_label(int step, double place) {
    const std::string text = fmt::format("{}", step);
    const TextExtent e = measure(font_, text, size_);
    const auto x = static_cast<int>(std::floor(x_at(place)));
    const PlacedText label =
        place_text(text, e, size_, half(2 * x + 1 - e.left - e.right), label_baseline());
    const bool collides = std::ranges::any_of(curve_.x_labels, [&](const PlacedText& other) {
      return label.box.x < other.box.x + other.box.width + 2 * gap_ &&
             other.box.x < label.box.x + label.box.width + 2 * gap_;
    });
    if (collides) return;
    curve_.x_ticks.push_back(x);
    curve_.x_labels.push_back(label);
  }

  const std::vector<FilmFrame>& frames_;
  const Font& font_;
  int size_;
  int gap_;
  Axis axis_;
  FilmCurve curve_;
};

void move_curve(FilmCurve& curve, int dx, int dy) {
  move(curve.area, dx, dy);
  for (auto* texts : {&curve.x_labels, &curve.y_labels}) {
    for (PlacedText& text : *texts) move(text, dx, dy);
  }
  for (int& x : curve.x_ticks) x += dx;
  for (int& y : curve.y_ticks) y += dy;
  for (Point& point : curve.points) point = {point.x + dx, point.y + dy};
  move(curve.title, dx, dy);
  move(curve.x_title, dx, dy);
}

Box bounds_of(const FilmCurve& curve) {
  Box all = curve.area;
  for (const auto* texts : {&curve.x_labels, &curve.y_labels}) {
    for (const PlacedText& text : *texts) include(all, text);
  }
  include(all, curve.title);
  include(all, curve.x_title);
  return all;
}

// A dark or a light blue.
Color line_color(const Theme& theme) {
  const Color dark = curve_style(0).color;
  const Color light = curve_style(5).color;
  if (!theme.paper) return dark;
  return contrast(light, *theme.paper) > contrast(dark, *theme.paper) ? light : dark;
}

void paint_curve(Painter& painter, const FilmCurve& curve, Point mark, const Theme& theme) {
  const Box& area = curve.area;
  const int bottom = area.y + area.height - 1;
  const Color color = line_color(theme);
  for (const int y : curve.y_ticks) {
    painter.fill({area.x - tick_length, y, tick_length, 1}, theme.faint_ink);
  }
  for (const int x : curve.x_ticks) {
    painter.fill({x, bottom + 1, 1, tick_length}, theme.faint_ink);
  }
  painter.fill({area.x, area.y, 1, area.height}, theme.faint_ink);
  painter.fill({area.x, bottom, area.width, 1}, theme.faint_ink);
  painter.fill({static_cast<int>(std::floor(mark.x)), area.y, 1, area.height}, theme.faint_ink);
  if (curve.points.size() > 1) painter.line(curve.points, line_width, {}, color);
  painter.mark({Shape::disc}, mark, mark_radius, color, theme.paper.value_or(color));
  for (const auto* texts : {&curve.x_labels, &curve.y_labels}) {
    for (const PlacedText& text : *texts) painter.text(text, theme.ink);
  }
  painter.text(curve.title, theme.faint_ink);
  painter.text(curve.x_title, theme.faint_ink);
}

}  // namespace

FilmLayout lay_out_film(const std::vector<FilmFrame>& frames, const FilmOptions& options,
                        const Font& font) {
  check_frames(frames);
  const Look& look = options.look;
  Outside outside;
  for (const FilmFrame& frame : frames) {
    const Outside more = count_outside(frame.map, look.scale);
    outside.below += more.below;
    outside.above += more.above;
    outside.masked += more.masked;
  }
  const AttentionMap widest = widest_of(frames, font);
  UnframedHeatmap body = lay_out_unframed(widest, {look, options.texts}, outside, font);
  Box& bounds = body.content.bounds;
  const int side = body.content.side;

  FilmLayout layout;
  layout.color_bar = std::move(body.color_bar);
  const int width = std::max(body.panel.map.width, scaled(240, side));
  layout.curve = CurveBelow(frames, font, width, side).build(options.curve);
  move_curve(layout.curve, 0,
             bounds.y + bounds.height + scaled(16, side) - bounds_of(layout.curve).y);
  include(bounds, bounds_of(layout.curve));

  const int size = scaled(16, side);
  const int above = bounds.y - scaled(14, side) - measure(font, "p", size).bottom;
  for (const FilmFrame& frame : frames) {
    FilmFrameLayout& each = layout.frames.emplace_back();
    each.row_labels = replace_labels(font, body.panel.row_labels, frame.map);
    PanelLayout panel = lay_out_panel(frame.map, look, options.texts, font, body.panel.cell, side);
    each.numbers = std::move(panel.numbers);
    each.copied_numbers = std::move(panel.copied_numbers);
    const TextExtent e = measure(font, frame.status, size);
    each.status = place_text(frame.status, e, size, body.content.middle - half(e.advance), above);
    include(bounds, each.status);
  }
  body.panel.row_labels.clear();
  body.panel.numbers.clear();
  layout.panel = std::move(body.panel);

  const Shift shift =
      place_frame(font, options.texts.title, options.texts.caption, body.content, layout.frame);
  layout.panel.move_by(shift.dx, shift.dy);
  layout.color_bar.move_by(shift.dx, shift.dy);
  move_curve(layout.curve, shift.dx, shift.dy);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    FilmFrameLayout& each = layout.frames[i];
    for (auto* texts : {&each.row_labels, &each.numbers, &each.copied_numbers}) {
      for (PlacedText& text : *texts) move(text, shift.dx, shift.dy);
    }
    move(each.status, shift.dx, shift.dy);
    each.mark = layout.curve.points[i];
  }
  return layout;
}

void paint_film(Painter& painter, const std::vector<FilmFrame>& frames, const Look& look,
                const FilmLayout& layout, std::size_t index) {
  const FilmFrameLayout& each = layout.frames[index];
  PanelLayout panel = layout.panel;
  panel.row_labels = each.row_labels;
  panel.numbers = each.numbers;
  panel.copied_numbers = each.copied_numbers;
  paint_panel(painter, frames[index].map, look, panel);
  paint_color_bar(painter, layout.color_bar, look);
  painter.text(each.status, look.theme.ink);
  paint_curve(painter, layout.curve, each.mark, look.theme);
  paint_frame(painter, layout.frame, look.theme);
}

}  // namespace attnviz

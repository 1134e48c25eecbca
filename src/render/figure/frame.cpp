#include "render/figure/frame.h"

#include <algorithm>

#include "render/paint/svg.h"
#include "render/raster/canvas.h"

namespace attnviz {

int scaled(int length, int side) {
  return length + length * std::max(0, side - 1000) / 1500;
}

Shift place_frame(const Font& font, const std::string& title, const std::string& caption,
                  const Framed& content, Frame& frame) {
  const int side = content.side;
  Box bounds = content.bounds;
  // A narrow drawing is given room beside it rather than a title of many short lines.
  const int room = std::max(bounds.width, scaled(440, side));
  frame.titles = place_lines(font, title, scaled(16, side), room, Align::middle);
  frame.captions = place_lines(font, caption, scaled(12, side), room, Align::middle);

  const auto move_lines = [&](std::vector<PlacedText>& lines, int y) {
    int width = 0;
    for (const PlacedText& line : lines) width = std::max(width, line.box.width);
    const int widest = std::max(width, bounds.width);
    const int left = bounds.x - half(widest - bounds.width);
    const int middle =
        std::clamp(content.middle, left + half(width + 1),
                   std::max(left + half(width + 1), left + widest - half(width + 1)));
    for (PlacedText& line : lines) move(line, middle, y);
  };
  const int title_y = bounds.y - scaled(18, side) - bottom_of(frame.titles);
  const int caption_y = bounds.y + bounds.height + scaled(18, side);
  move_lines(frame.titles, title_y);
  move_lines(frame.captions, caption_y);
  for (const auto* lines : {&frame.titles, &frame.captions}) {
    for (const PlacedText& line : *lines) {
      if (line.box.width > 0) include(bounds, line.box);
    }
  }

  const int margin = scaled(20, side);
  check_canvas_size(std::int64_t{bounds.width} + 2 * margin,
                    std::int64_t{bounds.height} + 2 * margin);
  frame.width = bounds.width + 2 * margin;
  frame.height = bounds.height + 2 * margin;
  const Shift shift = {margin - bounds.x, margin - bounds.y};
  for (auto* lines : {&frame.titles, &frame.captions}) {
    for (PlacedText& line : *lines) move(line, shift.dx, shift.dy);
  }
  return shift;
}

void paint_frame(Painter& painter, const Frame& frame, const Theme& theme) {
  for (const PlacedText& line : frame.titles) painter.text(line, theme.ink);
  for (const PlacedText& line : frame.captions) painter.text(line, theme.faint_ink);
}

Canvas make_canvas(const Frame& frame, const Theme& theme, const Font& font, const Paint& paint) {
  Canvas canvas = theme.paper ? Canvas(frame.width, frame.height, *theme.paper)
                              : Canvas(frame.width, frame.height);
  CanvasPainter painter(canvas, font);
  paint(painter);
  return canvas;
}

std::string make_svg(const Frame& frame, const Theme& theme, const Font& font, const Paint& paint,
                     const PictureText& text, int dpi) {
  SvgPainter painter(font, frame.width, frame.height, theme.paper);
  paint(painter);
  return painter.file(text, dpi);
}

}  // namespace attnviz

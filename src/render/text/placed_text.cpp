#include "render/text/placed_text.h"

#include <fmt/core.h>

#include <algorithm>

#include "attnviz/error.h"
#include "render/text/label_text.h"

namespace attnviz {

void include(Box& bounds, const Box& box) {
  const int right = std::max(bounds.x + bounds.width, box.x + box.width);
  const int bottom = std::max(bounds.y + bounds.height, box.y + box.height);
  bounds.x = std::min(bounds.x, box.x);
  bounds.y = std::min(bounds.y, box.y);
  bounds.width = right - bounds.x;
  bounds.height = bottom - bounds.y;
}

void include(Box& bounds, const PlacedText& text) {
  if (!text.text.empty()) include(bounds, text.box);
}

void move(Box& box, int dx, int dy) {
  box.x += dx;
  box.y += dy;
}

void move(PlacedText& text, int dx, int dy) {
  text.x += dx;
  text.y += dy;
  move(text.box, dx, dy);
}

PlacedText place_text(const std::string& text, const TextExtent& e, int size, int x, int y,
                      Direction direction) {
  const int height = e.bottom - e.top;
  const Box box = direction == Direction::right ? Box{x + e.left, y + e.top, e.width(), height}
                                                : Box{x + e.top, y - e.right, height, e.width()};
  return {text, size, x, y, direction, box, 0};
}

std::vector<PlacedText> place_lines(const Font& font, const std::string& text, int size, int width,
                                    Align align) {
  constexpr std::size_t max_text = 1 << 18;  // bytes
  std::vector<PlacedText> lines;
  if (text.empty()) return lines;
  if (text.size() > max_text) {
    throw LimitError(
        fmt::format("picture: title or caption too long; expected at most {} bytes, got {}",
                    max_text, text.size()));
  }
  int y = -measure(font, "H", size).top;
  for (const std::string& line : wrap_text(font, text, size, width)) {
    const TextExtent e = measure(font, line, size);
    const int x = align == Align::left ? -e.left : half(-e.left - e.right);
    lines.push_back(place_text(line, e, size, x, y));
    y += size * 27 / 20;
  }
  return lines;
}

int bottom_of(const std::vector<PlacedText>& lines) {
  return lines.empty() ? 0 : lines.back().y + lines.back().size / 4;
}

}  // namespace attnviz

#include "render/paint/painter.h"

#include <algorithm>
#include <cmath>

namespace attnviz {

void CanvasPainter::cells(const CellGrid& grid) {
  const std::size_t columns = grid.columns();
  for (std::size_t i = 0; i < grid.colors.size(); ++i) {
    const int x = grid.box.x + static_cast<int>(i % columns) * grid.cell.width;
    const int y = grid.box.y + static_cast<int>(i / columns) * grid.cell.height;
    canvas_.fill({x, y, grid.cell.width, grid.cell.height}, grid.colors[i]);
  }
}

void CanvasPainter::text(const PlacedText& text, Color color) {
  draw_text(canvas_, font_, text.text, text.size, text.x, text.y, color, text.direction);
}

void CanvasPainter::line(const std::vector<Point>& points, double width,
                         const std::vector<double>& dashes, Color color) {
  if (points.empty()) return;
  const int reach = static_cast<int>(std::ceil(width)) + 1;
  const auto pixel = [&](double place, int limit) {
    return static_cast<int>(std::clamp(std::floor(place), 0.0, static_cast<double>(limit)));
  };
  Box box = {pixel(points[0].x, canvas_.width()), pixel(points[0].y, canvas_.height()), 0, 0};
  for (const Point& point : points) {
    const int x = pixel(point.x, canvas_.width());
    const int y = pixel(point.y, canvas_.height());
    include(box, Box{x - reach, y - reach, 2 * reach, 2 * reach});
  }
  Coverage coverage(box);
  coverage.add_path(points, width, dashes);
  coverage.paint(canvas_, color);
}

void CanvasPainter::mark(Mark mark, Point centre, double radius, Color color, Color ground) {
  const int reach = static_cast<int>(std::ceil(1.6 * radius)) + 3;
  const Box around = {static_cast<int>(std::floor(centre.x)) - reach,
                      static_cast<int>(std::floor(centre.y)) - reach, 2 * reach + 1, 2 * reach + 1};
  Coverage below(around);
  below.add_mark(mark, centre, radius, mark_rim);
  below.paint(canvas_, ground);
  Coverage above(around);
  above.add_mark(mark, centre, radius, 0);
  above.paint(canvas_, color);
}

}  // namespace attnviz

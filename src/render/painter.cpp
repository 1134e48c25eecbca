#include "attnviz/render/painter.h"

namespace attnviz {

void CanvasPainter::cells(const CellGrid& grid) {
  const std::size_t columns = grid.columns();
  for (std::size_t i = 0; i < grid.colors.size(); ++i) {
    const int x = grid.box.x + static_cast<int>(i % columns) * grid.cell;
    const int y = grid.box.y + static_cast<int>(i / columns) * grid.cell;
    canvas_.fill({x, y, grid.cell, grid.cell}, grid.colors[i]);
  }
}

void CanvasPainter::text(const PlacedText& text, Color color) {
  font_.draw(canvas_, text.text, text.size, text.x, text.y, color, text.direction);
}

}  // namespace attnviz

// What figures are drawn with: one layout, painted as pixels or as vectors.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "attnviz/canvas.h"
#include "attnviz/font.h"
#include "render/raster/stroke.h"
#include "render/text/placed_text.h"

namespace attnviz {

struct CellSize {
  int width = 1;
  int height = 1;

  int shorter() const { return std::min(width, height); }
  friend bool operator==(const CellSize&, const CellSize&) = default;
};

/// Cells of one colour each, row by row.
struct CellGrid {
  Box box;  // of all cells
  CellSize cell;
  std::vector<Color> colors;

  std::size_t columns() const { return static_cast<std::size_t>(box.width / cell.width); }
};

class Painter {
 public:
  virtual ~Painter() = default;
  virtual void fill(const Box& box, Color color) = 0;
  virtual void cells(const CellGrid& grid) = 0;
  virtual void text(const PlacedText& text, Color color) = 0;
  /// From point to point with round ends; `dashes` as in Coverage::add_path.
  virtual void line(const std::vector<Point>& points, double width,
                    const std::vector<double>& dashes, Color color) = 0;
  /// A mark with a rim of the ground's colour around it.
  virtual void mark(Mark mark, Point centre, double radius, Color color, Color ground) = 0;
};

/// Paints pixels.
class CanvasPainter : public Painter {
 public:
  /// Both must outlive the painter.
  CanvasPainter(Canvas& canvas, const Font& font) : canvas_(canvas), font_(font) {}

  void fill(const Box& box, Color color) override { canvas_.fill(box, color); }
  void cells(const CellGrid& grid) override;
  void text(const PlacedText& text, Color color) override;
  void line(const std::vector<Point>& points, double width, const std::vector<double>& dashes,
            Color color) override;
  void mark(Mark mark, Point centre, double radius, Color color, Color ground) override;

 private:
  Canvas& canvas_;
  const Font& font_;
};

}  // namespace attnviz

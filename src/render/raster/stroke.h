// Lines and marks with smooth edges.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "attnviz/canvas.h"

namespace attnviz {

/// In pixels from the top left corner of the canvas; (0.5, 0.5) is the centre of the first pixel.
struct Point {
  double x = 0;
  double y = 0;
};

/// What marks a point of a curve; a cross is a plus turned by 45 degrees.
enum class Shape { disc, square, triangle, diamond, triangle_down, cross, plus };

struct Mark {
  Shape shape = Shape::disc;
  bool hollow = false;
};

inline constexpr double hollow_stroke = 1.6;  // of hollow marks
inline constexpr double mark_rim = 1.0;       // parts a mark from the lines below it

/// What is drawn in one colour, collected before it is blended so that parts that meet do not show.
class Coverage {
 public:
  /// Nothing yet, for pixels inside `box`; what is added outside of it is lost.
  explicit Coverage(const Box& box);

  /// Lines from point to point, `width` pixels thick and with round ends. `dashes` holds the
  /// lengths of lines and gaps in turn, not counting the round ends; empty for no gaps.
  void add_path(const std::vector<Point>& points, double width, const std::vector<double>& dashes);
  /// A mark around a point. All are about as large as a disc of `radius`, and wider by `rim` on
  /// every side; with a rim a hollow mark is filled.
  void add_mark(Mark mark, Point centre, double radius, double rim);

  void paint(Canvas& canvas, Color color) const;

 private:
  void add_line(Point from, Point to, double width);
  // Keeps the larger coverage of a pixel; `distance` is from its centre to the edge, negative
  // inside.
  void add(int x, int y, double distance);

  Box box_;
  std::vector<std::uint8_t> shares_;  // row by row
};

/// The corners of all shapes but the disc, around (0, 0), with their edges `outwards` of where
/// add_mark has them.
std::vector<Point> mark_corners(Shape shape, double radius, double outwards);

}  // namespace attnviz

// Lines and marks with smooth edges.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "render/raster/canvas.h"

namespace attnviz {

/// In pixels from the top left corner of the canvas; (0.5, 0.5) is the centre of the first pixel.
struct Point {
  double x = 0;
  double y = 0;
};

/// What is drawn in one colour, collected before it is blended so that parts that meet do not show.
class Coverage {
 public:
  /// Nothing yet, for pixels inside `box`; what is added outside of it is lost.
  explicit Coverage(const Box& box);

  /// A line with round ends, `width` pixels thick.
  void add_line(Point from, Point to, double width);
  /// Lines from point to point. `dashes` holds the lengths of lines and gaps in turn, not counting
  /// the round ends; empty for no gaps.
  void add_path(const std::vector<Point>& points, double width, const std::vector<double>& dashes);
  /// A mark around a point: 0 to 6 are a disc, square, triangle, diamond, triangle downwards, cross
  /// and plus; 7 to 11 the first five, hollow. All are about as large as a disc of `radius`, and
  /// wider by `rim` on every side.
  void add_mark(std::size_t mark, Point centre, double radius, double rim);

  void paint(Canvas& canvas, Color color) const;

 private:
  // Keeps the larger coverage of a pixel; `distance` is from its centre to the edge, negative
  // inside.
  void add(int x, int y, double distance);

  Box box_;
  std::vector<std::uint8_t> shares_;  // row by row
};

inline constexpr std::size_t mark_kinds = 12;
inline constexpr double hollow_stroke = 1.6;  // of hollow marks
inline constexpr double mark_rim = 1.0;       // parts a mark from the lines below it

/// The first hollow one of the kinds, each like the one so many before it.
inline constexpr std::size_t first_hollow_mark = 7;

/// The corners of the marks but the disc, around (0, 0), with their edges `outwards` of where
/// add_mark has them.
std::vector<Point> mark_corners(std::size_t kind, double radius, double outwards);

}  // namespace attnviz

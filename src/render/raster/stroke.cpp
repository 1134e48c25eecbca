#include "render/raster/stroke.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace attnviz {
namespace {

double distance_to_segment(Point p, Point from, Point to) {
  const double dx = to.x - from.x;
  const double dy = to.y - from.y;
  const double squared = dx * dx + dy * dy;
  const double along =
      squared > 0 ? std::clamp(((p.x - from.x) * dx + (p.y - from.y) * dy) / squared, 0.0, 1.0) : 0;
  return std::hypot(p.x - from.x - along * dx, p.y - from.y - along * dy);
}

constexpr double root_half = 0.70710678118654752;
constexpr double arm = 1.1;       // of the plus, in radii
constexpr double half_arm = 1.1;  // half its thickness, in pixels

// The points p around the centre of a mark with normal * p = distance * radius. The normal has the
// length 1 and points outwards.
struct Edge {
  Point normal;
  double distance = 0;
};

// Those of a convex shape, clockwise; of a disc and of a cross, none.
std::span<const Edge> edges_of(Shape shape) {
  static constexpr Edge square[] = {
      {{0, -1}, 0.89}, {{1, 0}, 0.89}, {{0, 1}, 0.89}, {{-1, 0}, 0.89}};
  static constexpr Edge triangle[] = {
      {{0.866, -0.5}, 0.68}, {{0, 1}, 0.68}, {{-0.866, -0.5}, 0.68}};
  static constexpr Edge triangle_down[] = {
      {{-0.866, 0.5}, 0.68}, {{0, -1}, 0.68}, {{0.866, 0.5}, 0.68}};
  static constexpr Edge diamond[] = {{{root_half, -root_half}, 0.89},
                                     {{root_half, root_half}, 0.89},
                                     {{-root_half, root_half}, 0.89},
                                     {{-root_half, -root_half}, 0.89}};
  switch (shape) {
    case Shape::square:
      return square;
    case Shape::triangle:
      return triangle;
    case Shape::triangle_down:
      return triangle_down;
    case Shape::diamond:
      return diamond;
    default:
      return {};
  }
}

Point turned(Point p) {
  return {(p.x - p.y) * root_half, (p.x + p.y) * root_half};
}

// From a point to the edge of a mark around (0, 0), negative inside; exact along the sides.
double mark_distance(Shape shape, Point p, double radius) {
  switch (shape) {
    case Shape::disc:
      return std::hypot(p.x, p.y) - radius;
    case Shape::cross:
      p = turned(p);
      [[fallthrough]];
    case Shape::plus: {
      const auto [shorter, longer] = std::minmax({std::abs(p.x), std::abs(p.y)});
      return std::max(longer - radius * arm, shorter - half_arm);
    }
    default: {
      double distance = -radius;
      for (const Edge& edge : edges_of(shape)) {
        distance =
            std::max(distance, edge.normal.x * p.x + edge.normal.y * p.y - edge.distance * radius);
      }
      return distance;
    }
  }
}

}  // namespace

std::vector<Point> mark_corners(Shape shape, double radius, double outwards) {
  std::vector<Point> corners;
  if (shape == Shape::plus || shape == Shape::cross) {
    const double end = radius * arm + outwards;
    const double half = half_arm + outwards;
    corners = {{-half, -end}, {half, -end}, {half, -half}, {end, -half},
               {end, half},   {half, half}, {half, end},   {-half, end},
               {-half, half}, {-end, half}, {-end, -half}, {-half, -half}};
    if (shape == Shape::cross) std::ranges::transform(corners, corners.begin(), turned);
    return corners;
  }
  // Where each edge meets the one before it.
  const std::span<const Edge> edges = edges_of(shape);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const Edge& a = edges[(i + edges.size() - 1) % edges.size()];
    const Edge& b = edges[i];
    const double to_a = a.distance * radius + outwards;
    const double to_b = b.distance * radius + outwards;
    const double area = a.normal.x * b.normal.y - a.normal.y * b.normal.x;
    corners.push_back({(to_a * b.normal.y - to_b * a.normal.y) / area,
                       (to_b * a.normal.x - to_a * b.normal.x) / area});
  }
  return corners;
}

Coverage::Coverage(const Box& box)
    : box_(box),
      shares_(static_cast<std::size_t>(box.width) * static_cast<std::size_t>(box.height)) {}

void Coverage::add(int x, int y, double distance) {
  if (x < box_.x || y < box_.y || x >= box_.x + box_.width || y >= box_.y + box_.height) return;
  const auto share =
      static_cast<std::uint8_t>(std::lround(255 * std::clamp(0.5 - distance, 0.0, 1.0)));
  std::uint8_t& kept =
      shares_[static_cast<std::size_t>(y - box_.y) * static_cast<std::size_t>(box_.width) +
              static_cast<std::size_t>(x - box_.x)];
  kept = std::max(kept, share);
}

void Coverage::add_line(Point from, Point to, double width) {
  const double reach = width / 2 + 0.5;
  // Along the longer side only the pixels near the line are visited.
  const bool steep = std::abs(to.y - from.y) > std::abs(to.x - from.x);
  const auto turn = [steep](Point p) { return steep ? Point{p.y, p.x} : p; };
  Point a = turn(from);
  Point b = turn(to);
  if (a.x > b.x) std::swap(a, b);
  const double slope = b.x > a.x ? (b.y - a.y) / (b.x - a.x) : 0;
  const double across = reach * std::hypot(1.0, slope);
  const auto last = static_cast<int>(std::floor(b.x + reach));
  for (auto i = static_cast<int>(std::floor(a.x - reach)); i <= last; ++i) {
    const double middle = a.y + slope * (i + 0.5 - a.x);
    const auto end = static_cast<int>(std::floor(middle + across));
    for (auto k = static_cast<int>(std::floor(middle - across)); k <= end; ++k) {
      const double distance = distance_to_segment({i + 0.5, k + 0.5}, a, b) - width / 2;
      if (steep) {
        add(k, i, distance);
      } else {
        add(i, k, distance);
      }
    }
  }
}

void Coverage::add_path(const std::vector<Point>& points, double width,
                        const std::vector<double>& dashes) {
  std::size_t dash = 0;
  double left = dashes.empty() ? 0 : dashes[0];  // of the current dash or gap
  for (std::size_t i = 1; i < points.size(); ++i) {
    const Point from = points[i - 1];
    const Point to = points[i];
    if (dashes.empty()) {
      add_line(from, to, width);
      continue;
    }
    const double length = std::hypot(to.x - from.x, to.y - from.y);
    const auto at = [&](double done) {
      return Point{from.x + (to.x - from.x) * done / length,
                   from.y + (to.y - from.y) * done / length};
    };
    for (double done = 0; done < length;) {
      const double step = std::min(left, length - done);
      if (dash % 2 == 0) add_line(at(done), at(done + step), width);
      done += step;
      left -= step;
      if (left > 1e-9) break;  // the line ends within the dash
      dash = (dash + 1) % dashes.size();
      left = dashes[dash];
    }
  }
}

void Coverage::add_mark(Mark mark, Point centre, double radius, double rim) {
  const double reach = 1.6 * radius + rim + 1;
  const auto bottom = static_cast<int>(std::floor(centre.y + reach));
  const auto right = static_cast<int>(std::floor(centre.x + reach));
  for (auto y = static_cast<int>(std::floor(centre.y - reach)); y <= bottom; ++y) {
    for (auto x = static_cast<int>(std::floor(centre.x - reach)); x <= right; ++x) {
      double distance = mark_distance(mark.shape, {x + 0.5 - centre.x, y + 0.5 - centre.y}, radius);
      // With a rim this is the ground below the mark, which stays visible inside a hollow one.
      if (mark.hollow && rim == 0) distance = std::max(distance, -distance - hollow_stroke);
      add(x, y, distance - rim);
    }
  }
}

void Coverage::paint(Canvas& canvas, Color color) const {
  std::size_t next = 0;
  for (int y = box_.y; y < box_.y + box_.height; ++y) {
    for (int x = box_.x; x < box_.x + box_.width; ++x) canvas.blend(x, y, color, shares_[next++]);
  }
}

}  // namespace attnviz

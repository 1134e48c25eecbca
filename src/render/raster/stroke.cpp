#include "render/raster/stroke.h"

#include <algorithm>
#include <cmath>

namespace attnviz {
namespace {

constexpr double root_half = 0.70710678118654752;
constexpr double half_arm = 1.1;  // of the cross and the plus, in pixels

double distance_to_segment(Point p, Point from, Point to) {
  const double dx = to.x - from.x;
  const double dy = to.y - from.y;
  const double squared = dx * dx + dy * dy;
  const double along =
      squared > 0 ? std::clamp(((p.x - from.x) * dx + (p.y - from.y) * dy) / squared, 0.0, 1.0) : 0;
  return std::hypot(p.x - from.x - along * dx, p.y - from.y - along * dy);
}

double plus_distance(double x, double y, double radius) {
  const double longer = std::max(std::abs(x), std::abs(y));
  const double shorter = std::min(std::abs(x), std::abs(y));
  return std::max(longer - radius * 1.1, shorter - half_arm);
}

// From a point to the edge of a mark around (0, 0), negative inside; exact along the sides.
double mark_distance(std::size_t mark, double x, double y, double radius) {
  switch (mark) {
    case 0:
      return std::hypot(x, y) - radius;
    case 1:
      return std::max(std::abs(x), std::abs(y)) - 0.89 * radius;
    case 2:
    case 4: {
      const double down = mark == 2 ? y : -y;
      return std::max(down, 0.866 * std::abs(x) - down / 2) - 0.68 * radius;
    }
    case 3:
      return (std::abs(x) + std::abs(y)) * root_half - 0.89 * radius;
    case 5:
      return plus_distance((x + y) * root_half, (x - y) * root_half, radius);
    default:
      return plus_distance(x, y, radius);
  }
}

}  // namespace

std::vector<Point> mark_corners(std::size_t kind, double radius, double outwards) {
  const std::size_t shape = kind >= first_hollow_mark ? kind - first_hollow_mark : kind;
  std::vector<Point> corners;
  if (shape == 1) {
    const double side = 0.89 * radius + outwards;
    corners = {{-side, -side}, {side, -side}, {side, side}, {-side, side}};
  } else if (shape == 2 || shape == 4) {
    const double base = 0.68 * radius + outwards;
    const double up = shape == 2 ? 1 : -1;
    corners = {{0, -2 * base * up},
               {base * 1.5 / 0.866 * up, base * up},
               {-base * 1.5 / 0.866 * up, base * up}};
  } else if (shape == 3) {
    const double reach = (0.89 * radius + outwards) / root_half;
    corners = {{0, -reach}, {reach, 0}, {0, reach}, {-reach, 0}};
  } else if (shape >= 5) {
    const double arm = radius * 1.1 + outwards;
    const double half = half_arm + outwards;
    corners = {{-half, -arm}, {half, -arm}, {half, -half}, {arm, -half},
               {arm, half},   {half, half}, {half, arm},   {-half, arm},
               {-half, half}, {-arm, half}, {-arm, -half}, {-half, -half}};
    if (shape == 5) {
      for (Point& p : corners) p = {(p.x - p.y) * root_half, (p.x + p.y) * root_half};
    }
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

void Coverage::add_mark(std::size_t mark, Point centre, double radius, double rim) {
  const bool hollow = mark >= first_hollow_mark;
  const double reach = 1.6 * radius + rim + 1;
  const auto bottom = static_cast<int>(std::floor(centre.y + reach));
  const auto right = static_cast<int>(std::floor(centre.x + reach));
  for (auto y = static_cast<int>(std::floor(centre.y - reach)); y <= bottom; ++y) {
    for (auto x = static_cast<int>(std::floor(centre.x - reach)); x <= right; ++x) {
      double distance = mark_distance(hollow ? mark - first_hollow_mark : mark, x + 0.5 - centre.x,
                                      y + 0.5 - centre.y, radius);
      // With a rim it is the ground below the mark, which a hollow mark keeps inside.
      if (hollow && rim == 0) distance = std::max(distance, -distance - hollow_stroke);
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

#include "render/raster/canvas.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/core.h>

#include "attnviz/error.h"

namespace attnviz {
namespace {

constexpr std::int64_t max_side = 32767;
constexpr std::int64_t max_bytes = std::int64_t{1} << 29;

std::size_t checked_bytes(int width, int height, int channels) {
  check_canvas_size(width, height);
  return static_cast<std::size_t>(channels) * static_cast<std::size_t>(width) *
         static_cast<std::size_t>(height);
}

}  // namespace

void check_canvas_size(std::int64_t width, std::int64_t height) {
  if (width < 1 || height < 1 || width > max_side || height > max_side) {
    throw LimitError(
        fmt::format("picture: side out of range; expected 1 to {} pixels, got {} x {} pixels",
                    max_side, width, height));
  }
  if (3 * width * height > max_bytes) {
    throw LimitError(
        fmt::format("picture: too many pixels; expected at most {}, got {} x {} pixels",
                    max_bytes / 3, width, height));
  }
}

Canvas::Canvas(int width, int height, Color background)
    : width_(width), height_(height), channels_(3), bytes_(checked_bytes(width, height, 3)) {
  fill({0, 0, width, height}, background);
}

Canvas::Canvas(int width, int height)
    : width_(width), height_(height), channels_(4), bytes_(checked_bytes(width, height, 4)) {}

Color Canvas::at(int x, int y) const {
  if (!holds(x, y)) throw std::out_of_range("pixel outside the canvas");
  const std::uint8_t* pixel = bytes_.data() + offset(x, y);
  return {pixel[0], pixel[1], pixel[2]};
}

void Canvas::fill(const Box& box, Color color) {
  // 64 bits, so that a box reaching far outside cannot overflow.
  const auto clip = [](std::int64_t value, int limit) {
    return static_cast<int>(std::clamp<std::int64_t>(value, 0, limit));
  };
  const int right = clip(std::int64_t{box.x} + box.width, width_);
  const int bottom = clip(std::int64_t{box.y} + box.height, height_);
  const int left = clip(box.x, width_);
  for (int y = clip(box.y, height_); y < bottom; ++y) {
    std::uint8_t* pixel = bytes_.data() + offset(left, y);
    for (int x = left; x < right; ++x) {
      *pixel++ = color.red;
      *pixel++ = color.green;
      *pixel++ = color.blue;
      if (channels_ == 4) *pixel++ = 255;
    }
  }
}

void Canvas::blend(int x, int y, Color color, std::uint8_t coverage) {
  if (!holds(x, y) || coverage == 0) return;
  std::uint8_t* pixel = bytes_.data() + offset(x, y);
  // The colour below counts by its opacity; the result is as opaque as both together.
  const int under = channels_ == 3 ? 255 : pixel[3];
  const int kept = under * (255 - coverage);
  const int whole = 255 * coverage + kept;
  const auto mix = [&](std::uint8_t below, std::uint8_t above) {
    // + whole / 2 rounds to nearest.
    return static_cast<std::uint8_t>((below * kept + above * 255 * coverage + whole / 2) / whole);
  };
  pixel[0] = mix(pixel[0], color.red);
  pixel[1] = mix(pixel[1], color.green);
  pixel[2] = mix(pixel[2], color.blue);
  if (channels_ == 4) pixel[3] = static_cast<std::uint8_t>((whole + 127) / 255);
}

}  // namespace attnviz

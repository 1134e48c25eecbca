#include "attnviz/render/canvas.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "attnviz/base/error.h"

namespace attnviz {
namespace {

constexpr std::int64_t max_side = 32767;
constexpr std::int64_t max_bytes = std::int64_t{1} << 29;

std::size_t checked_bytes(int width, int height) {
  check_canvas_size(width, height);
  return 3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

}  // namespace

void check_canvas_size(std::int64_t width, std::int64_t height) {
  const std::string size = std::to_string(width) + " x " + std::to_string(height) + " pixels";
  if (width < 1 || height < 1 || width > max_side || height > max_side) {
    throw LimitError("picture: side out of range; expected 1 to 32767 pixels, got " + size);
  }
  if (3 * width * height > max_bytes) {
    throw LimitError("picture: too many pixels; expected at most 178956970, got " + size);
  }
}

Canvas::Canvas(int width, int height, Color background)
    : width_(width), height_(height), bytes_(checked_bytes(width, height)) {
  fill({0, 0, width, height}, background);
}

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
    }
  }
}

void Canvas::blend(int x, int y, Color color, std::uint8_t coverage) {
  if (!holds(x, y)) return;
  const auto mix = [coverage](std::uint8_t under, std::uint8_t over) {
    // + 127 rounds to nearest.
    return static_cast<std::uint8_t>((under * (255 - coverage) + over * coverage + 127) / 255);
  };
  std::uint8_t* pixel = bytes_.data() + offset(x, y);
  pixel[0] = mix(pixel[0], color.red);
  pixel[1] = mix(pixel[1], color.green);
  pixel[2] = mix(pixel[2], color.blue);
}

}  // namespace attnviz

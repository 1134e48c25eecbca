// A picture in memory: 8-bit RGB or RGBA, row by row from the top left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "attnviz/color.h"

namespace attnviz {

/// A rectangle of the picture in pixels.
struct Box {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};

class Canvas {
 public:
  /// A canvas of one colour. Throws LimitError unless both sides are 1..32,767 and the pixels at
  /// most 2^29 / 3.
  Canvas(int width, int height, Color background);
  /// A canvas with a fourth byte a pixel, its opacity: nothing is on it yet.
  Canvas(int width, int height);

  int width() const { return width_; }
  int height() const { return height_; }
  int channels() const { return channels_; }                         // 3, or 4 with opacity
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }  // channels x width x height

  /// The colour of a pixel. Throws std::out_of_range outside the canvas.
  Color at(int x, int y) const;
  /// Fills the box, cut to the canvas.
  void fill(const Box& box, Color color);
  /// Blends `color` over the pixel with the given coverage (0 leaves it, 255 replaces it). Pixels
  /// outside the canvas are ignored.
  void blend(int x, int y, Color color, std::uint8_t coverage);

 private:
  bool holds(int x, int y) const { return x >= 0 && y >= 0 && x < width_ && y < height_; }
  std::size_t offset(int x, int y) const {
    return static_cast<std::size_t>(channels_) *
           (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
            static_cast<std::size_t>(x));
  }

  int width_;
  int height_;
  int channels_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace attnviz

// Colours, and the maps from a weight to a colour.
#pragma once

#include <cstdint>

namespace attnviz {

struct Color {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  friend bool operator==(const Color&, const Color&) = default;
};

/// What every figure is drawn with.
inline constexpr Color paper = {255, 255, 255};
inline constexpr Color dark_ink = {0x22, 0x22, 0x22};
inline constexpr Color faint_ink = {0x66, 0x66, 0x66};

/// The place of a weight on the colour scale, which is fixed at 0..1 so that a flat map cannot look
/// sharp: weights outside are clamped, NaN stays NaN.
double color_position(double weight);

/// The viridis colour of t; values outside 0..1 are clamped, NaN is drawn as a mid grey.
Color viridis(double t);

/// Relative luminance in 0..1 (WCAG 2), to choose dark or light lines on a colour.
double luminance(Color color);

}  // namespace attnviz

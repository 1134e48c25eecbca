#include "render/raster/color.h"

#include "base/math.h"

namespace attnviz {
namespace {

// sRGB to linear light, WCAG 2.
double linear(std::uint8_t value) {
  const double s = value / 255.0;
  return s <= 0.04045 ? s / 12.92 : math::pow((s + 0.055) / 1.055, 2.4);
}

}  // namespace

double luminance(Color color) {
  return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue);
}

double contrast(Color a, Color b) {
  const double one = luminance(a) + 0.05;
  const double other = luminance(b) + 0.05;
  return one > other ? one / other : other / one;
}

Color readable_on(Color ground) {
  constexpr Color white = {255, 255, 255};
  constexpr Color dark = {0x22, 0x22, 0x22};
  return contrast(white, ground) > contrast(dark, ground) ? white : dark;
}

}  // namespace attnviz

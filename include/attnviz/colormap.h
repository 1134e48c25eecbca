// From a weight to a colour.
#pragma once

#include <string_view>

#include "attnviz/color.h"

namespace attnviz {

/// Sequential maps, and one for differences, which is lightest in the middle.
enum class Colormap { viridis, magma, cividis, gray, gray_r, blues, difference };

/// The sequential maps by name; gray is white at 1, gray_r black at 1.
struct NamedColormap {
  std::string_view name;
  Colormap colormap;
};
inline constexpr NamedColormap named_colormaps[] = {
    {"viridis", Colormap::viridis}, {"magma", Colormap::magma},   {"cividis", Colormap::cividis},
    {"gray", Colormap::gray},       {"gray_r", Colormap::gray_r}, {"blues", Colormap::blues}};

/// The colour of t; values outside 0..1 are clamped, NaN is drawn as a mid grey.
Color map_color(Colormap colormap, double t);

/// How colours follow weights.
enum class ScaleKind { linear, root, logarithm };

/// The weights at the two ends of a colour bar. Fixed at 0..1 unless another one is asked for, so
/// that a flat map cannot look sharp. For a logarithm both are above 0.
struct Scale {
  double low = 0;
  double high = 1;
  ScaleKind kind = ScaleKind::linear;

  /// The place of a weight on the colour map: 0 to 1 within the scale, which of a single weight is
  /// 0.5; NaN for NaN.
  double place(double weight) const;
  friend bool operator==(const Scale&, const Scale&) = default;
};

}  // namespace attnviz

// Where everything of a line chart goes, decided before a pixel is drawn.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/canvas.h"
#include "attnviz/font.h"
#include "render/figure/axis.h"
#include "render/figure/frame.h"
#include "render/figure/legend.h"
#include "render/raster/stroke.h"
#include "render/text/placed_text.h"

namespace attnviz {

/// A line through (x[i], y[i]) in the order given. A value that is not finite breaks it.
struct CurveSeries {
  std::string name;  // of the same name in several panels: the same look, one legend entry
  std::vector<double> x;
  std::vector<double> y;
};

/// All texts may hold anything: control characters are drawn as hexadecimal escapes.
struct CurvePanel {
  std::string title;  // above the panel; "" for none
  std::string x_title;
  std::string y_title;
  std::vector<CurveSeries> series;
  bool share = false;  // y is a share: the axis is fixed at 0..1 and labelled in percent
};

struct CurveOptions {
  std::string title;       // above all; long lines wrap, \n starts a new one
  std::string caption;     // below all
  int width = 720;         // of the picture
  int panel_height = 320;  // between the ends of a y axis
};

struct CurvePanelLayout {
  Box area;  // its lowest row of pixels is y.low, its highest y.high
  Axis x;
  Axis y;
  std::vector<CurveStyle> styles;  // one a series
  std::vector<PlacedText> titles;
  std::vector<PlacedText> x_labels;  // one a tick
  std::vector<PlacedText> y_labels;
  PlacedText x_title;  // an empty text when the panel below has the same
  PlacedText y_title;

  Point place(double x_value, double y_value) const;
};

/// Panels below each other with the same left and right edge.
struct CurveLayout {
  std::vector<CurvePanelLayout> panels;
  std::vector<LegendEntry> legend;  // empty when there is one name only
  Frame frame;
};

/// At most so many names of series, panels and points.
inline constexpr std::size_t max_curves = 12;
inline constexpr std::size_t max_curve_panels = 16;
inline constexpr std::size_t max_curve_points = 100000;

/// Panels with the same x_title have the same x axis. Throws UsageError when there is no panel, a
/// panel has no series, a series has no points or not as many x as y, a share is not within 0..1
/// (by more than rounding), or the width is below 480 or the height below 80; LimitError above the
/// limits or when the picture would be larger than a canvas can be.
CurveLayout lay_out_curves(const std::vector<CurvePanel>& panels, const CurveOptions& options,
                           const Font& font = {});

}  // namespace attnviz

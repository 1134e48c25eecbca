// A film: maps of one input at several times, drawn in the same place, above a curve with a mark
// that moves.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/attention_map.h"
#include "attnviz/canvas.h"
#include "attnviz/font.h"
#include "attnviz/heatmap.h"
#include "attnviz/look.h"
#include "render/figure/layout.h"
#include "render/paint/painter.h"

namespace attnviz {

struct FilmFrame {
  AttentionMap map;    // all have the same columns and as many rows
  std::string status;  // the line above the map; all have as many characters
  int step = 0;        // ascending from frame to frame, from 0 on
  double value = 0.0;  // the curve's at this step
};

struct FilmOptions {
  Look look;
  HeatmapTexts texts;  // of all frames
  std::string curve;   // what its values are; an axis from 0 to 1 or to the largest
};

/// What differs between frames.
struct FilmFrameLayout {
  std::vector<PlacedText> row_labels;
  std::vector<PlacedText> numbers;
  std::vector<PlacedText> copied_numbers;
  PlacedText status;
  Point mark;  // on the curve
};

/// The curve below the maps. Frames are equally far apart, whatever their steps.
struct FilmCurve {
  Box area;
  std::vector<Point> points;         // one a frame
  std::vector<PlacedText> x_labels;  // of steps
  std::vector<int> x_ticks;
  std::vector<PlacedText> y_labels;
  std::vector<int> y_ticks;
  PlacedText title;
  PlacedText x_title;
};

struct FilmLayout {
  PanelLayout panel;  // but for what is each frame's
  std::vector<FilmFrameLayout> frames;
  ColorBar color_bar;
  FilmCurve curve;
  Frame frame;
};

/// Places everything so that it stays where it is from frame to frame: the widest row labels, and
/// the numbers of the largest weights, set the size. Throws UsageError where there is no frame, or
/// the maps or steps are not as said above; and as lay_out_heatmap does.
FilmLayout lay_out_film(const std::vector<FilmFrame>& frames, const FilmOptions& options,
                        const Font& font);

/// Paints a frame on the painter's paper.
void paint_film(Painter& painter, const std::vector<FilmFrame>& frames, const Look& look,
                const FilmLayout& layout, std::size_t index);

}  // namespace attnviz

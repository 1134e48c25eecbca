// Panels in a grid: their titles, what they share, one colour bar, the frame.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/font.h"
#include "attnviz/heatmap.h"
#include "attnviz/look.h"
#include "render/figure/layout.h"
#include "render/figure/panel.h"

namespace attnviz {

struct SheetOptions {
  Look look;            // a cell of 0 chooses by the maps
  int columns = 0;      // panels side by side; 0 chooses
  std::string title;    // above all; as of a heatmap
  std::string caption;  // below all
  // Heads of the rows and columns of the grid, as of layers and heads; none, or one each.
  std::vector<std::string> row_names;
  std::vector<std::string> column_names;
};

/// A map of the sheet with its own title and caption.
struct TitledPanel {
  PanelLayout panel;
  std::vector<PlacedText> titles;  // line by line, from the map's left edge
  std::vector<PlacedText> captions;

  Box bounds() const;
  void move_by(int dx, int dy);
};

/// Panels row by row from the top left, one colour bar for all at the right.
struct SheetLayout {
  int columns = 0;
  std::vector<TitledPanel> panels;  // one a map
  std::vector<PlacedText> heads;    // of the columns, then of the rows of the grid
  PlacedText row_title;             // of axes that all panels share; empty texts otherwise
  PlacedText column_title;
  ColorBar color_bar;
  Frame frame;
};

/// Panels to be arranged.
struct Panels {
  std::vector<PanelLayout> layouts;
  std::size_t columns = 1;  // side by side
  bool share_axes = false;  // labels stand at the outer panels only, titles of axes once for all
  int side = 0;             // the longer side of the largest, see scaled()
  Outside outside;
};

/// Between two panels.
int panel_gap(bool share_axes, int side);

/// How many panels of a size, with what is around them, side by side give a figure closest to
/// 7 by 5 with few empty places.
std::size_t choose_columns(std::size_t count, double width, double height);

/// The same with the room that the labels of the panels take.
std::size_t choose_columns(const Panels& panels);

/// Throws LimitError as place_frame does. `texts` has one a panel.
SheetLayout arrange_panels(Panels panels, const std::vector<HeatmapTexts>& texts,
                           const SheetOptions& options, const Font& font);

/// Paints all of a sheet but its panels.
void paint_sheet_texts(Painter& painter, const Look& look, const SheetLayout& layout);

}  // namespace attnviz

// Several attention maps in one figure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/attention_map.h"
#include "attnviz/font.h"
#include "attnviz/heatmap.h"
#include "attnviz/look.h"
#include "render/figure/layout.h"
#include "render/figure/panel.h"
#include "render/paint/painter.h"

namespace attnviz {

struct SheetOptions {
  Look look;            // a cell of 0 chooses by the largest map
  int columns = 0;      // panels side by side; 0 chooses
  std::string title;    // above all; as of a heatmap
  std::string caption;  // below all
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
  ColorBar color_bar;
  Frame frame;
};

/// At most so many maps are drawn in a figure.
inline constexpr std::size_t max_panels = 256;

/// The maps of a row share their upper edge, those of a column their left edge. An axis title that
/// the panel to the left (of rows) or above (of columns) has as well is left out. Throws UsageError
/// when there is no map, there are not as many texts as maps or a number is negative; LimitError
/// for more than max_panels; and as lay_out_heatmap does.
SheetLayout lay_out_sheet(const std::vector<AttentionMap>& maps,
                          const std::vector<HeatmapTexts>& texts, const SheetOptions& options,
                          const Font& font = {});

/// Paints on the painter's paper, in a layout made by lay_out_sheet from the same maps and look.
void paint_sheet(Painter& painter, const std::vector<AttentionMap>& maps, const Look& look,
                 const SheetLayout& layout);

}  // namespace attnviz

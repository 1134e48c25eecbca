// Several attention maps in one figure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/attention_map.h"
#include "render/figure/layout.h"
#include "render/figure/panel.h"
#include "render/paint/painter.h"
#include "render/raster/canvas.h"

namespace attnviz {

/// Of the look, a cell of 0 chooses by the largest map.
struct SheetOptions : Look {
  int columns = 0;      // panels side by side; 0 chooses
  std::string title;    // above all; as of a heatmap
  std::string caption;  // below all
};

/// A map of the sheet with its own title and caption.
struct SheetPanel : PanelLayout {
  std::vector<PlacedText> titles;  // line by line, from the map's left edge
  std::vector<PlacedText> captions;

  Box bounds() const;
  void move_by(int dx, int dy);
};

/// Panels row by row from the top left, one colour bar for all at the right.
struct SheetLayout : ColorBar, Frame {
  int columns = 0;
  std::vector<SheetPanel> panels;  // one a map
};

/// At most so many maps are drawn in a figure.
inline constexpr std::size_t most_panels = 256;

/// The maps of a row share their upper edge, those of a column their left edge. An axis title that
/// the panel to the left (of rows) or above (of columns) has as well is left out. Of `each`, one a
/// map, only the texts are used. Throws UsageError when there is no map, the options are not
/// one a map or a number is negative; LimitError for more than most_panels; and as lay_out_heatmap
/// does.
SheetLayout lay_out_sheet(const std::vector<AttentionMap>& maps,
                          const std::vector<HeatmapOptions>& each, const SheetOptions& options);

/// Draws what lay_out_sheet lays out; throws as it does.
Canvas draw_sheet(const std::vector<AttentionMap>& maps, const std::vector<HeatmapOptions>& each,
                  const SheetOptions& options);

/// The same for a layout made from the same arguments.
Canvas draw_sheet(const std::vector<AttentionMap>& maps, const SheetOptions& options,
                  const SheetLayout& layout);

/// The same with any painter, on its paper.
void paint_sheet(Painter& painter, const std::vector<AttentionMap>& maps,
                 const SheetOptions& options, const SheetLayout& layout);

}  // namespace attnviz

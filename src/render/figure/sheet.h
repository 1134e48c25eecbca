// Several attention maps in one figure.
#pragma once

#include <cstddef>
#include <vector>

#include "attnviz/attention_map.h"
#include "attnviz/font.h"
#include "attnviz/heatmap.h"
#include "attnviz/look.h"
#include "render/figure/panel_grid.h"
#include "render/paint/painter.h"

namespace attnviz {

/// At most so many maps are drawn in a figure.
inline constexpr std::size_t max_panels = 4096;

/// The maps of a row share their upper edge, those of a column their left edge. Where all maps have
/// the same labels, as the heads of a model do, these stand at the outer panels only, and the cells
/// are small enough for a page. Otherwise an axis title that the panel to the left (of rows) or
/// above (of columns) has as well is left out. Throws UsageError when there is no map, there are
/// not as many texts as maps, the maps are not as many as the grid of names holds or a number is
/// negative; LimitError for more than max_panels; and as lay_out_heatmap does.
SheetLayout lay_out_sheet(const std::vector<AttentionMap>& maps,
                          const std::vector<HeatmapTexts>& texts, const SheetOptions& options,
                          const Font& font = {});

/// Paints on the painter's paper, in a layout made by lay_out_sheet from the same maps and look.
void paint_sheet(Painter& painter, const std::vector<AttentionMap>& maps, const Look& look,
                 const SheetLayout& layout);

}  // namespace attnviz

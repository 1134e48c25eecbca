// Weights over a picture: what a captioning model or a vision transformer attends to.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/attention_map.h"
#include "attnviz/canvas.h"
#include "attnviz/font.h"
#include "attnviz/heatmap.h"
#include "attnviz/look.h"
#include "render/figure/panel_grid.h"
#include "render/paint/painter.h"

namespace attnviz {

/// How weights are laid over a picture.
enum class Overlay { smooth, cells };

/// The weights of a row over the places of a picture, row by row from its top left: a map of the
/// grid's rows and columns for each row of `map`, or the map itself where it is as large as the
/// grid. Throws SettingError "grid" when the weights are not as many as the places.
std::vector<AttentionMap> split_places(const AttentionMap& map, CellSize grid,
                                       const std::string& name);

/// One panel a map, each the whole picture; texts as of a sheet, without the titles of axes. The
/// maps have one shape.
SheetLayout lay_out_overlays(const std::vector<AttentionMap>& maps, std::vector<HeatmapTexts> texts,
                             const SheetOptions& options, const Canvas& photo, const Font& font);

/// The picture in grey, with the colours of the weights laid over it; masked places are left free
/// and struck out.
/// Smoothed, a weight is in the middle of its place, and between two middles it is interpolated.
void paint_overlays(Painter& painter, const std::vector<AttentionMap>& maps, const Look& look,
                    const SheetLayout& layout, const Canvas& photo, Overlay overlay);

}  // namespace attnviz

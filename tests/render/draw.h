// Pictures drawn as the program draws them.
#pragma once

#include <vector>

#include "attnviz/canvas.h"
#include "render/figure/curve.h"
#include "render/figure/frame.h"
#include "render/figure/sheet.h"

namespace attnviz {

inline Canvas draw_sheet(const std::vector<AttentionMap>& maps,
                         const std::vector<HeatmapTexts>& texts, const SheetOptions& options) {
  const Font font;
  const SheetLayout layout = lay_out_sheet(maps, texts, options, font);
  return make_canvas(layout.frame, options.look.theme, font,
                     [&](Painter& painter) { paint_sheet(painter, maps, options.look, layout); });
}

inline Canvas draw_curves(const std::vector<CurvePanel>& panels, const CurveOptions& options) {
  const Font font;
  const CurveLayout layout = lay_out_curves(panels, options, font);
  return make_canvas(layout.frame, light_theme, font,
                     [&](Painter& painter) { paint_curves(painter, panels, layout); });
}

}  // namespace attnviz

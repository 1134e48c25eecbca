#include "render/figure/overlay.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "attnviz/error.h"
#include "render/figure/heatmap.h"
#include "render/raster/canvas.h"
#include "render/raster/photo.h"

namespace attnviz {
namespace {

constexpr double opacity = 0.5;        // of the colours over the picture
constexpr double sheet_width = 1500;   // of all panels of a row
constexpr double largest_panel = 520;  // the longer side
constexpr double smallest_panel = 180;

std::uint8_t mix(std::uint8_t below, std::uint8_t above) {
  return static_cast<std::uint8_t>(std::lround(below + opacity * (above - below)));
}

// In grey, so that colours are those of the weights, and lighter, as dark ones are laid over it.
Color ground_of(Color color) {
  const int sum = 299 * color.red + 587 * color.green + 114 * color.blue;
  const auto grey = static_cast<std::uint8_t>(64 + (sum * 3 / 4 + 500) / 1000);
  return {grey, grey, grey};
}

// Where a pixel's middle is among the middles of the places along one side: between `before` and
// `after`, and how far on the way; `nearest` is the place that it is in.
struct Between {
  std::size_t before = 0;
  std::size_t after = 0;
  std::size_t nearest = 0;
  double share = 0;

  Between(int pixel, int pixels, std::size_t places) {
    const double place = (pixel + 0.5) * static_cast<double>(places) / pixels;
    nearest = std::min(static_cast<std::size_t>(place), places - 1);
    const double from_middle = std::clamp(place - 0.5, 0.0, static_cast<double>(places - 1));
    before = static_cast<std::size_t>(from_middle);
    after = std::min(before + 1, places - 1);
    share = from_middle - static_cast<double>(before);
  }
};

// NaN where the place is masked; a masked neighbour counts as the place itself.
float smoothed(const AttentionMap& map, const Between& down, const Between& across) {
  const float own = map.at(down.nearest, across.nearest);
  const auto at = [&](std::size_t row, std::size_t column) {
    const float weight = map.at(row, column);
    return static_cast<double>(is_masked(weight) ? own : weight);
  };
  const auto along = [&](std::size_t row) {
    return std::lerp(at(row, across.before), at(row, across.after), across.share);
  };
  return is_masked(own)
             ? own
             : static_cast<float>(std::lerp(along(down.before), along(down.after), down.share));
}

Color laid_over(Color ground, float weight, const Look& look) {
  if (is_masked(weight)) return ground;
  const Color color = map_color(look.colormap, look.scale.place(static_cast<double>(weight)));
  return {mix(ground.red, color.red), mix(ground.green, color.green), mix(ground.blue, color.blue)};
}

void strike_out_masked(Painter& painter, const AttentionMap& map, const Box& box, Color ink) {
  const auto edge = [](std::size_t place, std::size_t places, int pixels) {
    return static_cast<int>(place * static_cast<std::size_t>(pixels) / places);
  };
  for (std::size_t i = 0; i < map.weights.size(); ++i) {
    if (!is_masked(map.weights[i])) continue;
    const std::size_t row = i / map.columns();
    const std::size_t column = i % map.columns();
    const int x = edge(column, map.columns(), box.width);
    const int y = edge(row, map.rows(), box.height);
    strike_out(painter,
               {box.x + x, box.y + y, edge(column + 1, map.columns(), box.width) - x,
                edge(row + 1, map.rows(), box.height) - y},
               ink);
  }
}

CellSize panel_size(const AttentionMap& map, const Look& look, const Canvas& photo,
                    std::size_t columns) {
  double longest =
      std::clamp(sheet_width / static_cast<double>(columns), smallest_panel, largest_panel);
  if (look.cell > 0) longest = look.cell * static_cast<double>(std::max(map.rows(), map.columns()));
  const double scale = longest / std::max(photo.width(), photo.height());
  const auto side = [&](int length) { return std::max(1.0, std::round(length * scale)); };
  check_canvas_size(static_cast<std::int64_t>(side(photo.width())),
                    static_cast<std::int64_t>(side(photo.height())));
  return {static_cast<int>(side(photo.width())), static_cast<int>(side(photo.height()))};
}

}  // namespace

std::vector<AttentionMap> split_places(const AttentionMap& map, CellSize grid,
                                       const std::string& name) {
  const auto rows = static_cast<std::size_t>(grid.height);
  const auto columns = static_cast<std::size_t>(grid.width);
  if (map.rows() == rows && map.columns() == columns) return {map};
  if (map.columns() != rows * columns) {
    throw SettingError("grid", fmt::format("expected rows x columns of as many places as {} has "
                                           "columns, {}, got {} x {} = {}",
                                           name, map.columns(), rows, columns, rows * columns));
  }
  std::vector<AttentionMap> maps(map.rows());
  for (std::size_t row = 0; row < map.rows(); ++row) {
    maps[row].source.resize(columns);
    maps[row].target.resize(rows);
    const auto first = map.weights.begin() + static_cast<std::ptrdiff_t>(row * map.columns());
    maps[row].weights.assign(first, first + static_cast<std::ptrdiff_t>(map.columns()));
  }
  return maps;
}

SheetLayout lay_out_overlays(const std::vector<AttentionMap>& maps, std::vector<HeatmapTexts> texts,
                             const SheetOptions& options, const Canvas& photo, const Font& font) {
  constexpr int title_height = 34;
  for (HeatmapTexts& text : texts) text.row_title = text.column_title = "";
  Panels panels;
  panels.share_axes = true;
  panels.columns = options.columns > 0 ? static_cast<std::size_t>(options.columns)
                                       : choose_columns(maps.size(), photo.width(), photo.height());
  panels.columns = std::min(panels.columns, maps.size());
  const CellSize size = panel_size(maps[0], options.look, photo, panels.columns);
  if (options.columns == 0) {
    // Once more, with the titles, which may be as high as small panels.
    panels.columns = choose_columns(maps.size(), size.width, size.height + title_height);
  }
  panels.side = std::max(size.width, size.height);
  PanelLayout panel;
  panel.map = {0, 0, size.width, size.height};
  panel.font_size = 12;
  panels.layouts.assign(maps.size(), panel);
  panels.outside = count_outside(maps, options.look.scale);
  return arrange_panels(std::move(panels), texts, options, font);
}

void paint_overlays(Painter& painter, const std::vector<AttentionMap>& maps, const Look& look,
                    const SheetLayout& layout, const Canvas& photo, Overlay overlay) {
  const Box& size = layout.panels.front().panel.map;
  const Canvas ground = resize(photo, size.width, size.height);
  for (std::size_t i = 0; i < maps.size(); ++i) {
    const AttentionMap& map = maps[i];
    CellGrid pixels{layout.panels[i].panel.map, {1, 1}, {}};
    for (int y = 0; y < size.height; ++y) {
      const Between down(y, size.height, map.rows());
      for (int x = 0; x < size.width; ++x) {
        const Between across(x, size.width, map.columns());
        const float weight = overlay == Overlay::smooth ? smoothed(map, down, across)
                                                        : map.at(down.nearest, across.nearest);
        pixels.colors.push_back(laid_over(ground_of(ground.at(x, y)), weight, look));
      }
    }
    painter.cells(pixels);
    strike_out_masked(painter, map, pixels.box, look.theme.faint_ink);
  }
  paint_sheet_texts(painter, look, layout);
}

}  // namespace attnviz

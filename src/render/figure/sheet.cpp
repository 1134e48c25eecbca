#include "render/figure/sheet.h"

#include <fmt/core.h>

#include <algorithm>

#include "attnviz/error.h"
#include "render/figure/heatmap.h"

namespace attnviz {
namespace {

constexpr double shared_width = 1600;  // of the maps of a sheet with shared axes

bool have_same_labels(const std::vector<AttentionMap>& maps) {
  return std::ranges::all_of(maps, [&](const AttentionMap& map) {
    return map.source == maps[0].source && map.target == maps[0].target &&
           map.expected == maps[0].expected && map.weights.size() == maps[0].weights.size();
  });
}

CellSize choose_sheet_cell(const std::vector<AttentionMap>& maps) {
  std::size_t rows = 0;
  std::size_t columns = 0;
  for (const AttentionMap& map : maps) {
    rows = std::max(rows, map.rows());
    columns = std::max(columns, map.columns());
  }
  const CellSize single = choose_cell(rows, columns);
  // Two thirds of those of a single map: "</s>" still fits beside a letter.
  const auto smaller = [](int side) { return std::max(1, (side * 11 + 8) / 16); };
  return {smaller(single.width), smaller(single.height)};
}

std::size_t given_columns(const SheetOptions& options, std::size_t count) {
  if (!options.column_names.empty()) return options.column_names.size();
  return std::min(static_cast<std::size_t>(options.columns), count);
}

// Smaller where the maps side by side would be wider than a page.
CellSize fit_cell(CellSize cell, const AttentionMap& map, std::size_t columns) {
  const double room = shared_width / static_cast<double>(columns) - panel_gap(true, 0);
  const double share = room / (cell.width * static_cast<double>(map.columns()));
  const auto fit = [&](int side) { return std::max(1, static_cast<int>(side * share + 1e-9)); };
  return share >= 1 ? cell : CellSize{fit(cell.width), fit(cell.height)};
}

// The labels of the first serve all: they are the same, and measuring them takes time.
Panels lay_out_alike(const std::vector<AttentionMap>& maps, const std::vector<HeatmapTexts>& texts,
                     const SheetOptions& options, const Font& font) {
  Panels panels;
  panels.share_axes = true;
  panels.columns = given_columns(options, maps.size());
  CellSize cell = {options.look.cell, options.look.cell};
  if (options.look.cell == 0) cell = choose_sheet_cell(maps);
  if (panels.columns == 0) {
    const double room = panel_gap(true, 0) + (texts[0].title.empty() ? 0 : 30);
    panels.columns = choose_columns(
        maps.size(), cell.width * static_cast<double>(maps[0].columns()) + panel_gap(true, 0),
        cell.height * static_cast<double>(maps[0].rows()) + room);
  }
  if (options.look.cell == 0) cell = fit_cell(cell, maps[0], panels.columns);
  panels.side = longer_side(maps[0], cell);
  for (std::size_t i = 0; i < maps.size(); ++i) {
    const bool is_copy = i > 0 && !options.look.numbers;
    panels.layouts.push_back(
        is_copy ? panels.layouts.front()
                : lay_out_panel(maps[i], options.look, texts[i], font, cell, panels.side));
  }
  return panels;
}

Panels lay_out_each(const std::vector<AttentionMap>& maps, const std::vector<HeatmapTexts>& texts,
                    const SheetOptions& options, const Font& font) {
  Panels panels;
  CellSize cell = {options.look.cell, options.look.cell};
  if (options.look.cell == 0) cell = choose_sheet_cell(maps);
  for (const AttentionMap& map : maps) panels.side = std::max(panels.side, longer_side(map, cell));
  for (std::size_t i = 0; i < maps.size(); ++i) {
    panels.layouts.push_back(
        lay_out_panel(maps[i], options.look, texts[i], font, cell, panels.side));
  }
  panels.columns = given_columns(options, maps.size());
  if (panels.columns == 0) panels.columns = choose_columns(panels);
  return panels;
}

void check_sheet(const std::vector<AttentionMap>& maps, const std::vector<HeatmapTexts>& texts,
                 const SheetOptions& options) {
  if (maps.empty()) throw UsageError("sheet: nothing to draw; expected at least 1 map, got 0");
  if (maps.size() > max_panels) {
    throw LimitError(
        fmt::format("sheet: too many maps; expected at most {}, got {}", max_panels, maps.size()));
  }
  if (texts.size() != maps.size()) {
    throw UsageError(
        fmt::format("sheet: options: expected {}, one a map, got {}", maps.size(), texts.size()));
  }
  const std::size_t grid = options.row_names.size() * options.column_names.size();
  if (!(options.row_names.empty() && options.column_names.empty()) && grid != maps.size()) {
    throw UsageError(fmt::format("sheet: expected {} x {} maps, got {}", options.row_names.size(),
                                 options.column_names.size(), maps.size()));
  }
  if (options.columns < 0) {
    throw UsageError(fmt::format("columns: expected 0 or more, got {}", options.columns));
  }
  if (options.look.cell < 0) {
    throw UsageError(fmt::format("cell: expected 0 or more pixels, got {}", options.look.cell));
  }
}

}  // namespace

SheetLayout lay_out_sheet(const std::vector<AttentionMap>& maps,
                          const std::vector<HeatmapTexts>& texts, const SheetOptions& options,
                          const Font& font) {
  check_sheet(maps, texts, options);
  Panels panels = have_same_labels(maps) ? lay_out_alike(maps, texts, options, font)
                                         : lay_out_each(maps, texts, options, font);
  panels.outside = count_outside(maps, options.look.scale);
  return arrange_panels(std::move(panels), texts, options, font);
}

void paint_sheet(Painter& painter, const std::vector<AttentionMap>& maps, const Look& look,
                 const SheetLayout& layout) {
  for (std::size_t i = 0; i < maps.size(); ++i) {
    paint_panel(painter, maps[i], look, layout.panels[i].panel);
  }
  paint_sheet_texts(painter, look, layout);
}

}  // namespace attnviz

#include "render/figure/sheet.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "attnviz/error.h"
#include "render/figure/heatmap.h"
#include "render/raster/canvas.h"

namespace attnviz {
namespace {

// What a panel needs around the top left corner of its map.
struct Reach {
  int left = 0;
  int right = 0;
  int above = 0;
  int below = 0;

  void include(const Reach& other) {
    left = std::max(left, other.left);
    right = std::max(right, other.right);
    above = std::max(above, other.above);
    below = std::max(below, other.below);
  }
};

Reach reach_of(const TitledPanel& titled) {
  const Box bounds = titled.bounds();
  const Box& map = titled.panel.map;
  return {map.x - bounds.x, bounds.x + bounds.width - map.x, map.y - bounds.y,
          bounds.y + bounds.height - map.y};
}

// The place of a panel in the grid.
struct Grid {
  std::size_t count = 0;
  std::size_t columns = 1;

  std::size_t rows() const { return (count + columns - 1) / columns; }
  std::size_t row_of(std::size_t panel) const { return panel / columns; }
  std::size_t column_of(std::size_t panel) const { return panel % columns; }
};

// Places everything with the first map's top left corner at (0, 0), then moves it.
class SheetBuilder {
 public:
  SheetBuilder(const std::vector<AttentionMap>& maps, const std::vector<HeatmapTexts>& texts,
               const SheetOptions& options, const Font& font)
      : maps_(maps), texts_(texts), options_(options), font_(font) {}

  SheetLayout build() {
    lay_out_panels();
    grid_ = {maps_.size(), options_.columns > 0
                               ? std::min(static_cast<std::size_t>(options_.columns), maps_.size())
                               : choose_columns()};
    layout_.columns = static_cast<int>(grid_.columns);
    share_axis_titles();
    measure_grid();
    place_titles();
    move_to_grid();
    place_frame_and_bar();
    return std::move(layout_);
  }

 private:
  void lay_out_panels();
  std::size_t choose_columns() const;
  void share_axis_titles();
  void measure_grid();
  void place_titles();
  void move_to_grid();
  void place_frame_and_bar();
  TitledPanel& at(std::size_t panel) { return layout_.panels[panel]; }

  const std::vector<AttentionMap>& maps_;
  const std::vector<HeatmapTexts>& texts_;
  const SheetOptions& options_;
  const Font& font_;
  int side_ = 0;  // of the largest map
  Grid grid_;
  std::vector<Reach> columns_;  // of the grid; only left and right
  std::vector<Reach> rows_;     // only above and below
  SheetLayout layout_;
};

void SheetBuilder::lay_out_panels() {
  std::size_t longest = 0;
  for (const AttentionMap& map : maps_) longest = std::max({longest, map.rows(), map.columns()});
  // Two thirds of those of a single map: "</s>" still fits beside a letter.
  const int cell = options_.look.cell > 0 ? options_.look.cell
                                          : std::max(1, (choose_cell(longest) * 11 + 8) / 16);
  for (const AttentionMap& map : maps_) side_ = std::max(side_, longer_side(map, cell));
  for (std::size_t i = 0; i < maps_.size(); ++i) {
    layout_.panels.push_back(
        {lay_out_panel(maps_[i], options_.look, texts_[i], font_, cell, side_), {}, {}});
  }
}

// The number that gives a figure closest to 7 by 5 with few empty places.
std::size_t SheetBuilder::choose_columns() const {
  Reach widest;
  for (const TitledPanel& titled : layout_.panels) widest.include(reach_of(titled));
  const double width = widest.left + widest.right + scaled(28, side_);
  const double height = widest.above + widest.below + scaled(40, side_);
  std::size_t best = 1;
  double lowest = std::numeric_limits<double>::infinity();
  for (std::size_t columns = 1; columns <= maps_.size(); ++columns) {
    const Grid grid = {maps_.size(), columns};
    const auto across = static_cast<double>(columns);
    const auto down = static_cast<double>(grid.rows());
    const double empty = 1 - static_cast<double>(maps_.size()) / (across * down);
    const double cost = std::abs(std::log(across * width / (down * height) / 1.4)) + 1.5 * empty;
    if (cost < lowest) {
      lowest = cost;
      best = columns;
    }
  }
  return best;
}

void SheetBuilder::share_axis_titles() {
  // From the last, so that the title a panel is compared with is still there.
  for (std::size_t i = maps_.size(); i-- > 0;) {
    PanelLayout& panel = at(i).panel;
    if (grid_.column_of(i) > 0 && panel.row_title.text == at(i - 1).panel.row_title.text) {
      panel.row_title = {};
    }
    if (grid_.row_of(i) > 0 &&
        panel.column_title.text == at(i - grid_.columns).panel.column_title.text) {
      panel.column_title = {};
    }
  }
  // Those that stay are aligned.
  std::vector<int> left(grid_.columns, 0);
  std::vector<int> top(grid_.rows(), 0);
  const auto each_title = [&](auto visit) {
    for (std::size_t i = 0; i < maps_.size(); ++i) {
      visit(at(i).panel, left[grid_.column_of(i)], top[grid_.row_of(i)]);
    }
  };
  each_title([](PanelLayout& panel, int& x, int& y) {
    x = std::min(x, panel.row_title.x);
    y = std::min(y, panel.column_title.y);
  });
  each_title([](PanelLayout& panel, int& x, int& y) {
    if (!panel.row_title.text.empty()) move(panel.row_title, x - panel.row_title.x, 0);
    if (!panel.column_title.text.empty()) move(panel.column_title, 0, y - panel.column_title.y);
  });
}

void SheetBuilder::measure_grid() {
  columns_.assign(grid_.columns, {});
  rows_.assign(grid_.rows(), {});
  for (std::size_t i = 0; i < maps_.size(); ++i) {
    const Reach reach = reach_of(at(i));
    columns_[grid_.column_of(i)].include(reach);
    rows_[grid_.row_of(i)].include(reach);
  }
}

// Above and below everything else in the row of the grid, aligned with the left edge of the map.
void SheetBuilder::place_titles() {
  const int gap = scaled(10, side_);
  std::vector<Reach> rows = rows_;
  for (std::size_t i = 0; i < maps_.size(); ++i) {
    TitledPanel& titled = at(i);
    Reach& column = columns_[grid_.column_of(i)];
    const Reach& row = rows_[grid_.row_of(i)];
    const int room = std::max(column.right, scaled(260, side_));
    titled.titles = place_lines(font_, texts_[i].title, scaled(14, side_), room, Align::left);
    titled.captions = place_lines(font_, texts_[i].caption, scaled(12, side_), room, Align::left);
    for (PlacedText& line : titled.titles) {
      move(line, 0, -row.above - gap - bottom_of(titled.titles));
    }
    for (PlacedText& line : titled.captions) move(line, 0, row.below + gap);
    const Reach reach = reach_of(titled);
    column.include(reach);
    rows[grid_.row_of(i)].include(reach);
  }
  rows_ = std::move(rows);
}

void SheetBuilder::move_to_grid() {
  std::vector<int> lefts(grid_.columns, 0);
  std::vector<int> tops(grid_.rows(), 0);
  // 64 bits until the canvas is known to hold it.
  std::int64_t width = 0;
  std::int64_t height = 0;
  for (const Reach& column : columns_) width += column.left + column.right + scaled(28, side_);
  for (const Reach& row : rows_) height += row.above + row.below + scaled(28, side_);
  check_canvas_size(width, height);
  for (std::size_t k = 1; k < grid_.columns; ++k) {
    lefts[k] = lefts[k - 1] + columns_[k - 1].right + scaled(28, side_) + columns_[k].left;
  }
  for (std::size_t k = 1; k < grid_.rows(); ++k) {
    tops[k] = tops[k - 1] + rows_[k - 1].below + scaled(28, side_) + rows_[k].above;
  }
  for (std::size_t i = 0; i < maps_.size(); ++i) {
    at(i).move_by(lefts[grid_.column_of(i)], tops[grid_.row_of(i)]);
  }
}

void SheetBuilder::place_frame_and_bar() {
  Box maps = at(0).panel.map;
  Box bounds = at(0).bounds();
  for (const TitledPanel& titled : layout_.panels) {
    include(maps, titled.panel.map);
    include(bounds, titled.bounds());
  }
  const int side = std::max(maps.width, maps.height);
  const int height = color_bar_height(maps.height);
  const int y = maps.y + half(maps.height - height);
  const int right = std::max(maps.x + maps.width, bounds.x + bounds.width);
  layout_.color_bar =
      place_color_bar(font_, options_.look.scale, right + scaled(20, side_), y, height, side_);

  Framed content = {bounds, half(maps.width), side};
  include(content.bounds, layout_.color_bar.bounds());
  const Shift shift = place_frame(font_, options_.title, options_.caption, content, layout_.frame);
  for (TitledPanel& titled : layout_.panels) titled.move_by(shift.dx, shift.dy);
  layout_.color_bar.move_by(shift.dx, shift.dy);
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
  if (options.columns < 0) {
    throw UsageError(fmt::format("columns: expected 0 or more, got {}", options.columns));
  }
  if (options.look.cell < 0) {
    throw UsageError(fmt::format("cell: expected 0 or more pixels, got {}", options.look.cell));
  }
}

}  // namespace

Box TitledPanel::bounds() const {
  Box all = panel.bounds();
  for (const auto* lines : {&titles, &captions}) {
    for (const PlacedText& line : *lines) include(all, line);
  }
  return all;
}

void TitledPanel::move_by(int dx, int dy) {
  panel.move_by(dx, dy);
  for (auto* lines : {&titles, &captions}) {
    for (PlacedText& line : *lines) move(line, dx, dy);
  }
}

SheetLayout lay_out_sheet(const std::vector<AttentionMap>& maps,
                          const std::vector<HeatmapTexts>& texts, const SheetOptions& options,
                          const Font& font) {
  check_sheet(maps, texts, options);
  return SheetBuilder(maps, texts, options, font).build();
}

void paint_sheet(Painter& painter, const std::vector<AttentionMap>& maps, const Look& look,
                 const SheetLayout& layout) {
  for (std::size_t i = 0; i < maps.size(); ++i) {
    const TitledPanel& titled = layout.panels[i];
    paint_panel(painter, maps[i], look, titled.panel);
    for (const PlacedText& line : titled.titles) painter.text(line, look.theme.ink);
    for (const PlacedText& line : titled.captions) painter.text(line, look.theme.faint_ink);
  }
  paint_color_bar(painter, layout.color_bar, look);
  paint_frame(painter, layout.frame, look.theme);
}

}  // namespace attnviz

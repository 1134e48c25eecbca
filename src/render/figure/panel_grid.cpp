#include "render/figure/panel_grid.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/math.h"
#include "render/figure/heatmap.h"
#include "render/raster/canvas.h"
#include "render/text/label_text.h"

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

Reach reach_of(const Box& bounds, const Box& map) {
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

enum class Side { above, left };

// Where a name goes: centred on a box and ending at an edge, level or turned to read upwards.
struct NamePlace {
  Box box;
  Side side;
  int edge;
  bool level;
};

std::string name_text(const std::string& name) {
  return escape_controls(shorten(name, max_label));
}

TextExtent measure_name(const Font& font, const std::string& name, int size) {
  return measure(font, name_text(name), size);
}

PlacedText place_name(const Font& font, const std::string& name, int size, const NamePlace& place) {
  const auto& [box, side, edge, level] = place;
  const std::string text = name_text(name);
  const TextExtent e = measure(font, text, size);
  const int baseline = edge - measure(font, "p", size).bottom;  // of all names the same
  if (side == Side::above && level) {
    return place_text(text, e, size, box.x + half(box.width - e.left - e.right), baseline);
  }
  if (side == Side::above) {
    const int x = box.x + half(box.width - e.top - e.bottom);
    return place_text(text, e, size, x, edge + e.left, Direction::up);
  }
  if (level) {
    const int y = box.y + half(box.height - e.top - e.bottom);
    return place_text(text, e, size, edge - e.right, y);
  }
  const int y = box.y + half(box.height + e.left + e.right);
  return place_text(text, e, size, baseline, y, Direction::up);
}

// Places everything with the first map's top left corner at (0, 0), then moves it.
class GridBuilder {
 public:
  GridBuilder(Panels panels, const std::vector<HeatmapTexts>& texts, const SheetOptions& options,
              const Font& font)
      : texts_(texts),
        options_(options),
        font_(font),
        share_axes_(panels.share_axes),
        side_(panels.side),
        gap_(panel_gap(panels.share_axes, panels.side)),
        grid_{panels.layouts.size(), panels.columns} {
    for (PanelLayout& panel : panels.layouts) layout_.panels.push_back({std::move(panel), {}, {}});
    layout_.columns = static_cast<int>(grid_.columns);
    layout_.color_bar.outside = panels.outside;
  }

  SheetLayout build() {
    if (share_axes_) {
      share_labels();
    } else {
      share_axis_titles();
    }
    measure_grid();
    place_panel_titles();
    move_to_grid();
    bounds_ = at(0).bounds();
    for (const TitledPanel& titled : layout_.panels) include(bounds_, titled.bounds());
    place_heads(options_.column_names, Side::above);
    place_heads(options_.row_names, Side::left);
    for (const PlacedText& head : layout_.heads) include(bounds_, head);
    if (share_axes_) place_axis_titles();
    place_frame_and_bar();
    return std::move(layout_);
  }

 private:
  void share_labels();
  void share_axis_titles();
  void measure_grid();
  void place_panel_titles();
  int row_gap() const;
  void move_to_grid();
  void place_heads(const std::vector<std::string>& names, Side side);
  void place_axis_titles();
  Box all_maps() const;
  void place_frame_and_bar();
  TitledPanel& at(std::size_t panel) { return layout_.panels[panel]; }

  const std::vector<HeatmapTexts>& texts_;
  const SheetOptions& options_;
  const Font& font_;
  bool share_axes_;
  int side_;
  int gap_;
  Grid grid_;
  std::vector<Reach> columns_;  // of the grid; only left and right
  std::vector<Reach> rows_;     // only above and below
  Box bounds_;                  // of all panels, then with their heads
  SheetLayout layout_;
};

void GridBuilder::share_labels() {
  for (std::size_t i = 0; i < layout_.panels.size(); ++i) {
    PanelLayout& panel = at(i).panel;
    if (grid_.column_of(i) > 0) panel.row_labels.clear();
    if (grid_.row_of(i) > 0) panel.column_labels.clear();
    panel.row_title = {};
    panel.column_title = {};
  }
}

void GridBuilder::share_axis_titles() {
  // From the last, so that the title a panel is compared with is still there.
  for (std::size_t i = layout_.panels.size(); i-- > 0;) {
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
    for (std::size_t i = 0; i < layout_.panels.size(); ++i) {
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

void GridBuilder::measure_grid() {
  columns_.assign(grid_.columns, {});
  rows_.assign(grid_.rows(), {});
  for (std::size_t i = 0; i < layout_.panels.size(); ++i) {
    const Reach reach = reach_of(at(i).bounds(), at(i).panel.map);
    columns_[grid_.column_of(i)].include(reach);
    rows_[grid_.row_of(i)].include(reach);
  }
}

// Above and below everything else in the row of the grid, aligned with the left edge of the map.
void GridBuilder::place_panel_titles() {
  const int gap = scaled(10, side_);
  std::vector<Reach> rows = rows_;
  for (std::size_t i = 0; i < layout_.panels.size(); ++i) {
    TitledPanel& titled = at(i);
    Reach& column = columns_[grid_.column_of(i)];
    const Reach& row = rows_[grid_.row_of(i)];
    const int room = std::max(column.right, scaled(share_axes_ ? 120 : 260, side_));
    titled.titles = place_lines(font_, texts_[i].title, scaled(14, side_), room, Align::left);
    titled.captions = place_lines(font_, texts_[i].caption, scaled(12, side_), room, Align::left);
    for (PlacedText& line : titled.titles) {
      move(line, 0, -row.above - gap - bottom_of(titled.titles));
    }
    for (PlacedText& line : titled.captions) move(line, 0, row.below + gap);
    const Reach reach = reach_of(titled.bounds(), titled.panel.map);
    column.include(reach);
    rows[grid_.row_of(i)].include(reach);
  }
  rows_ = std::move(rows);
}

// A caption is nearer to its own panel than to the title below it.
int GridBuilder::row_gap() const {
  const auto has_caption = [](const HeatmapTexts& texts) { return !texts.caption.empty(); };
  const bool is_close = share_axes_ && std::ranges::any_of(texts_, has_caption);
  return is_close ? gap_ + scaled(12, side_) : gap_;
}

void GridBuilder::move_to_grid() {
  std::vector<int> lefts(grid_.columns, 0);
  std::vector<int> tops(grid_.rows(), 0);
  // 64 bits until the canvas is known to hold it.
  std::int64_t width = 0;
  std::int64_t height = 0;
  for (const Reach& column : columns_) width += column.left + column.right + gap_;
  for (const Reach& row : rows_) height += row.above + row.below + row_gap();
  check_canvas_size(width, height);
  for (std::size_t k = 1; k < grid_.columns; ++k) {
    lefts[k] = lefts[k - 1] + columns_[k - 1].right + gap_ + columns_[k].left;
  }
  for (std::size_t k = 1; k < grid_.rows(); ++k) {
    tops[k] = tops[k - 1] + rows_[k - 1].below + row_gap() + rows_[k].above;
  }
  for (std::size_t i = 0; i < layout_.panels.size(); ++i) {
    at(i).move_by(lefts[grid_.column_of(i)], tops[grid_.row_of(i)]);
  }
}

// Level above all maps where every name fits, beside them where one does not; else turned.
void GridBuilder::place_heads(const std::vector<std::string>& names, Side side) {
  const Box& first = at(0).panel.map;
  const int size = scaled(14, side_);
  const int room = side == Side::above ? first.width : first.height;
  const bool fit = std::ranges::all_of(
      names, [&](const auto& name) { return measure_name(font_, name, size).width() <= room; });
  const int edge = (side == Side::above ? bounds_.y : bounds_.x) - scaled(10, side_);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Box& map = at(side == Side::above ? i : i * grid_.columns).panel.map;
    layout_.heads.push_back(
        place_name(font_, names[i], size, {map, side, edge, fit == (side == Side::above)}));
  }
}

// Once for all panels, in the middle of their maps.
void GridBuilder::place_axis_titles() {
  const int size = scaled(14, side_);
  const int gap = scaled(10, side_);
  const Box maps = all_maps();
  layout_.column_title =
      place_name(font_, texts_[0].column_title, size, {maps, Side::above, bounds_.y - gap, true});
  layout_.row_title =
      place_name(font_, texts_[0].row_title, size, {maps, Side::left, bounds_.x - gap, false});
  include(bounds_, layout_.row_title);
  include(bounds_, layout_.column_title);
}

Box GridBuilder::all_maps() const {
  Box maps = layout_.panels.front().panel.map;
  for (const TitledPanel& titled : layout_.panels) include(maps, titled.panel.map);
  return maps;
}

void GridBuilder::place_frame_and_bar() {
  const Box maps = all_maps();
  const int side = std::max(maps.width, maps.height);
  const int height = color_bar_height(maps.height);
  const int right = std::max(maps.x + maps.width, bounds_.x + bounds_.width);
  layout_.color_bar =
      place_color_bar(font_, options_.look, layout_.color_bar.outside,
                      {right + scaled(20, side_), maps.y + half(maps.height - height), height,
                       side_, at(0).panel.font_size});

  Framed content = {bounds_, maps.x + half(maps.width), side};
  include(content.bounds, layout_.color_bar.bounds());
  const Shift shift = place_frame(font_, options_.title, options_.caption, content, layout_.frame);
  for (TitledPanel& titled : layout_.panels) titled.move_by(shift.dx, shift.dy);
  for (PlacedText& head : layout_.heads) move(head, shift.dx, shift.dy);
  move(layout_.row_title, shift.dx, shift.dy);
  move(layout_.column_title, shift.dx, shift.dy);
  layout_.color_bar.move_by(shift.dx, shift.dy);
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

int panel_gap(bool share_axes, int side) {
  return scaled(share_axes ? 10 : 28, side);
}

std::size_t choose_columns(std::size_t count, double width, double height) {
  std::size_t best = 1;
  double lowest = std::numeric_limits<double>::infinity();
  for (std::size_t columns = 1; columns <= count; ++columns) {
    const Grid grid = {count, columns};
    const auto across = static_cast<double>(columns);
    const auto down = static_cast<double>(grid.rows());
    const double empty = 1 - static_cast<double>(count) / (across * down);
    const double cost = std::abs(math::log(across * width / (down * height) / 1.4)) + 1.5 * empty;
    if (cost < lowest) {
      lowest = cost;
      best = columns;
    }
  }
  return best;
}

std::size_t choose_columns(const Panels& panels) {
  Reach widest;
  for (const PanelLayout& panel : panels.layouts) {
    widest.include(reach_of(panel.bounds(), panel.map));
  }
  return choose_columns(panels.layouts.size(), widest.left + widest.right + scaled(28, panels.side),
                        widest.above + widest.below + scaled(40, panels.side));
}

SheetLayout arrange_panels(Panels panels, const std::vector<HeatmapTexts>& texts,
                           const SheetOptions& options, const Font& font) {
  return GridBuilder(std::move(panels), texts, options, font).build();
}

void paint_sheet_texts(Painter& painter, const Look& look, const SheetLayout& layout) {
  for (const TitledPanel& titled : layout.panels) {
    for (const PlacedText& line : titled.titles) painter.text(line, look.theme.ink);
    for (const PlacedText& line : titled.captions) painter.text(line, look.theme.faint_ink);
  }
  for (const PlacedText& head : layout.heads) painter.text(head, look.theme.ink);
  painter.text(layout.row_title, look.theme.faint_ink);
  painter.text(layout.column_title, look.theme.faint_ink);
  paint_color_bar(painter, layout.color_bar, look);
  paint_frame(painter, layout.frame, look.theme);
}

}  // namespace attnviz

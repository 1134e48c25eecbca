#include "render/figure/panel.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "attnviz/error.h"
#include "render/figure/frame.h"
#include "render/figure/scale.h"
#include "render/raster/canvas.h"
#include "render/text/label_text.h"

namespace attnviz {
namespace {

constexpr int max_cell = 32;
constexpr int cells_at_max = 30;      // more cells a side than this are smaller
constexpr int target_side = 3600;     // of the map, as long as cells have a pixel
constexpr double strip_side = 1800;   // of a map that would be a strip with square cells,
constexpr double widest_ratio = 2.5;  // and its shape with others
constexpr int min_font = 9;           // below it labels are left out rather than shrunk
constexpr int max_font = 48;

struct Label {
  std::string text;
  TextExtent extent;
  bool has_ink() const { return extent.left < extent.right; }
  int width() const { return extent.width(); }
};

// The lines of a set of labels: the same distance above and below the middle of the letters, so
// that a box centred on a cell holds a text that looks centred.
struct Line {
  int top = 0;  // from the baseline
  int bottom = 0;
  float middle = 0;  // of the letters, before they are rounded to pixels
  int height() const { return bottom - top; }
};

// Where to put the origin of something that reaches from `low` to `high` around it, to centre it on
// a place given doubled. The pixels are off by half a pixel at most; where two origins are equally
// good for them, the one that is better for the outline.
int centre(int place_doubled, int low, int high, float middle) {
  const int doubled = place_doubled - low - high;
  const int origin = half(doubled);
  const float place = static_cast<float>(place_doubled) / 2 - middle - static_cast<float>(origin);
  return doubled % 2 != 0 && place > 0.5f ? origin + 1 : origin;
}

Line fit_line(const Font& font, const std::vector<Label>& labels, int size, int underline) {
  const TextExtent small = measure(font, "x", size);
  const TextExtent capital = measure(font, "H", size);
  int top = small.top;
  int bottom = std::max(small.bottom, underline);
  using Middle = std::pair<int, float>;  // of the pixels, doubled, and of the outline
  const auto middle_of = [](const TextExtent& e) { return Middle(e.top + e.bottom, e.middle_y); };
  std::vector<Middle> middles;
  for (const Label& label : labels) {
    if (!label.has_ink()) continue;
    top = std::min(top, label.extent.top);
    bottom = std::max(bottom, label.extent.bottom);
    middles.push_back(middle_of(label.extent));
  }
  Middle middle = middle_of(small);
  if (!middles.empty()) {
    const auto median = middles.begin() + static_cast<std::ptrdiff_t>(middles.size() / 2);
    std::ranges::nth_element(middles, median);
    // Within the range of letters: a map of commas is not moved up to the middle of commas.
    middle = std::clamp(*median, middle_of(capital), middle_of(small));
  }
  const int reach = std::max(middle.first - 2 * top, 2 * bottom - middle.first);
  return {half(middle.first - reach), half(middle.first + reach), middle.second};
}

// Places everything with the map's top left corner at (0, 0).
class PanelBuilder {
 public:
  PanelBuilder(const AttentionMap& map, const Look& look, const HeatmapTexts& texts,
               const Font& font, CellSize cell, int side)
      : map_(map), look_(look), texts_(texts), font_(font), side_(side) {
    layout_.cell = cell;
  }

  PanelLayout build() {
    size_map();
    place_row_labels();
    place_column_labels();
    if (!map_.copied.empty()) place_copied_label();
    place_axis_titles();
    if (look_.numbers) place_numbers(*look_.numbers);
    return std::move(layout_);
  }

 private:
  void size_map();
  std::vector<Label> make_labels(const std::vector<std::string>& symbols);
  void place_row_labels();
  void place_column_labels();
  void place_copied_label();
  void place_axis_titles();
  void place_numbers(const NumberStyle& style);
  PlacedText place_number(const std::string& text, int size, const Box& cell) const;

  const AttentionMap& map_;
  const Look& look_;
  const HeatmapTexts& texts_;
  const Font& font_;
  int side_;
  PanelLayout layout_;
  int label_gap_ = 0;  // between labels and map
};

void PanelBuilder::size_map() {
  // Checked before anything is measured or multiplied in int.
  constexpr std::size_t max = 1 << 20;
  const CellSize cell = layout_.cell;
  check_canvas_size(static_cast<std::int64_t>(std::min(map_.columns(), max)) * cell.width,
                    static_cast<std::int64_t>(std::min(map_.rows(), max)) * cell.height);
  layout_.map = {0, 0, static_cast<int>(map_.columns()) * cell.width,
                 static_cast<int>(map_.rows()) * cell.height};
  if (!map_.copied.empty()) {
    const int gap = std::max(2, cell.width / 2);
    layout_.copied = {layout_.map.width + gap, 0, cell.width, layout_.map.height};
  }
  // At half a cell "</s>" fits beside a letter; letters of small cells must be larger to be
  // legible.
  const int side = std::max(cell.width, cell.height);
  const int size = std::max(side / 2, std::min(12, side * 2 / 3));
  layout_.font_size = look_.font_size > 0 ? look_.font_size : std::clamp(size, min_font, max_font);
}

std::vector<Label> PanelBuilder::make_labels(const std::vector<std::string>& symbols) {
  std::vector<Label> labels;
  labels.reserve(symbols.size());
  for (const std::string& symbol : symbols) {
    const std::string whole = label_text(symbol);
    Label label{shorten(whole, max_label), {}};
    if (label.text != whole) layout_.labels_shortened = true;
    label.extent = measure(font_, label.text, layout_.font_size);
    labels.push_back(std::move(label));
  }
  return labels;
}

void PanelBuilder::place_row_labels() {
  const int size = layout_.font_size;
  const int cell = layout_.cell.height;
  bool any_wrong = false;
  for (std::size_t row = 0; row < map_.rows(); ++row) any_wrong = any_wrong || is_wrong(map_, row);
  const std::vector<Label> labels = make_labels(map_.target);
  // Below the descenders: a line through them would change the symbol.
  const int underline = measure(font_, "p\u2423", size).bottom + 1 + underline_thickness(size);
  const Line line = fit_line(font_, labels, size, any_wrong ? underline : 0);
  // At least a pixel between two; a single label always fits.
  layout_.row_label_stride = std::min((line.height() + cell) / cell, static_cast<int>(map_.rows()));
  label_gap_ = tick_gap + tick_length + 2 + std::max(0, half(line.height() - cell + 1));

  const auto stride = static_cast<std::size_t>(layout_.row_label_stride);
  for (std::size_t row = 0; row < labels.size(); row += stride) {
    // Letters are centred by their advance, so that a column of them looks straight.
    const TextExtent& e = labels[row].extent;
    const int left = std::min(0, e.left);
    const int right = std::max(e.advance, e.right);
    const int x = -label_gap_ - right;
    const int y =
        centre((2 * static_cast<int>(row) + 1) * cell, line.top, line.bottom, line.middle);
    const Box box = {x + left, y + line.top, right - left, line.height()};
    layout_.row_labels.push_back({labels[row].text, size, x, y, Direction::right, box, row});
  }
}

// Every how many cells a label fits, `widths` pixels wide each.
int column_stride(const std::vector<int>& widths, int cell, int gap) {
  const std::size_t count = widths.size();
  std::size_t stride = 1;
  const auto fits = [&] {
    for (std::size_t i = stride; i < count; i += stride) {
      // One more, as each label may be half a pixel off its cell's centre.
      const int needed = widths[i - stride] + widths[i] + 2 * gap + 1;
      if (needed > 2 * static_cast<std::int64_t>(stride) * cell) return false;
    }
    return true;
  };
  while (stride < count && !fits()) ++stride;
  return static_cast<int>(stride);
}

void PanelBuilder::place_column_labels() {
  const int size = layout_.font_size;
  const std::vector<Label> labels = make_labels(map_.source);
  const Line line = fit_line(font_, labels, size, 0);
  const int gap = std::max(3, size / 3);
  std::vector<int> widths;
  for (const Label& label : labels) widths.push_back(label.width());
  int stride = column_stride(widths, layout_.cell.width, gap);
  if (stride > 1) {
    // A label that is no wider than a line is high gains nothing by turning.
    std::vector<int> turned = widths;
    for (int& width : turned) width = std::min(width, line.height());
    const int turned_stride = column_stride(turned, layout_.cell.width, 1);
    layout_.column_labels_rotated = turned_stride < stride;
    stride = std::min(stride, turned_stride);
  }
  layout_.column_label_stride = stride;

  for (std::size_t column = 0; column < labels.size(); column += static_cast<std::size_t>(stride)) {
    const TextExtent& e = labels[column].extent;
    const int middle = (2 * static_cast<int>(column) + 1) * layout_.cell.width;  // doubled
    PlacedText placed{labels[column].text, size, 0, 0, Direction::right, {}, column};
    if (layout_.column_labels_rotated && labels[column].width() > line.height()) {
      placed.direction = Direction::up;
      placed.x = centre(middle, line.top, line.bottom, line.middle);
      placed.y = -label_gap_ + e.left;
      placed.box = {placed.x + line.top, placed.y - e.right, line.height(), e.width()};
    } else {
      placed.x = centre(middle, e.left, e.right, e.middle_x);
      placed.y = -label_gap_ - line.bottom;
      placed.box = {placed.x + e.left, placed.y + line.top, e.width(), line.height()};
    }
    layout_.column_labels.push_back(std::move(placed));
  }
}

// Upwards, as words that are wider than a cell are: those of the columns have their own places.
void PanelBuilder::place_copied_label() {
  const int size = layout_.font_size;
  const TextExtent e = measure(font_, "copied", size);
  const TextExtent line = measure(font_, "x", size);
  const int x =
      centre(2 * layout_.copied.x + layout_.copied.width, line.top, line.bottom, line.middle_y);
  layout_.copied_label = place_text("copied", e, size, x, -label_gap_ + e.left, Direction::up);
  // Labels of columns may reach beyond the map.
  int right = 0;
  for (const PlacedText& label : layout_.column_labels) {
    right = std::max(right, label.box.x + label.box.width);
  }
  const int missing = std::max(0, right + size / 3 - layout_.copied_label.box.x);
  move(layout_.copied, missing, 0);
  move(layout_.copied_label, missing, 0);
}

void PanelBuilder::place_axis_titles() {
  const int size = scaled(14, side_);
  const int gap = scaled(10, side_);
  Box labels = layout_.map;  // and the labels around it
  for (const PlacedText& label : layout_.column_labels) include(labels, label.box);
  include(labels, layout_.copied_label);

  const std::string column_title = escape_controls(shorten(texts_.column_title, max_label));
  const TextExtent c = measure(font_, column_title, size);
  // In the same place for all titles, with descenders or without.
  const int descent = measure(font_, "p", size).bottom;
  layout_.column_title = place_text(
      column_title, c, size, half(layout_.map.width - c.left - c.right), labels.y - gap - descent);

  const std::string row_title = escape_controls(shorten(texts_.row_title, max_label));
  const TextExtent r = measure(font_, row_title, size);
  int left = 0;
  for (const PlacedText& label : layout_.row_labels) left = std::min(left, label.box.x);
  // Only a title longer than the map's height can reach what is above the map.
  if (r.width() > layout_.map.height) {
    left = std::min({left, labels.x, layout_.column_title.box.x});
  }
  layout_.row_title = place_text(row_title, r, size, left - gap - descent,
                                 half(layout_.map.height + r.left + r.right), Direction::up);
}

void PanelBuilder::place_numbers(const NumberStyle& style) {
  constexpr int margin = 2;                     // around the widest
  constexpr std::size_t max_numbers = 1 << 16;  // more would be illegible
  if (map_.weights.size() > max_numbers) {
    layout_.cell_for_numbers = layout_.cell.shorter() + 1;
    return;
  }
  std::vector<std::string> texts;
  for (const float weight : map_.weights) {
    texts.push_back(is_masked(weight) ? "" : number_text(static_cast<double>(weight), style));
  }
  const auto longest = std::ranges::max_element(texts, {}, &std::string::size);
  const CellSize cell_size = layout_.cell;
  const auto needed = [&](int size) {
    const TextExtent e = measure(font_, *longest, size);
    return CellSize{e.advance + 2 * margin, e.bottom - e.top + 2 * margin};
  };
  const auto fits = [&](int size) {
    return needed(size).width <= cell_size.width && needed(size).height <= cell_size.height;
  };
  int size = std::min(layout_.font_size, std::max(cell_size.shorter() / 2, min_font));
  while (size > min_font && !fits(size)) --size;
  if (!fits(size)) {
    layout_.cell_for_numbers = std::max(needed(size).width, needed(size).height);
    return;
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].empty()) continue;
    const Box cell = layout_.cell_box(i / map_.columns(), i % map_.columns());
    layout_.numbers.push_back(place_number(texts[i], size, cell));
    layout_.numbers.back().index = i;
  }
  for (std::size_t row = 0; row < map_.copied.size(); ++row) {
    const std::string text = number_text(static_cast<double>(map_.copied[row]), style);
    layout_.copied_numbers.push_back(place_number(text, size, layout_.copied_box(row)));
    layout_.copied_numbers.back().index = row;
  }
}

PlacedText PanelBuilder::place_number(const std::string& text, int size, const Box& cell) const {
  const TextExtent zero = measure(font_, "0", size);
  const TextExtent e = measure(font_, text, size);
  const int x = centre(2 * cell.x + cell.width, e.left, e.right, e.middle_x);
  const int y = centre(2 * cell.y + cell.height, zero.top, zero.bottom, zero.middle_y);
  return place_text(text, e, size, x, y);
}

}  // namespace

Box PanelLayout::cell_box(std::size_t row, std::size_t column) const {
  return {map.x + static_cast<int>(column) * cell.width,
          map.y + static_cast<int>(row) * cell.height, cell.width, cell.height};
}

Box PanelLayout::copied_box(std::size_t row) const {
  return {copied.x, copied.y + static_cast<int>(row) * cell.height, cell.width, cell.height};
}

Box PanelLayout::bounds() const {
  Box all = map;
  if (copied.width > 0) include(all, copied);
  include(all, copied_label);
  for (const auto* labels : {&row_labels, &column_labels}) {
    for (const PlacedText& label : *labels) include(all, label);
  }
  include(all, row_title);
  include(all, column_title);
  return all;
}

void PanelLayout::move_by(int dx, int dy) {
  move(map, dx, dy);
  move(copied, dx, dy);
  move(copied_label, dx, dy);
  for (auto* labels : {&row_labels, &column_labels, &numbers, &copied_numbers}) {
    for (PlacedText& label : *labels) move(label, dx, dy);
  }
  move(row_title, dx, dy);
  move(column_title, dx, dy);
}

bool is_wrong(const AttentionMap& map, std::size_t row) {
  if (map.expected.empty()) return false;
  return row >= map.expected.size() || map.expected[row] != map.target[row];
}

void check_copied(const AttentionMap& map) {
  if (map.copied.empty() || map.copied.size() == map.rows()) return;
  throw UsageError(fmt::format("attention map: expected {} numbers in copied, got {}", map.rows(),
                               map.copied.size()));
}

int underline_thickness(int font_size) {
  return std::max(1, font_size / 9);
}

CellSize choose_cell(std::size_t rows, std::size_t columns) {
  const auto more = static_cast<double>(std::max(rows, columns));
  const auto fewer = static_cast<double>(std::min(rows, columns));
  const double size = max_cell * std::sqrt(std::min(1.0, cells_at_max / more));
  const int side = std::max(1, static_cast<int>(std::min(std::round(size), target_side / more)));
  if (side * more <= strip_side || more < widest_ratio * fewer) return {side, side};
  const bool has_labels = side >= min_font;  // all of them fit
  const int narrow =
      has_labels ? side : std::max(1, static_cast<int>(std::round(strip_side / more)));
  const double wide = narrow * more / (widest_ratio * fewer);
  const int broad = std::clamp(static_cast<int>(std::round(wide)), narrow, max_cell);
  return rows > columns ? CellSize{broad, narrow} : CellSize{narrow, broad};
}

int longer_side(const AttentionMap& map, CellSize cell) {
  const auto length = [](std::size_t count, int side) {
    constexpr std::size_t most = 1 << 20;  // no canvas is larger
    return static_cast<int>(std::min(most, std::min(most, count) * static_cast<std::size_t>(side)));
  };
  return std::max(length(map.columns(), cell.width), length(map.rows(), cell.height));
}

PanelLayout lay_out_panel(const AttentionMap& map, const Look& look, const HeatmapTexts& texts,
                          const Font& font, CellSize cell, int side) {
  if (map.rows() == 0 || map.columns() == 0) {
    throw UsageError(
        fmt::format("attention map: nothing to draw; expected at least 1 x 1, got {} x {}",
                    map.rows(), map.columns()));
  }
  if (map.weights.size() / map.columns() != map.rows() || map.weights.size() % map.columns() != 0) {
    throw UsageError(fmt::format("attention map: expected {} x {} weights, got {}", map.rows(),
                                 map.columns(), map.weights.size()));
  }
  check_copied(map);
  return PanelBuilder(map, look, texts, font, cell, side).build();
}

}  // namespace attnviz

// Where everything of a heatmap goes, decided before a pixel is drawn.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/base/attention_map.h"
#include "attnviz/render/canvas.h"
#include "attnviz/render/font.h"

namespace attnviz {

/// All texts may hold anything: control characters are drawn as hexadecimal escapes.
struct HeatmapOptions {
  std::string title;    // above the map; "" for none. Long lines wrap; \n starts a new one.
  std::string caption;  // below the map; "" for none. As the title.
  std::string row_title = "output";
  std::string column_title = "input";
  int cell = 0;  // side of a cell in pixels; 0 chooses by the number of cells
  bool outline_gold =
      true;  // a thin line inside the cells of map.gold, where they are large enough
  const Font* font = nullptr;  // the embedded face when null
};

/// A text with its place.
struct PlacedText {
  std::string text;  // as drawn, e.g. ␣ for a space
  int size = 0;      // pixels per em
  int x = 0;         // of its origin: the left end of the baseline, or the lower end when upwards
  int y = 0;
  Direction direction = Direction::right;
  Box box;                // all its ink is inside; a label's box is centred on its cell
  std::size_t index = 0;  // of a label: its row or column
};

/// A mark of the colour bar.
struct Tick {
  double value = 0;
  int y = 0;  // the row of pixels that has this value's colour
  PlacedText label;
};

struct HeatmapLayout {
  int width = 0;  // of the picture
  int height = 0;
  int cell = 0;              // side of a cell
  int font_size = 0;         // of the labels, in pixels
  Box map;                   // all cells
  Box color_bar;             // 1 at its first row of pixels, 0 at its last
  int row_label_stride = 1;  // every n-th label is drawn; 1 draws all
  int column_label_stride = 1;
  bool column_labels_rotated = false;  // those that are wider than a line is high
  bool labels_shortened = false;       // some end in "…": they are over 40 characters long

  std::vector<PlacedText> row_labels;     // the drawn ones, top first
  std::vector<PlacedText> column_labels;  // left first
  std::vector<PlacedText> titles;         // line by line
  std::vector<PlacedText> captions;
  PlacedText row_title;  // an empty text when there is none
  PlacedText column_title;
  std::vector<Tick> ticks;

  Box cell_box(std::size_t row, std::size_t column) const;
};

/// Whether the row's symbol is known to be wrong.
bool is_wrong(const AttentionMap& map, std::size_t row);

/// Throws UsageError when the map has no row or no column, its weights are not rows x columns or
/// the cell is negative; LimitError when the picture would be larger than a canvas can be.
HeatmapLayout lay_out_heatmap(const AttentionMap& map, const HeatmapOptions& options);

/// How thick the line under a wrong symbol is for a font size. It is the lower edge of the label's
/// box.
int underline_thickness(int font_size);

/// The mark beside the colour bar, or beside a cell when labels are left out.
inline constexpr int tick_gap = 1;
inline constexpr int tick_length = 4;

}  // namespace attnviz

// One attention map with its labels, alone or among others.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/attention_map.h"
#include "attnviz/canvas.h"
#include "attnviz/font.h"
#include "attnviz/heatmap.h"
#include "attnviz/look.h"
#include "render/paint/painter.h"
#include "render/text/placed_text.h"

namespace attnviz {

/// The cells with their labels and the titles of both axes.
struct PanelLayout {
  CellSize cell;
  int font_size = 0;         // of the labels, in pixels
  Box map;                   // all cells
  Box copied;                // a column beside them for AttentionMap::copied; empty without it
  int row_label_stride = 1;  // every n-th label is drawn; 1 draws all
  int column_label_stride = 1;
  bool column_labels_rotated = false;  // those that are wider than a line is high
  bool labels_shortened = false;       // some end in "…": they are over 40 characters long
  int cell_for_numbers = 0;            // the smallest that would hold them, when this one does not

  std::vector<PlacedText> row_labels;      // the drawn ones, top first
  std::vector<PlacedText> column_labels;   // left first
  std::vector<PlacedText> numbers;         // of all cells row by row, or none
  std::vector<PlacedText> copied_numbers;  // of those of that column
  PlacedText copied_label;                 // an empty text when there is none
  PlacedText row_title;                    // an empty text when there is none
  PlacedText column_title;

  Box cell_box(std::size_t row, std::size_t column) const;
  Box copied_box(std::size_t row) const;
  /// Where the cells end on the right, from the left of the map.
  int cells_width() const { return copied.width > 0 ? copied.x + copied.width - map.x : map.width; }
  /// Around everything.
  Box bounds() const;
  void move_by(int dx, int dy);
};

/// Whether the row's symbol is known to be wrong.
bool is_wrong(const AttentionMap& map, std::size_t row);

/// Throws UsageError where AttentionMap::copied has neither a number for each row nor none.
void check_copied(const AttentionMap& map);

/// The cells that suit maps of so many rows and columns: square, unless there are so many more of
/// one than of the other that the map would be a thin strip.
CellSize choose_cell(std::size_t rows, std::size_t columns);

/// With the map's top left corner at (0, 0). The cell's sides are 1 or more; `side` sets the size
/// of the axis titles, see scaled(). Of the look, the font size and the numbers count here, of the
/// texts the titles of the axes. Throws UsageError when the map has no row or no column, or its
/// weights are not rows x columns, and as check_copied(); LimitError when the cells alone are
/// larger than a canvas can be.
PanelLayout lay_out_panel(const AttentionMap& map, const Look& look, const HeatmapTexts& texts,
                          const Font& font, CellSize cell, int side);

/// The longer side of a map with such cells, bounded.
int longer_side(const AttentionMap& map, CellSize cell);

/// How thick the line under a wrong symbol is for a font size. It is the lower edge of the label's
/// box.
int underline_thickness(int font_size);

/// The line beside the colour bar, or beside a cell when labels are left out, and how far it is
/// from them.
inline constexpr int tick_gap = 1;
inline constexpr int tick_length = 4;

}  // namespace attnviz

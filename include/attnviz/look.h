// How a figure looks: what all of its maps share.
#pragma once

#include <optional>
#include <string>

#include "attnviz/color.h"
#include "attnviz/colormap.h"

namespace attnviz {

/// The colours of everything but the cells.
struct Theme {
  std::optional<Color> paper;  // nothing: transparent
  Color ink;                   // labels and titles
  Color faint_ink;             // axis titles, captions and ticks
  Color wrong_ink;             // symbols known to be wrong
  Color grid;                  // the lines between cells
  Color masked;                // the ground of masked cells
};

inline constexpr Theme light_theme = {Color{0xff, 0xff, 0xff}, {0x22, 0x22, 0x22},
                                      {0x66, 0x66, 0x66},      {0xc6, 0x28, 0x28},
                                      {0xff, 0xff, 0xff},      {0xe8, 0xe8, 0xe8}};
inline constexpr Theme dark_theme = {Color{0x1b, 0x1b, 0x1f}, {0xe8, 0xe8, 0xe8},
                                     {0xa6, 0xa6, 0xa6},      {0xff, 0x8a, 0x80},
                                     {0x1b, 0x1b, 0x1f},      {0x34, 0x34, 0x3a}};
/// Inks that have a contrast above 4.5 with white and with black: the ground is not known.
inline constexpr Theme transparent_theme = {std::nullopt,       {0x76, 0x76, 0x76},
                                            {0x76, 0x76, 0x76}, {0xe0, 0x2b, 0x2b},
                                            {0x76, 0x76, 0x76}, {0xc8, 0xc8, 0xc8}};

/// How weights are written.
struct NumberStyle {
  int decimals = 2;
  bool percent = false;
  bool exponent = false;  // 1.2e-07
};

struct Look {
  Colormap colormap = Colormap::viridis;
  Scale scale;
  Theme theme = light_theme;
  int cell = 0;               // side of a cell in pixels; 0 chooses by the numbers of cells
  int font_size = 0;          // of the labels in pixels; 0 chooses by the cell
  bool grid_lines = false;    // between cells of 4 pixels or more
  bool outline_gold = true;   // a thin line inside the cells of map.gold, from 8 pixels on
  bool mark_largest = false;  // the largest weight of each row, from 8 pixels on
  std::optional<NumberStyle> numbers;  // in the cells, where all of them fit
  std::string bar_title;               // beside the colour bar: what its numbers are; "" for none
};

}  // namespace attnviz

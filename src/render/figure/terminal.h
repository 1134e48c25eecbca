// An attention map as text for a terminal.
#pragma once

#include <string>

#include "attnviz/attention_map.h"
#include "attnviz/colormap.h"

namespace attnviz {

/// What a terminal can show behind its letters.
enum class TerminalColors { none, greys, full };

struct TerminalOptions {
  TerminalColors colors = TerminalColors::none;  // none: shaded blocks
  int width = 0;                                 // of the terminal in characters; 0 for no limit
  Colormap colormap = Colormap::viridis;         // where there are full colours
  Scale scale;
  std::string title;    // above the map; "" for none
  std::string caption;  // below the map; "" for none
};

/// Rows are outputs with their labels at the left, columns inputs with theirs on top, letter below
/// letter where they are wide; a row known to be wrong has a ✗. Cells are two characters wide, one
/// where there is no room; columns that still have none are left out, as the last line states. On a
/// scale with 0 in the middle and without full colours, what is below 0 is marked - = % #, and
/// greys show the distance from 0. Nothing of the labels and texts can control the terminal. Throws
/// UsageError when the map has no row or no column, or its weights are not rows x columns.
std::string draw_terminal(const AttentionMap& map, const TerminalOptions& options);

}  // namespace attnviz

// Texts that have their place, and the boxes around them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/canvas.h"
#include "attnviz/font.h"
#include "render/text/typesetting.h"

namespace attnviz {

/// A text with its place.
struct PlacedText {
  std::string text;  // as drawn, e.g. ␣ for a space
  int size = 0;      // pixels per em
  int x = 0;         // of its origin: the left end of the baseline, or the lower end when upwards
  int y = 0;
  Direction direction = Direction::right;
  Box box;                // all its ink is inside; a label's box is centred on its cell
  std::size_t index = 0;  // of a label: its row or column; of a number: its cell
};

/// Labels and axis titles with more characters are shortened.
inline constexpr std::size_t max_label = 40;

/// Half of a length in pixels, rounded down for negative ones too.
constexpr int half(int twice) {
  return twice >> 1;
}

/// Widens `bounds` so that `box` is inside.
void include(Box& bounds, const Box& box);
/// The same for a text, unless it is empty.
void include(Box& bounds, const PlacedText& text);

void move(Box& box, int dx, int dy);
void move(PlacedText& text, int dx, int dy);

/// A text of the extent `e` with its origin at (x, y), its box as tight as its ink.
PlacedText place_text(const std::string& text, const TextExtent& e, int size, int x, int y,
                      Direction direction = Direction::right);

enum class Align { left, middle };

/// The lines of a wrapped text under each other from y = 0, each beginning at or centred on x = 0.
/// Throws LimitError for more than 2^18 bytes.
std::vector<PlacedText> place_lines(const Font& font, const std::string& text, int size, int width,
                                    Align align);
/// Where the lines end, below what hangs under the last baseline; 0 when there is none.
int bottom_of(const std::vector<PlacedText>& lines);

}  // namespace attnviz

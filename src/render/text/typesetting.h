// Texts measured, drawn and taken apart into glyphs.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "attnviz/canvas.h"
#include "attnviz/font.h"
#include "render/text/face.h"

// Latin and other plain letters are set at whole pixels and are not hinted, so that a text looks
// the same wherever it is drawn. Sizes are pixels per em, 1 to 512 (others are clamped); texts are
// valid UTF-8 on one line.

namespace attnviz {

/// What a text covers, in pixels from its origin (the left end of the baseline), y downwards. The
/// ink is within [left, right) x [top, bottom); all are 0 when there is none.
struct TextExtent {
  int advance = 0;  // from the origin to where the next text would start
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
  float middle_x = 0;  // of the outlines, before they are rounded to pixels
  float middle_y = 0;

  int width() const { return right - left; }
};

TextExtent measure(const Font& font, std::string_view text, int size);

enum class Direction { right, up };

/// Draws with the origin at (x, y). `up` turns the text by 90 degrees to read upwards: the ink is
/// then within [x + top, x + bottom) x [y - right, y - left). Cut to the canvas.
void draw_text(Canvas& canvas, const Font& font, std::string_view text, int size, int x, int y,
               Color color, Direction direction = Direction::right);

/// A glyph of a text, or a filled box.
struct PlacedGlyph {
  std::size_t face = 0;
  int glyph = -1;   // negative for a box
  float scale = 0;  // pixels a unit of the face
  float x = 0;      // of its origin from the text's, in pixels, y downwards
  float y = 0;
  Box box;
};

/// The same as outlines: the positions of its glyphs, and the outline of one.
std::vector<PlacedGlyph> glyphs_of(const Font& font, std::string_view text, int size);
std::vector<GlyphStep> outline_of(const Font& font, std::size_t face, int glyph);

}  // namespace attnviz

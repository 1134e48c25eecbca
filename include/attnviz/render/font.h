// Text on a canvas: measured and drawn from the outlines of a TrueType face.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/render/canvas.h"

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
};

enum class Direction { right, up };

/// A typeface. Glyphs stand at whole pixels and are not hinted, so a text looks the same wherever
/// it is drawn. A code point no face has is drawn as a box holding its hexadecimal digits;
/// combining marks are set over the character before them. Sizes are pixels per em, 1 to 512
/// (others are clamped); texts are valid UTF-8 on one line.
class Font {
 public:
  /// The embedded face.
  Font();
  /// A TrueType or OpenType file, with the embedded face for what it lacks. The table directory is
  /// checked, the outlines are not: files must be trusted. Throws InputError naming `name`.
  Font(std::string_view file, std::string_view name);
  ~Font();
  Font(Font&&) noexcept;
  Font& operator=(Font&&) noexcept;

  TextExtent measure(std::string_view text, int size) const;

  /// Draws with the origin at (x, y). `up` turns the text by 90 degrees to read upwards: the ink is
  /// then within [x + top, x + bottom) x [y - right, y - left). Cut to the canvas.
  void draw(Canvas& canvas, std::string_view text, int size, int x, int y, Color color,
            Direction direction = Direction::right) const;

 private:
  class Face;
  struct Outline;
  struct Glyph;

  std::vector<Glyph> place(std::string_view text, int size, int* advance) const;
  int place_missing(char32_t code_point, int size, int x, std::vector<Glyph>* glyphs) const;

  std::vector<std::unique_ptr<const Face>> faces_;  // in order of preference, the embedded one last
};

}  // namespace attnviz

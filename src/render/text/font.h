// Text on a canvas: measured and drawn from the outlines of TrueType faces.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "render/raster/canvas.h"

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

/// A step of an outline as SVG has it: M and L to x y, Q and C with their control points before,
/// in units of the face, y upwards.
struct GlyphStep {
  char command = 'M';
  std::array<int, 6> numbers{};  // two for each point
};

/// A glyph of a text, or a filled box.
struct PlacedGlyph {
  std::size_t face = 0;
  int glyph = -1;   // negative for a box
  float scale = 0;  // pixels a unit of the face
  float x = 0;      // of its origin from the text's, in pixels, y downwards
  float y = 0;
  Box box;
};

/// The typefaces of a figure: the embedded one, and for characters it lacks files that were added
/// and then fonts of the machine, which are looked for when the first text needs them.
///
/// Latin and other plain letters stand at whole pixels and are not hinted, so a text looks the same
/// wherever it is drawn. Runs of other scripts are shaped, from right to left where that is their
/// direction, if HarfBuzz is there and was when the program was built. A code point no face has is
/// drawn as a box holding its hexadecimal digits. Sizes are pixels per em, 1 to 512 (others are
/// clamped); texts are valid UTF-8 on one line. What is found is kept: not for several threads at
/// once.
class Font {
 public:
  Font();
  ~Font();
  Font(Font&&) noexcept;
  Font& operator=(Font&&) noexcept;

  /// A TrueType or OpenType file. Directory and tables are checked, the outlines are not: files
  /// must be trusted. Throws InputError naming `name`.
  void add(std::string file, std::string_view name);
  /// Folders, with all below them, to look for fonts in.
  void search(std::vector<std::string> folders);

  TextExtent measure(std::string_view text, int size) const;

  /// Draws with the origin at (x, y). `up` turns the text by 90 degrees to read upwards: the ink is
  /// then within [x + top, x + bottom) x [y - right, y - left). Cut to the canvas.
  void draw(Canvas& canvas, std::string_view text, int size, int x, int y, Color color,
            Direction direction = Direction::right) const;

  /// The same as outlines: where its glyphs stand, and what one looks like.
  std::vector<PlacedGlyph> glyphs(std::string_view text, int size) const;
  std::vector<GlyphStep> outline(std::size_t face, int glyph) const;

  /// The code points of all texts so far that no face has, ascending.
  std::vector<char32_t> missing() const;
  /// Whether a text so far should have been shaped and was not, for want of HarfBuzz.
  bool unshaped() const;

 private:
  struct Glyph;
  struct Run;
  class Faces;

  std::vector<Run> split(std::string_view text) const;
  std::vector<Glyph> place(std::string_view text, int size, int* advance) const;
  int place_missing(char32_t code_point, int size, int x, std::vector<Glyph>& glyphs) const;

  std::unique_ptr<Faces> faces_;
};

/// The library that shapes text, with its version, or "" where there is none. Loads it.
std::string shaping_library();

}  // namespace attnviz

// One typeface: which glyphs it has, how large they are, how they look.
#pragma once

#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "render/text/font_file.h"
#include "render/text/glyph_check.h"
#include "render/text/shaper.h"

namespace attnviz {

/// The box around an outline, in pixels from its origin, y downwards.
struct Outline {
  float left = 0;
  float top = 0;
  float right = 0;
  float bottom = 0;

  bool empty() const { return left >= right || top >= bottom; }
  Outline moved(float x, float y) const { return {left + x, top + y, right + x, bottom + y}; }
  // The pixels it touches.
  int first_column() const { return static_cast<int>(std::floor(left)); }
  int first_row() const { return static_cast<int>(std::floor(top)); }
  int end_column() const { return static_cast<int>(std::ceil(right)); }
  int end_row() const { return static_cast<int>(std::ceil(bottom)); }
};

/// A step of an outline as SVG has it: M and L to x y, Q and C with their control points before,
/// in units of the face, y upwards.
struct GlyphStep {
  char command = 'M';
  std::array<int, 6> numbers{};  // two for each point
};

class Face {
 public:
  /// `file` must outlive the face. Throws as check_font_file does, and InputError for a file
  /// without a character map that can be used.
  Face(std::string_view file, std::string_view name);
  ~Face();
  Face(const Face&) = delete;
  Face& operator=(const Face&) = delete;

  /// 0 when the face lacks the code point, or its glyph cannot be drawn.
  int index(char32_t code_point) const;
  /// Whether the outline is whole, of reasonable size and no part of itself: only then is it given
  /// to the library that reads outlines without a check.
  bool can_draw(int glyph) const;
  /// Pixels a unit of the face.
  float scale(int size) const;
  int advance(int glyph, int size) const;
  /// Empty for a glyph that cannot be drawn.
  Outline outline(int glyph, int size) const;
  /// Coverage of the pixels that the outline touches when moved right by `x` and down by `y` of a
  /// pixel, row by row. Empty for one that cannot be drawn.
  std::vector<unsigned char> bitmap(int glyph, int size, float x, float y) const;
  std::vector<GlyphStep> steps(int glyph) const;
  std::vector<ShapedGlyph> shape(std::string_view text) const;

 private:
  enum class Soundness : signed char { unknown, sound, unsound };
  bool check_glyph(int glyph) const;
  int units_per_em() const;

  struct Info;  // of stb
  std::unique_ptr<Info> info_;
  std::optional<GlyphCheck> check_;           // of TrueType outlines
  mutable std::vector<Soundness> soundness_;  // of each glyph
  CharacterMap map_;
  std::string_view file_;
  mutable std::unique_ptr<Shaper> shaper_;  // made when the first text asks for it
};

}  // namespace attnviz

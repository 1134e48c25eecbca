// Whether the outline of a glyph can be read without a check: the library that draws outlines has
// none, and follows a glyph that is part of itself without end.
#pragma once

#include <cstddef>
#include <string_view>

namespace attnviz {

/// TrueType outlines of a face in a file that check_font_file accepts and that must outlive this.
class GlyphCheck {
 public:
  GlyphCheck(std::string_view file, std::size_t face);

  /// Whether all of the glyph lies in its table, with at most 2^14 points, in at most 256 parts,
  /// which are nested no deeper than 8.
  bool is_sound(int glyph) const;

 private:
  struct Walk {
    int parts = 0;
    std::size_t points = 0;
  };
  bool check(std::size_t glyph, int depth, Walk& walk) const;
  bool check_parts(std::string_view outline, int depth, Walk& walk) const;
  std::size_t place_of(std::size_t glyph) const;

  std::string_view outlines_;  // "glyf"
  std::string_view places_;    // "loca"
  std::size_t place_size_;
  std::size_t count_;
};

}  // namespace attnviz

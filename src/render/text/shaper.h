// Writing systems in which a letter is not a glyph: HarfBuzz, where the program was built with it
// and finds it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz {

/// A glyph of a run, in units of the face, y upwards.
struct ShapedGlyph {
  int index = 0;
  int advance = 0;
  int x = 0;  // from the unshaped position
  int y = 0;
};

class Shaper {
 public:
  /// The first face of `file`, which check_font_file accepts and must outlive the shaper.
  explicit Shaper(std::string_view file);
  ~Shaper();

  /// The glyphs of a run of one script from left to right. Nothing without HarfBuzz.
  std::vector<ShapedGlyph> shape(std::string_view text) const;

 private:
  struct Face;
  std::unique_ptr<Face> face_;
};

/// The library that shapes text, with its version, or "" where there is none. Loads it.
std::string shaping_library();

}  // namespace attnviz

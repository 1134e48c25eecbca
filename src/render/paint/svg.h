// Figures as SVG.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "attnviz/picture_text.h"
#include "render/paint/painter.h"

namespace attnviz {

/// Collects a figure as SVG 1.1. Texts are outlines, as the layout measured them: the reader's
/// fonts do not matter. aria-label holds their characters.
class SvgPainter : public Painter {
 public:
  /// The font must outlive the painter. No background is transparent.
  SvgPainter(const Font& font, int width, int height, std::optional<Color> background);

  void fill(const Box& box, Color color) override;
  void cells(const CellGrid& grid) override;
  void text(const PlacedText& text, Color color) override;
  void line(const std::vector<Point>& points, double width, const std::vector<double>& dashes,
            Color color) override;
  void mark(Mark mark, Point centre, double radius, Color color, Color ground) override;

  /// The bytes of the file: the same figure and texts always give the same bytes. With `dpi`,
  /// pixels per inch, the figure has a size in inches.
  std::string file(const PictureText& text, int dpi = 0) const;

 private:
  std::string glyph_name(std::size_t face, int glyph);

  const Font& font_;
  int width_;
  int height_;
  std::string outlines_;  // of each glyph once
  std::string body_;
  std::map<std::pair<std::size_t, int>, std::string> names_;  // of the glyphs
};

/// Above so many cells they are a picture within the picture.
inline constexpr std::size_t max_svg_cells = 20000;

}  // namespace attnviz

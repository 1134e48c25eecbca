// The frame of every figure: its title, its caption and the margin.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "attnviz/canvas.h"
#include "attnviz/font.h"
#include "attnviz/look.h"
#include "attnviz/picture_text.h"
#include "render/paint/painter.h"
#include "render/text/placed_text.h"

namespace attnviz {

struct Frame {
  int width = 0;  // of the picture
  int height = 0;
  std::vector<PlacedText> titles;  // line by line
  std::vector<PlacedText> captions;
};

/// How far everything inside a frame is to be moved.
struct Shift {
  int dx = 0;
  int dy = 0;
};

/// A length of what surrounds a drawing. It grows with drawings whose longer side is `side`.
int scaled(int length, int side);

/// What a frame is made for, in the coordinates it was laid out in.
struct Framed {
  Box bounds;      // all that is drawn
  int middle = 0;  // the column the title and the caption are centred on where there is room
  int side = 0;    // see scaled
};

/// Sets the title above and the caption below, and sizes the picture to hold all. The frame is in
/// the picture's coordinates; the shift takes the rest there. Throws LimitError when the picture
/// would be larger than a canvas can be.
Shift place_frame(const Font& font, const std::string& title, const std::string& caption,
                  const Framed& content, Frame& frame);

/// Paints title and caption.
void paint_frame(Painter& painter, const Frame& frame, const Theme& theme);

/// What paints all that is inside a frame, and the frame.
using Paint = std::function<void(Painter&)>;

/// A picture of the frame's size on the paper of the theme: as pixels, and as the bytes of an SVG
/// file with its texts and resolution (see SvgPainter::file).
Canvas make_canvas(const Frame& frame, const Theme& theme, const Font& font, const Paint& paint);
std::string make_svg(const Frame& frame, const Theme& theme, const Font& font, const Paint& paint,
                     const PictureText& text = {}, int dpi = 0);

}  // namespace attnviz

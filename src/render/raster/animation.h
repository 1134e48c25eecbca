// Pictures shown one after another, again and again.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "attnviz/canvas.h"
#include "attnviz/color.h"
#include "attnviz/picture_text.h"

namespace attnviz {

struct Animation {
  std::vector<Canvas> frames;  // at least one; of one size and as many channels
  int fps = 6;                 // frames a second
  int last_seconds = 2;        // how long the last one stays
};

/// The smallest box outside which two canvases of one size are equal; a single pixel where they are
/// equal everywhere.
Box changed_box(const Canvas& before, const Canvas& after);

/// An animated PNG. Programs that show a still picture show the last frame. Each frame after the
/// first holds the box that has changed and, where the frames have no opacity, in it only the
/// pixels that have. Texts, resolution and errors as of encode_png().
std::string encode_apng(const Animation& animation, const PictureText& text = {}, int dpi = 0);

/// At most 255 colours for all frames of an animation: exactly those that occur, if they are no
/// more; else boxes of colours are divided where they spread most, each drawn as its mean.
class Palette {
 public:
  explicit Palette(const std::vector<Canvas>& frames);

  const std::vector<Color>& colors() const { return colors_; }
  /// The index of a colour that occurs in the frames.
  std::uint8_t index(Color color) const { return indices_.at(key(color)); }

 private:
  static std::uint32_t key(Color color) {
    return std::uint32_t{color.red} << 16U | std::uint32_t{color.green} << 8U | color.blue;
  }

  std::vector<Color> colors_;
  std::unordered_map<std::uint32_t, std::uint8_t> indices_;
};

/// A GIF, in the colours of a Palette, with the texts as a comment. Frames without opacity only.
/// Times are rounded to hundredths of a second, the unit of the format.
std::string encode_gif(const Animation& animation, const PictureText& text = {});

}  // namespace attnviz

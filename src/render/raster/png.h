// PNG files.
#pragma once

#include <string>

#include "render/raster/canvas.h"
#include "render/raster/picture_text.h"

namespace attnviz {

/// The bytes of a PNG file with its texts as iTXt chunks: the same arguments always give the same
/// bytes. `dpi`, pixels per inch, says how large the picture is on paper; 0 leaves it open. Throws
/// UsageError for a keyword that is not 1 to 79 letters and digits, LimitError when the encoder
/// runs out of memory.
std::string encode_png(const Canvas& canvas, const PictureText& text = {}, int dpi = 0);

}  // namespace attnviz

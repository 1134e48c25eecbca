// PNG files.
#pragma once

#include <string>

#include "attnviz/canvas.h"
#include "attnviz/picture_text.h"

namespace attnviz {

/// The bytes of a PNG file with its texts as iTXt chunks: the same arguments always give the same
/// bytes. `dpi`, pixels per inch, sets the size on paper; 0 leaves it open.
///
/// A keyword is 1 to 79 of the letters A to Z and a to z, digits, `-`, `.`, `:`, `_` and spaces,
/// with no space at either end and no two in a row. Throws UsageError for another keyword and for a
/// value that is not UTF-8, LimitError for a value over 2^29 bytes and when memory runs out. The
/// format has no NUL: U+FFFD is written in its place.
std::string encode_png(const Canvas& canvas, const PictureText& text = {}, int dpi = 0);

}  // namespace attnviz

// PNG files.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "attnviz/render/canvas.h"

namespace attnviz {

/// Text kept in the file as iTXt chunks: keyword and UTF-8 value.
using PngText = std::vector<std::pair<std::string, std::string>>;

/// The bytes of a PNG file: the same canvas and text always give the same bytes.
/// Throws LimitError when the encoder runs out of memory.
std::string encode_png(const Canvas& canvas, const PngText& text = {});

}  // namespace attnviz

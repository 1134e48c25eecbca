// A PNG read back by a decoder that is not ours: libpng, or stb_image where there is none.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "render/raster/color.h"

namespace attnviz {

struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> bytes;  // RGBA
  Color at(int x, int y) const;
  std::uint8_t opacity(int x, int y) const;
};

/// Fails the test when the bytes are no PNG.
Picture decode_png(std::string_view file);

}  // namespace attnviz

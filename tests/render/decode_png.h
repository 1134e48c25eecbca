// A PNG read back by a decoder that is not ours.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "attnviz/render/color.h"

namespace attnviz {

struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> bytes;  // RGB
  Color at(int x, int y) const;
};

/// Fails the test when the bytes are no PNG.
Picture decode_png(std::string_view file);

}  // namespace attnviz

#include "render/decode_png.h"

#include "catch.h"

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#include <stb_image.h>

namespace attnviz {

Color Picture::at(int x, int y) const {
  REQUIRE((x >= 0 && y >= 0 && x < width && y < height));
  const auto offset = 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                           static_cast<std::size_t>(x));
  return {bytes[offset], bytes[offset + 1], bytes[offset + 2]};
}

Picture decode_png(std::string_view file) {
  Picture picture;
  int channels = 0;
  stbi_uc* pixels = stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(file.data()),
                                          static_cast<int>(file.size()), &picture.width,
                                          &picture.height, &channels, 3);
  REQUIRE(pixels != nullptr);
  const auto size =
      3 * static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height);
  picture.bytes.assign(pixels, pixels + size);
  stbi_image_free(pixels);
  return picture;
}

}  // namespace attnviz

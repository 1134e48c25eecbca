#include "render/decode_png.h"

#include "catch.h"

#ifdef ATTNVIZ_LIBPNG
#include <png.h>
#else
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#include <stb_image.h>
#endif

namespace attnviz {
namespace {

std::size_t offset(const Picture& picture, int x, int y) {
  REQUIRE((x >= 0 && y >= 0 && x < picture.width && y < picture.height));
  return 4 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) +
              static_cast<std::size_t>(x));
}

}  // namespace

Color Picture::at(int x, int y) const {
  const std::size_t at = offset(*this, x, y);
  return {bytes[at], bytes[at + 1], bytes[at + 2]};
}

std::uint8_t Picture::opacity(int x, int y) const {
  return bytes[offset(*this, x, y) + 3];
}

#ifdef ATTNVIZ_LIBPNG

Picture decode_png(std::string_view file) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_memory(&image, file.data(), file.size()) != 0);
  image.format = PNG_FORMAT_RGBA;
  Picture picture{static_cast<int>(image.width), static_cast<int>(image.height), {}};
  picture.bytes.resize(PNG_IMAGE_SIZE(image));
  const int done = png_image_finish_read(&image, nullptr, picture.bytes.data(), 0, nullptr);
  png_image_free(&image);
  INFO(image.message);
  REQUIRE(done != 0);
  REQUIRE(image.warning_or_error == 0);
  return picture;
}

#else

Picture decode_png(std::string_view file) {
  Picture picture;
  int channels = 0;
  stbi_uc* pixels = stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(file.data()),
                                          static_cast<int>(file.size()), &picture.width,
                                          &picture.height, &channels, 4);
  REQUIRE(pixels != nullptr);
  const auto size =
      4 * static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height);
  picture.bytes.assign(pixels, pixels + size);
  stbi_image_free(pixels);
  return picture;
}

#endif

}  // namespace attnviz

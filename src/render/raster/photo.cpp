#include "render/raster/photo.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "attnviz/error.h"
#include "formats/file_kind.h"
#include "render/raster/canvas.h"
#include "render/raster/jpeg_check.h"

namespace {

// A stream of a damaged or hostile file may unpack to any length: pixels of 8 bytes are the
// longest.
constexpr std::size_t max_allocation = std::size_t{8} * attnviz::max_photo_pixels + (1U << 20U);

// Zeros: what a damaged file leaves out is the same in every run.
void* allocate(std::size_t size) {
  return size > max_allocation ? nullptr : std::calloc(1, size);
}

void* reallocate(void* old, std::size_t size) {
  return size > max_allocation ? nullptr : std::realloc(old, size);
}

}  // namespace

#define STB_IMAGE_IMPLEMENTATION
#define STBI_MALLOC(size) allocate(size)
#define STBI_REALLOC(memory, size) reallocate(memory, size)
#define STBI_FREE(memory) std::free(memory)
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#define STBI_FAILURE_USERMSG
#include <stb_image.h>

namespace attnviz {
namespace {

constexpr std::string_view png_signature = "\x89PNG\r\n\x1a\n";
constexpr std::string_view jpeg_start = "\xff\xd8\xff";

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(0, 4)) {
    value = value << 8U | static_cast<unsigned char>(byte);
  }
  return value;
}

// Every chunk with its checksum, IEND the last: the decoder checks neither.
bool is_whole_png(std::string_view rest) {
  constexpr std::size_t around = 12;  // length, type and checksum
  rest.remove_prefix(png_signature.size());
  while (rest.size() >= around) {
    const std::size_t length = big_endian(rest);
    if (length > rest.size() - around) return false;
    const std::string_view checked = rest.substr(4, 4 + length);
    const auto* data = reinterpret_cast<const Bytef*>(checked.data());
    if (crc32(0, data, static_cast<uInt>(checked.size())) != big_endian(rest.substr(8 + length))) {
      return false;
    }
    rest.remove_prefix(around + length);
    if (checked.starts_with("IEND")) return rest.empty();
  }
  return false;
}

void check_size(int width, int height, const std::string& name) {
  if (width >= 1 && height >= 1 && width <= max_photo_pixels / height) return;
  throw LimitError(fmt::format("{}: expected at most {} pixels, got {} x {}", name,
                               max_photo_pixels, width, height));
}

// Where the bytes have a fourth, it is the opacity.
Canvas on_white(const stbi_uc* pixel, int width, int height, int channels) {
  Canvas canvas(width, height, {255, 255, 255});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x, pixel += channels) {
      canvas.blend(x, y, {pixel[0], pixel[1], pixel[2]}, channels == 4 ? pixel[3] : 255);
    }
  }
  return canvas;
}

// From which pixel to which one pixel of `count` reaches, in a line of `length`.
struct Span {
  int first;
  int last;
  Span(int place, int count, int length)
      : first(static_cast<int>(std::int64_t{place} * length / count)),
        last(std::max(first + 1, static_cast<int>((std::int64_t{place} + 1) * length / count))) {}
};

Color mean_color(const Canvas& picture, Span across, Span down) {
  std::uint64_t sum[3] = {};
  for (int y = down.first; y < down.last; ++y) {
    for (int x = across.first; x < across.last; ++x) {
      const Color color = picture.at(x, y);
      sum[0] += color.red;
      sum[1] += color.green;
      sum[2] += color.blue;
    }
  }
  const auto count = static_cast<std::uint64_t>(across.last - across.first) *
                     static_cast<std::uint64_t>(down.last - down.first);
  const auto mean = [&](int i) { return static_cast<std::uint8_t>((sum[i] + count / 2) / count); };
  return {mean(0), mean(1), mean(2)};
}

}  // namespace

void check_photo_kind(std::string_view start, const std::string& name) {
  if (start.starts_with(png_signature) || start.starts_with(jpeg_start)) return;
  const std::string_view kind = file_kind(start);
  throw InputError(fmt::format("{}: expected a PNG or JPEG picture, got {}", name,
                               kind.empty() ? "another file" : kind));
}

Canvas decode_photo(std::string_view bytes, const std::string& name) {
  check_photo_kind(bytes, name);
  const bool is_png = bytes.starts_with(png_signature);
  if (is_png ? !is_whole_png(bytes) : !is_sound_jpeg(bytes)) {
    throw InputError(
        fmt::format("{}: a {} picture that is cut off or damaged", name, is_png ? "PNG" : "JPEG"));
  }
  if (bytes.size() > max_photo_bytes) {
    throw LimitError(
        fmt::format("{}: expected at most {} bytes, got {}", name, max_photo_bytes, bytes.size()));
  }
  const auto* data = reinterpret_cast<const stbi_uc*>(bytes.data());
  const int length = static_cast<int>(bytes.size());
  int width = 0;
  int height = 0;
  int channels = 0;
  const auto refuse = [&] {
    const std::string_view reason = stbi_failure_reason();
    if (reason == "Out of memory") {
      throw LimitError(name + ": more data than so many pixels need, or not enough memory");
    }
    throw InputError(fmt::format("{}: a picture that cannot be decoded: {}", name, reason));
  };
  if (stbi_info_from_memory(data, length, &width, &height, &channels) == 0) refuse();
  check_size(width, height, name);
  const int wanted = channels % 2 == 0 ? 4 : 3;  // with opacity, or without
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(data, length, &width, &height, &channels, wanted), stbi_image_free);
  if (!pixels) refuse();
  return on_white(pixels.get(), width, height, wanted);
}

Canvas resize(const Canvas& picture, int width, int height) {
  Canvas resized(width, height, {});
  for (int y = 0; y < height; ++y) {
    const Span down(y, height, picture.height());
    for (int x = 0; x < width; ++x) {
      resized.fill({x, y, 1, 1}, mean_color(picture, Span(x, width, picture.width()), down));
    }
  }
  return resized;
}

}  // namespace attnviz

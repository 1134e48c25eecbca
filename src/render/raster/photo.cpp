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

// The decoder gives other reasons, or none, when it gets no memory.
thread_local bool asked_too_much = false;
thread_local bool out_of_memory = false;

bool may_ask(std::size_t size) {
  asked_too_much = asked_too_much || size > max_allocation;
  return size <= max_allocation;
}

void* note(void* memory, std::size_t size) {
  out_of_memory = out_of_memory || (memory == nullptr && size > 0);
  return memory;
}

// Zeros: what a damaged file leaves out is the same in every run.
void* allocate(std::size_t size) {
  return may_ask(size) ? note(std::calloc(1, size), size) : nullptr;
}

void* reallocate(void* old, std::size_t size) {
  return may_ask(size) ? note(std::realloc(old, size), size) : nullptr;
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

// Every chunk with its checksum, up to IEND: the decoder checks neither. What follows may be
// anything.
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
    if (checked.starts_with("IEND")) return true;
  }
  return false;
}

void check_size(std::uint64_t width, std::uint64_t height, const std::string& name) {
  if (width * height <= max_photo_pixels) return;  // sides have at most 32 bits
  throw LimitError(fmt::format("{}: expected at most {} pixels, got {} x {}", name,
                               max_photo_pixels, width, height));
}

// Throws unless the decoder can be given the file.
void check_photo(std::string_view bytes, const std::string& name) {
  const auto refuse_unless = [&](bool sound, std::string_view kind) {
    if (sound) return;
    throw InputError(fmt::format("{}: a {} picture that is cut off or damaged", name, kind));
  };
  if (bytes.starts_with(png_signature)) {
    refuse_unless(is_whole_png(bytes), "PNG");
    constexpr std::size_t size_at = 16;
    if (bytes.substr(size_at - 4, 4) != "IHDR") return;  // the decoder says why not
    check_size(big_endian(bytes.substr(size_at)), big_endian(bytes.substr(size_at + 4)), name);
    return;
  }
  const JpegCheck jpeg = check_jpeg(bytes, max_photo_pixels);
  refuse_unless(jpeg.is_sound, "JPEG");
  if (jpeg.unread_kind.empty()) return;
  throw InputError(
      fmt::format("{}: expected a JPEG picture that is baseline or progressive, of 8 bits, got one "
                  "{}{}",
                  name, jpeg.unread_kind.starts_with("with") ? "" : "that is ", jpeg.unread_kind));
}

// What cannot be read, but is common: "" for other kinds.
std::string_view picture_kind(std::string_view start) {
  using namespace std::string_view_literals;
  if (start.starts_with("BM")) return "a BMP picture";
  if (start.starts_with("8BPS")) return "a Photoshop document";
  if (start.starts_with("\0\0\0\x0cjP  "sv)) return "a JPEG 2000 picture";
  if (start.starts_with("\xff\x4f\xff\x51")) return "a JPEG 2000 picture";
  return file_kind(start);
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
  const std::string_view kind = picture_kind(start);
  throw InputError(fmt::format("{}: expected a PNG or JPEG picture, got {}", name,
                               kind.empty() ? "another file" : kind));
}

Canvas decode_photo(std::string_view bytes, const std::string& name) {
  check_photo_kind(bytes, name);
  check_photo(bytes, name);
  if (bytes.size() > max_photo_bytes) {
    throw LimitError(
        fmt::format("{}: expected at most {} bytes, got {}", name, max_photo_bytes, bytes.size()));
  }
  const auto* data = reinterpret_cast<const stbi_uc*>(bytes.data());
  const int length = static_cast<int>(bytes.size());
  int width = 0;
  int height = 0;
  int channels = 0;
  asked_too_much = out_of_memory = false;
  const auto refuse = [&] {
    if (asked_too_much) throw LimitError(name + ": more data than so many pixels need");
    if (out_of_memory) throw LimitError(name + ": not enough memory to decode the picture");
    throw InputError(
        fmt::format("{}: a picture that cannot be decoded: {}", name, stbi_failure_reason()));
  };
  if (stbi_info_from_memory(data, length, &width, &height, &channels) == 0) refuse();
  check_size(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height), name);
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

#include "attnviz/png.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <string_view>

#include "attnviz/error.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "render/raster/animation.h"

namespace {

// stb writes through a failed allocation; this throws instead. What it holds at that moment is
// lost.
void* reallocate(void* old, std::size_t size) {
  void* memory = std::realloc(old, size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

// Replaces stb's own compressor: an eighth of its time, four fifths of its size.
unsigned char* compress_with_zlib(unsigned char* data, int length, int* compressed_length, int) {
  constexpr int level = 6;
  uLongf size = compressBound(static_cast<uLong>(length));
  auto* compressed = static_cast<unsigned char*>(reallocate(nullptr, size));
  if (compress2(compressed, &size, data, static_cast<uLong>(length), level) != Z_OK) {
    std::free(compressed);
    throw std::bad_alloc();
  }
  *compressed_length = static_cast<int>(size);
  return compressed;
}

}  // namespace

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#define STBIW_ZLIB_COMPRESS compress_with_zlib
#define STBIW_MALLOC(size) reallocate(nullptr, size)
#define STBIW_REALLOC(memory, size) reallocate(memory, size)
#define STBIW_FREE(memory) std::free(memory)
#include <stb_image_write.h>

namespace attnviz {
namespace {

constexpr std::size_t header_end = 8 + 12 + 13;  // signature and IHDR

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xffU);
  return bytes;
}

// Length, type, data, and a checksum of type and data.
std::string chunk(std::string_view type, std::string_view data) {
  std::string bytes = big_endian(static_cast<std::uint32_t>(data.size()));
  bytes.append(type).append(data);
  return bytes + big_endian(crc32(std::string_view(bytes).substr(4)));
}

// Pixels per metre, the format's unit.
std::string resolution_chunk(int dpi) {
  const std::string per_metre = big_endian(static_cast<std::uint32_t>(std::lround(dpi / 0.0254)));
  return chunk("pHYs", per_metre + per_metre + '\1');
}

// The keyword rules of the PNG specification, narrowed to ASCII.
bool is_keyword(std::string_view text) {
  if (text.empty() || text.size() > 79 || text.front() == ' ' || text.back() == ' ') return false;
  if (text.find("  ") != std::string_view::npos) return false;
  return text.find_first_not_of(
             " -.:0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz") ==
         std::string_view::npos;
}

std::string text_chunk(const std::string& keyword, std::string_view value) {
  if (!is_keyword(keyword)) {
    throw UsageError(fmt::format(
        R"(PNG text: keyword: expected 1 to 79 letters and digits, got "{}")", printable(keyword)));
  }
  if (value.size() > std::size_t{1} << 29) throw LimitError("PNG text: value over 2^29 bytes");
  if (find_invalid_utf8(value)) throw UsageError("PNG text: value of " + keyword + " is not UTF-8");
  // Not compressed, in no language, without a translated keyword.
  std::string data = keyword + std::string(5, '\0');
  for (const char c : value) {
    if (c == '\0') {
      data += to_utf8(0xfffd);
    } else {
      data += c;
    }
  }
  return chunk("iTXt", data);
}

// The chunks between header and image.
std::string information(const PictureText& text, int dpi) {
  std::string chunks;
  if (dpi > 0) chunks += resolution_chunk(dpi);
  for (const auto& [keyword, value] : text) chunks += text_chunk(keyword, value);
  return chunks;
}

// A part of a canvas as a file without texts: signature, IHDR, one IDAT, IEND.
std::string bare_file(const Canvas& canvas, const Box& box) {
  // Filter 2, the difference to the row above: the rows of a cell are alike. As small as trying all
  // filters for each row, in half the time. Set once, as it is a global of the library.
  [[maybe_unused]] static const bool chosen = (stbi_write_force_png_filter = 2, true);
  const int stride = canvas.channels() * canvas.width();
  const std::ptrdiff_t corner =
      std::ptrdiff_t{box.y} * stride + std::ptrdiff_t{box.x} * canvas.channels();
  int length = 0;
  const std::unique_ptr<unsigned char, decltype(&std::free)> encoded(
      stbi_write_png_to_mem(canvas.bytes().data() + corner, stride, box.width, box.height,
                            canvas.channels(), &length),
      &std::free);
  return {reinterpret_cast<const char*>(encoded.get()), static_cast<std::size_t>(length)};
}

Box whole(const Canvas& canvas) {
  return {0, 0, canvas.width(), canvas.height()};
}

std::string bare_file(const Canvas& canvas) {
  return bare_file(canvas, whole(canvas));
}

template <typename Encode>
std::string with_memory(const Canvas& canvas, Encode&& encode) {
  try {
    return encode();
  } catch (const std::bad_alloc&) {
    throw LimitError(fmt::format("picture: not enough memory to encode {} x {} pixels",
                                 canvas.width(), canvas.height()));
  }
}

// The compressed pixels in such a file.
std::string pixels_of(const std::string& file) {
  constexpr std::size_t around = 12;  // length, type and checksum of a chunk
  return file.substr(header_end + 8, file.size() - header_end - around - around);
}

std::string big_endian_16(int value) {
  return big_endian(static_cast<std::uint32_t>(value)).substr(2);
}

// The pixels of a box that are others than before, all others fully transparent; all pixels where
// there is nothing before.
Canvas changes(const Canvas* before, const Canvas& after, const Box& box) {
  Canvas part(box.width, box.height);
  for (int y = 0; y < box.height; ++y) {
    for (int x = 0; x < box.width; ++x) {
      const Color color = after.at(box.x + x, box.y + y);
      const bool is_new = before == nullptr || before->at(box.x + x, box.y + y) != color;
      if (is_new) part.fill({x, y, 1, 1}, color);
    }
  }
  return part;
}

// A frame of an animation: where it is drawn over the ones before, and for how long it is seen.
std::string frame_control(std::uint32_t number, const Box& box, int seconds, int divisor,
                          bool blends) {
  std::string data = big_endian(number);
  for (const int value : {box.width, box.height, box.x, box.y}) {
    data += big_endian(static_cast<std::uint32_t>(value));
  }
  data += big_endian_16(seconds) + big_endian_16(divisor);
  data += '\0';  // it stays
  return chunk("fcTL", data + (blends ? '\1' : '\0'));
}

}  // namespace

std::string encode_png(const Canvas& canvas, const PictureText& text, int dpi) {
  return with_memory(canvas, [&] {
    const std::string chunks = information(text, dpi);
    return bare_file(canvas).insert(header_end, chunks);
  });
}

Box changed_box(const Canvas& before, const Canvas& after) {
  const auto width = static_cast<std::size_t>(after.width());
  const auto stride = width * static_cast<std::size_t>(after.channels());
  std::size_t left = width;
  std::size_t right = 0;
  int top = after.height();
  int bottom = 0;
  for (int y = 0; y < after.height(); ++y) {
    const std::uint8_t* a = before.bytes().data() + static_cast<std::size_t>(y) * stride;
    const std::uint8_t* b = after.bytes().data() + static_cast<std::size_t>(y) * stride;
    const std::uint8_t* first = std::mismatch(a, a + stride, b).first;
    if (first == a + stride) continue;
    std::size_t last = stride;
    while (a[last - 1] == b[last - 1]) --last;
    const auto channels = static_cast<std::size_t>(after.channels());
    left = std::min(left, static_cast<std::size_t>(first - a) / channels);
    right = std::max(right, (last - 1) / channels + 1);
    top = std::min(top, y);
    bottom = y + 1;
  }
  if (bottom == 0) return {0, 0, 1, 1};
  return {static_cast<int>(left), top, static_cast<int>(right - left), bottom - top};
}

std::string encode_apng(const Animation& animation, const PictureText& text, int dpi) {
  const std::vector<Canvas>& frames = animation.frames;
  const Canvas& last = frames.back();
  // Texts and lines that stay take most of a frame: opaque frames leave out what has not changed.
  const bool blends = last.channels() == 3;
  const auto part = [&](const Canvas* before, const Canvas& after, const Box& box) {
    return blends ? bare_file(changes(before, after, box)) : bare_file(after, box);
  };
  return with_memory(last, [&] {
    const std::string still = part(nullptr, last, whole(last));
    std::string file = still.substr(0, header_end) + information(text, dpi);
    const auto count = static_cast<std::uint32_t>(frames.size());
    file += chunk("acTL", big_endian(count) + big_endian(0));  // again and again
    file += chunk("IDAT", pixels_of(still));                   // before any fcTL: not of the film
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const Canvas* before = i == 0 ? nullptr : &frames[i - 1];
      const Box box = i == 0 ? whole(last) : changed_box(*before, frames[i]);
      const bool is_last = i + 1 == frames.size();
      file += frame_control(number++, box, is_last ? animation.last_seconds : 1,
                            is_last ? 1 : animation.fps, blends);
      file += chunk("fdAT", big_endian(number++) + pixels_of(part(before, frames[i], box)));
    }
    return file + chunk("IEND", "");
  });
}

}  // namespace attnviz

#include "attnviz/png.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>

#include "attnviz/error.h"
#include "base/utf8.h"

namespace attnviz {
namespace {

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xffU);
  return bytes;
}

const Bytef* zlib_bytes(std::string_view bytes) {
  return reinterpret_cast<const Bytef*>(bytes.data());
}

// Length, type, data, and a checksum of type and data.
std::string chunk(std::string_view type, std::string_view data) {
  std::string bytes = big_endian(static_cast<std::uint32_t>(data.size()));
  bytes.append(type).append(data);
  const std::string_view checked = std::string_view(bytes).substr(4);
  const uLong crc = crc32_z(0, zlib_bytes(checked), checked.size());
  return bytes + big_endian(static_cast<std::uint32_t>(crc));
}

std::string header_chunk(const Canvas& canvas) {
  std::string data = big_endian(static_cast<std::uint32_t>(canvas.width())) +
                     big_endian(static_cast<std::uint32_t>(canvas.height()));
  data += '\10';                                 // bits a channel
  data += canvas.channels() == 4 ? '\6' : '\2';  // RGBA or RGB
  return chunk("IHDR", data.append(3, '\0'));    // deflate, the usual filters, not interlaced
}

// Pixels per metre, which is what the format knows.
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

// Filter 2, the difference to the row above: the rows of a cell are alike. As small as trying all
// filters for each row, in half the time.
std::string filtered(const Canvas& canvas) {
  const std::size_t size = canvas.bytes().size();
  const auto height = static_cast<std::size_t>(canvas.height());
  const std::size_t width = size / height;  // of a row, in bytes
  const std::uint8_t* row = canvas.bytes().data();
  std::string rows(size + height, '\2');  // each begins with the number of the filter
  char* out = rows.data() + 1;
  std::copy(row, row + width, out);  // above the first row are zeros
  for (std::size_t y = 1; y < height; ++y) {
    row += width;
    out += width + 1;
    std::transform(row, row + width, row - width, out,
                   [](int value, int above) { return static_cast<char>(value - above); });
  }
  return rows;
}

std::string compressed(std::string_view bytes) {
  constexpr int level = 6;
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  // Not a string: filling it first would take the memory of pages that stay unused.
  const auto data = std::make_unique_for_overwrite<char[]>(size);
  if (compress2(reinterpret_cast<Bytef*>(data.get()), &size, zlib_bytes(bytes),
                static_cast<uLong>(bytes.size()), level) != Z_OK) {
    throw std::bad_alloc();
  }
  return {data.get(), size};
}

}  // namespace

std::string encode_png(const Canvas& canvas, const PictureText& text, int dpi) {
  try {
    std::string file = "\x89PNG\r\n\x1a\n" + header_chunk(canvas);
    if (dpi > 0) file += resolution_chunk(dpi);
    for (const auto& [keyword, value] : text) file += text_chunk(keyword, value);
    return file + chunk("IDAT", compressed(filtered(canvas))) + chunk("IEND", "");
  } catch (const std::bad_alloc&) {
    throw LimitError(fmt::format("picture: not enough memory to encode {} x {} pixels",
                                 canvas.width(), canvas.height()));
  }
}

}  // namespace attnviz

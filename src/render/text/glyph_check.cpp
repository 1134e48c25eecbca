#include "render/text/glyph_check.h"

#include <cstdint>

#include "render/text/big_endian.h"
#include "render/text/font_file.h"

namespace attnviz {
namespace {

constexpr std::size_t max_points = std::size_t{1} << 14;
constexpr int max_parts = 256;
constexpr int max_depth = 8;
constexpr std::size_t header_size = 10;  // contours, and the box around the glyph

// Bits of the flags of a point.
constexpr std::uint8_t on_curve = 1;
constexpr std::uint8_t repeated = 8;
struct Axis {
  std::uint8_t is_byte;
  std::uint8_t is_same;  // as that of the point before, unless it is a byte
};
constexpr Axis axes[] = {{2, 16}, {4, 32}};

// Bits of the flags of a part.
constexpr std::uint32_t two_byte_offsets = 1;
constexpr std::uint32_t placed_by_offset = 2;
constexpr std::uint32_t one_scale = 8;
constexpr std::uint32_t more_parts = 32;
constexpr std::uint32_t two_scales = 64;
constexpr std::uint32_t matrix = 128;

/// The flags of `count` points, taken off `bytes`; fewer when these end before.
std::vector<std::uint8_t> take_flags(std::string_view& bytes, std::size_t count) {
  std::vector<std::uint8_t> flags;
  while (flags.size() < count && !bytes.empty()) {
    const auto flag = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    std::size_t times = 1;
    if ((flag & repeated) != 0) {
      if (bytes.empty()) return flags;
      times += static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
    }
    if (times > count - flags.size()) return {};
    flags.insert(flags.end(), times, flag);
  }
  return flags;
}

/// Contours: the last point of each, ascending; instructions; flags; then both coordinates.
bool is_sound_simple(std::string_view outline, std::size_t contours, std::size_t& points) {
  const std::string_view ends = outline.substr(header_size);
  if (2 * contours + 2 > ends.size()) return false;
  const std::size_t count = u16(ends, 2 * (contours - 1)) + std::size_t{1};
  points += count;
  if (points > max_points) return false;
  const std::size_t instructions = u16(ends, 2 * contours);
  std::string_view rest = ends.substr(2 * contours + 2);
  if (instructions > rest.size()) return false;
  rest.remove_prefix(instructions);
  const std::vector<std::uint8_t> flags = take_flags(rest, count);
  if (flags.size() != count) return false;
  std::size_t next = 0;
  for (std::size_t i = 0; i < contours; ++i) {
    const std::size_t last = u16(ends, 2 * i);
    // A contour of one point beside the curve would be continued with what follows it.
    if (last < next || (last == next && (flags[last] & on_curve) == 0)) return false;
    next = last + 1;
  }
  std::size_t needed = 0;
  for (const Axis& axis : axes) {
    for (const std::uint8_t flag : flags) {
      needed += (flag & axis.is_byte) != 0 ? 1 : (flag & axis.is_same) != 0 ? 0 : 2;
    }
  }
  return needed <= rest.size();
}

}  // namespace

GlyphCheck::GlyphCheck(std::string_view file, std::size_t face)
    : outlines_(font_table(file, face, "glyf")),
      places_(font_table(file, face, "loca")),
      place_size_(u16(font_table(file, face, "head"), 50) == 0 ? 2 : 4),
      count_(u16(font_table(file, face, "maxp"), 4)) {}

bool GlyphCheck::is_sound(int glyph) const {
  Walk walk;
  return glyph >= 0 && check(static_cast<std::size_t>(glyph), 0, walk);
}

/// Where the outline of a glyph begins in its table, and that of the one before ends.
std::size_t GlyphCheck::place_of(std::size_t glyph) const {
  return place_size_ == 2 ? 2 * std::size_t{u16(places_, 2 * glyph)} : u32(places_, 4 * glyph);
}

bool GlyphCheck::check(std::size_t glyph, int depth, Walk& walk) const {
  if (glyph >= count_) return false;
  const std::size_t start = place_of(glyph);
  if (start == place_of(glyph + 1)) return true;  // none
  // Not beyond the table, as check_font_file has found. The library looks at no end.
  const std::string_view outline = outlines_.substr(start);
  if (++walk.parts > max_parts || depth > max_depth || outline.size() < header_size) return false;
  const std::uint32_t contours = u16(outline, 0);
  if (contours == 0) return true;
  return contours > INT16_MAX ? check_parts(outline, depth, walk)
                              : is_sound_simple(outline, contours, walk.points);
}

bool GlyphCheck::check_parts(std::string_view outline, int depth, Walk& walk) const {
  std::string_view rest = outline.substr(header_size);
  for (std::uint32_t flags = more_parts; (flags & more_parts) != 0;) {
    if (rest.size() < 4) return false;
    flags = u16(rest, 0);
    const std::size_t size = 4U + ((flags & two_byte_offsets) != 0 ? 4U : 2U) +
                             ((flags & one_scale) != 0    ? 2U
                              : (flags & two_scales) != 0 ? 4U
                              : (flags & matrix) != 0     ? 8U
                                                          : 0U);
    // Parts placed by matching points are not drawn by the library.
    if (size > rest.size() || (flags & placed_by_offset) == 0) return false;
    if (!check(u16(rest, 2), depth + 1, walk)) return false;
    rest.remove_prefix(size);
  }
  return true;
}

}  // namespace attnviz

#include "render/text/font_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <string>

#include "attnviz/error.h"
#include "render/text/big_endian.h"

namespace attnviz {
namespace {

constexpr std::uint32_t collection_magic = 0x74746366;  // "ttcf"
constexpr std::size_t directory_entry = 16;
constexpr std::size_t longest_directory = 12 + 256 * directory_entry;

bool is_face_magic(std::uint32_t magic) {
  return magic == 0x00010000 || magic == 0x74727565 || magic == 0x4f54544f;  // "true", "OTTO"
}

struct TableEntry {
  std::string_view tag;
  std::size_t start;
  std::size_t length;
};

TableEntry table_entry(std::string_view file, std::size_t face, std::size_t index) {
  const std::size_t at = face + 12 + directory_entry * index;
  return {file.substr(at, 4), u32(file, at + 8), u32(file, at + 12)};
}

// Smallest lengths that hold the fields read without a check.
struct RequiredTable {
  std::string_view tag;
  std::size_t min_length;
};
constexpr std::array<RequiredTable, 5> required_tables = {
    {{"cmap", 4}, {"head", 54}, {"hhea", 36}, {"hmtx", 4}, {"maxp", 6}}};

// The place of the outline of every glyph has to be in the tables.
std::string fault_of_outlines(std::string_view file, std::size_t face) {
  const std::string_view glyphs = font_table(file, face, "glyf");
  const std::string_view places = font_table(file, face, "loca");
  const std::string_view head = font_table(file, face, "head");
  const std::size_t count = u16(font_table(file, face, "maxp"), 4);
  const std::size_t widths = u16(font_table(file, face, "hhea"), 34);
  if (widths > count || font_table(file, face, "hmtx").size() < 4 * widths + 2 * (count - widths)) {
    return "table \"hmtx\" too short";
  }
  if (!has_truetype_outlines(file, face)) {
    return font_table(file, face, "CFF ").empty() ? "no outlines" : "";
  }
  if (glyphs.empty() || places.empty() || glyphs.data() == file.data()) return "no outlines";
  const std::uint32_t format = u16(head, 50);
  if (format > 1) {
    return fmt::format("table \"head\": expected 0 or 1 as the format of \"loca\", got {}", format);
  }
  const std::size_t size = format == 0 ? 2 : 4;
  if (places.size() / size < count + 1) return "table \"loca\" too short";
  for (std::size_t i = 0; i <= count; ++i) {
    const std::size_t place = size == 2 ? 2 * u16(places, 2 * i) : u32(places, 4 * i);
    if (place > glyphs.size()) return "table \"loca\" points past the outlines";
  }
  return "";
}

}  // namespace

std::size_t check_font_file(std::string_view file, std::string_view name) {
  const auto refuse = [&](const std::string& what) {
    throw InputError(printable(name, no_limit) + ": font: " + what);
  };
  if (file.size() < 12) refuse("too short; expected a TrueType or OpenType file");
  if (file.size() > max_font_file) refuse(fmt::format("more than {} bytes", max_font_file));
  const std::size_t face = u32(file, 0) == collection_magic ? u32(file, 12) : 0;
  if (face > file.size() - 12 || !is_face_magic(u32(file, face))) {
    refuse("not a TrueType or OpenType file");
  }
  const std::size_t tables = u16(file, face + 4);
  if (directory_entry * tables > file.size() - face - 12) {
    refuse("table directory goes past the end of the file");
  }
  for (std::size_t i = 0; i < tables; ++i) {
    const TableEntry table = table_entry(file, face, i);
    if (table.start > file.size() || table.length > file.size() - table.start) {
      refuse("table \"" + printable(table.tag) + "\" goes past the end of the file");
    }
  }
  for (const RequiredTable& required : required_tables) {
    const std::size_t length = font_table(file, face, required.tag).size();
    if (length == 0) refuse("no table \"" + std::string(required.tag) + "\"");
    if (length < required.min_length) {
      refuse("table \"" + std::string(required.tag) + "\" too short");
    }
  }
  const std::uint32_t units = u16(font_table(file, face, "head"), 18);
  if (units < 16 || units > 16384) {
    refuse(fmt::format("table \"head\": expected 16..16384 units per em, got {}", units));
  }
  if (u16(font_table(file, face, "hhea"), 34) == 0) refuse("table \"hhea\": no glyph widths");
  const std::string_view maps = font_table(file, face, "cmap");
  if (8 * u16(maps, 2) > maps.size() - 4) refuse("table \"cmap\" too short");
  const std::string fault = fault_of_outlines(file, face);
  if (!fault.empty()) refuse(fault);
  return face;
}

bool has_truetype_outlines(std::string_view file, std::size_t start) {
  return font_table(file, start, "glyf").data() != nullptr;
}

void check_font_start(std::string_view start, std::string_view name) {
  if (start.size() < 12 || (u32(start, 0) != collection_magic && !is_face_magic(u32(start, 0)))) {
    throw InputError(printable(name, no_limit) + ": font: not a TrueType or OpenType file");
  }
}

std::string_view font_table(std::string_view file, std::size_t start, std::string_view tag) {
  const std::size_t tables = u16(file, start + 4);
  for (std::size_t i = 0; i < tables; ++i) {
    const TableEntry table = table_entry(file, start, i);
    if (table.tag == tag) return file.substr(table.start, table.length);
  }
  return {};
}

CharacterMap::CharacterMap(std::string_view table) {
  // Unicode's encodings; the larger one wins.
  std::optional<std::size_t> small;
  std::optional<std::size_t> large;
  for (std::size_t i = 0; i < u16(table, 2); ++i) {
    const std::size_t at = 4 + 8 * i;
    const std::uint32_t platform = u16(table, at);
    const std::uint32_t encoding = u16(table, at + 2);
    const std::size_t start = u32(table, at + 4);
    if (start >= table.size() || !(platform == 0 || (platform == 3 && encoding % 9 == 1))) continue;
    const std::uint32_t format = u16(table, start);
    if (format == 4) small = start;
    if (format == 12) large = start;
  }
  if (large) {
    read_format_12(table.substr(*large));
  } else if (small) {
    read_format_4(table.substr(*small));
  }
}

void CharacterMap::add(std::uint32_t first, std::uint32_t last, std::uint32_t glyph) {
  // The format forbids overlaps, which would let a small file cause much work.
  if (first > last || last > 0x10ffff || (!ranges_.empty() && first <= ranges_.back().last)) return;
  ranges_.push_back({first, last, glyph});
}

void CharacterMap::read_format_4(std::string_view table) {
  const std::size_t segments = u16(table, 6) / 2;
  const std::size_t ends = 14;
  const std::size_t starts = ends + 2 * segments + 2;
  const std::size_t deltas = starts + 2 * segments;
  const std::size_t offsets = deltas + 2 * segments;
  std::uint32_t next = 0;  // segments ascend
  for (std::size_t i = 0; i < segments; ++i) {
    const std::uint32_t first = u16(table, starts + 2 * i);
    const std::uint32_t last = u16(table, ends + 2 * i);
    const std::uint32_t delta = u16(table, deltas + 2 * i);
    const std::size_t offset = u16(table, offsets + 2 * i);
    if (first < next || last < first) continue;
    next = last + 1;
    for (std::uint32_t c = first; c <= last && c < 0xffff; ++c) {
      std::uint32_t glyph = c;
      if (offset != 0) glyph = u16(table, offsets + 2 * i + offset + 2 * (c - first));
      if (offset == 0 || glyph != 0) glyph = (glyph + delta) & 0xffff;
      if (glyph == 0) continue;
      Range* open = ranges_.empty() ? nullptr : &ranges_.back();
      if (open != nullptr && c == open->last + 1 && glyph == open->glyph + (c - open->first)) {
        open->last = c;
      } else {
        add(c, c, glyph);
      }
    }
  }
}

void CharacterMap::read_format_12(std::string_view table) {
  const std::size_t groups = std::min<std::size_t>(u32(table, 12), table.size() / 12);
  for (std::size_t i = 0; i < groups; ++i) {
    const std::size_t at = 16 + 12 * i;
    if (at + 12 > table.size()) break;
    add(u32(table, at), u32(table, at + 4), u32(table, at + 8));
  }
}

int CharacterMap::glyph(char32_t code_point) const {
  const auto above =
      std::ranges::upper_bound(ranges_, static_cast<std::uint32_t>(code_point), {}, &Range::first);
  if (above == ranges_.begin() || (above - 1)->last < code_point) return 0;
  const Range& range = *(above - 1);
  const std::uint32_t glyph = range.glyph + (static_cast<std::uint32_t>(code_point) - range.first);
  return glyph > 0xffff ? 0 : static_cast<int>(glyph);
}

CharacterMap read_character_map(const std::string& path) {
  constexpr std::size_t longest_map = std::size_t{1} << 23;
  std::ifstream file(path, std::ios::binary);
  const auto read = [&](std::size_t start, std::size_t length) {
    std::string bytes(length, '\0');
    file.clear();
    file.seekg(static_cast<std::streamoff>(start));
    file.read(bytes.data(), static_cast<std::streamsize>(length));
    bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
    return bytes;
  };
  if (!file) return {};
  std::string head = read(0, longest_directory);
  if (u32(head, 0) == collection_magic) head = read(u32(head, 12), longest_directory);
  if (head.size() < 12 || !is_face_magic(u32(head, 0))) return {};
  for (std::size_t i = 0; i < u16(head, 4); ++i) {
    if (12 + directory_entry * (i + 1) > head.size()) break;
    const TableEntry table = table_entry(head, 0, i);
    if (table.tag != "cmap" || table.length > longest_map) continue;
    return CharacterMap(read(table.start, table.length));
  }
  return {};
}

}  // namespace attnviz

// Font files of a few glyphs, whole or as broken as a test wants them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace attnviz {

inline std::string big_endian(std::uint32_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    text += static_cast<char>(value >> shift & 0xffU);
  }
  return text;
}
inline std::string be16(std::uint32_t value) {
  return big_endian(value & 0xffffU, 2);
}
inline std::string be32(std::uint32_t value) {
  return big_endian(value, 4);
}

/// How an outline begins: contours (-1 for one of parts) and the box around it.
inline std::string glyph_header(int contours, int size = 800) {
  return be16(static_cast<std::uint32_t>(contours)) + be16(0) + be16(0) +
         be16(static_cast<std::uint32_t>(size)) + be16(static_cast<std::uint32_t>(size));
}

/// A square: four points on the curve, coordinates of two bytes.
inline std::string square_glyph() {
  return glyph_header(1) + be16(3) + be16(0) + std::string(4, '\1') +  //
         be16(0) + be16(0) + be16(800) + be16(0) +                     // x
         be16(0) + be16(800) + be16(0) + be16(0x10000 - 800);
}

/// One part, placed by an offset of two bytes; `more` parts follow.
inline std::string part(std::uint32_t glyph, bool more = false) {
  return be16(more ? 0x22 : 2) + be16(glyph) + std::string(2, '\1');
}

using FontTables = std::vector<std::pair<std::string, std::string>>;

inline std::string font_file(const FontTables& tables, std::uint32_t magic = 0x10000) {
  std::string directory = be32(magic) + be16(static_cast<std::uint32_t>(tables.size())) +  //
                          be16(0) + be16(0) + be16(0);
  std::string data;
  for (const auto& [tag, bytes] : tables) {
    const std::size_t start = 12 + 16 * tables.size() + data.size();
    directory += tag + be32(0) + be32(static_cast<std::uint32_t>(start)) +
                 be32(static_cast<std::uint32_t>(bytes.size()));
    data += bytes + std::string((4 - bytes.size() % 4) % 4, '\0');
  }
  return directory + data;
}

/// The tables of a font that has U+E000, U+E001, ... as its glyphs from 1 on; 1000 units an em.
inline FontTables font_tables(const std::vector<std::string>& outlines) {
  const auto count = static_cast<std::uint32_t>(outlines.size());
  std::string glyf, loca, hmtx;
  for (const std::string& outline : outlines) {
    loca += be32(static_cast<std::uint32_t>(glyf.size()));
    hmtx += be16(900) + be16(0);
    glyf += outline;
  }
  loca += be32(static_cast<std::uint32_t>(glyf.size()));
  std::string head(54, '\0');
  head.replace(18, 2, be16(1000));
  head.replace(50, 2, be16(1));
  std::string hhea(36, '\0');
  hhea.replace(34, 2, be16(count));
  const std::string cmap = be16(0) + be16(1) + be16(3) + be16(10) + be32(12) +  //
                           be16(12) + be16(0) + be32(28) + be32(0) + be32(1) +  //
                           be32(0xe000) + be32(0xe000 + (count < 2 ? 0 : count - 2)) + be32(1);
  return {{"cmap", cmap},
          {"glyf", glyf},
          {"head", head},
          {"hhea", hhea},
          {"hmtx", hmtx},
          {"loca", loca},
          {"maxp", be32(0x10000) + be16(count)}};
}

/// The first outline is for what the font lacks.
inline std::string small_font(const std::vector<std::string>& outlines) {
  return font_file(font_tables(outlines));
}

inline std::string cff_index(const std::vector<std::string>& items) {
  std::string offsets, data;
  for (const std::string& item : items) {
    offsets += be32(static_cast<std::uint32_t>(data.size() + 1));
    data += item;
  }
  offsets += be32(static_cast<std::uint32_t>(data.size() + 1));
  const std::string count = be16(static_cast<std::uint32_t>(items.size()));
  return items.empty() ? count : count + '\4' + offsets + data;
}

/// The same with OpenType outlines: a program each, and their common subroutines.
inline std::string small_cff_font(const std::vector<std::string>& programs,
                                  const std::vector<std::string>& subroutines) {
  const std::string before = std::string("\1\0\4\4", 4) + cff_index({"small"});
  const std::string after = cff_index({}) + cff_index(subroutines);
  const auto top = [](std::size_t place) {
    return cff_index({'\x1d' + be32(static_cast<std::uint32_t>(place)) + '\x11'});
  };
  const std::size_t place = before.size() + top(0).size() + after.size();
  FontTables tables = font_tables(programs);
  std::erase_if(tables,
                [](const auto& table) { return table.first == "glyf" || table.first == "loca"; });
  tables.insert(tables.begin(), {"CFF ", before + top(place) + after + cff_index(programs)});
  return font_file(tables, 0x4f54544f);
}

}  // namespace attnviz

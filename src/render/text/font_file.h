// Parts of a font file, read without trusting it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz {

/// The glyphs of the code points of a face, from its "cmap" table (formats 4 and 12).
class CharacterMap {
 public:
  CharacterMap() = default;
  /// What cannot be read is left out.
  explicit CharacterMap(std::string_view table);

  /// 0 when there is none.
  int glyph(char32_t code_point) const;
  bool empty() const { return ranges_.empty(); }

 private:
  // Code points in a row with glyphs in a row.
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
    std::uint32_t glyph;
  };
  void add(std::uint32_t first, std::uint32_t last, std::uint32_t glyph);
  void read_format_4(std::string_view table);
  void read_format_12(std::string_view table);

  std::vector<Range> ranges_;  // ascending, apart
};

/// The offset of the face in a TrueType or OpenType file, or in a collection: its first one. Throws
/// InputError naming `name` when this is no such file, its table directory goes past the end, or a
/// table is missing or too short for what is read from it without a check.
std::size_t check_font_file(std::string_view file, std::string_view name);

/// A table of the face that begins at `start` in a file that check_font_file accepts, or "".
std::string_view font_table(std::string_view file, std::size_t start, std::string_view tag);

/// Whether its outlines are in "glyf" and "loca", and not in "CFF ".
bool has_truetype_outlines(std::string_view file, std::size_t start);

/// Throws InputError naming `name` for the first bytes of a file that check_font_file refuses.
void check_font_start(std::string_view start, std::string_view name);

/// Larger files are not read, in bytes.
inline constexpr std::size_t max_font_file = std::size_t{1} << 28;

/// The character map of a file, of which only the parts needed are read; an empty one when there is
/// none or the file cannot be read.
CharacterMap read_character_map(const std::string& path);

}  // namespace attnviz

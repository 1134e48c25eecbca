#include "render/text/font_file.h"

#include <cstdint>
#include <string>

#include "attnviz/error.h"
#include "catch.h"
#include "render/text/embedded_font.h"

namespace attnviz {
namespace {

std::string big_endian(std::uint32_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    text += static_cast<char>(value >> shift & 0xffU);
  }
  return text;
}
std::string u16(std::uint32_t value) {
  return big_endian(value, 2);
}
std::string u32(std::uint32_t value) {
  return big_endian(value, 4);
}

std::string table_of(const std::string& subtable) {
  return u16(0) + u16(1) + u16(3) + u16(1) + u32(12) + subtable;
}

// Two segments by their distance to the glyphs, one by a list of them, and the last that ends all.
std::string format_4() {
  return u16(4) + u16(0) + u16(0) + u16(2 * 4) + u16(0) + u16(0) + u16(0) +  //
         u16(0x43) + u16(0x63) + u16(0x72) + u16(0xffff) + u16(0) +          // last
         u16(0x41) + u16(0x61) + u16(0x70) + u16(0xffff) +                   // first
         u16(0x10000 - 0x41 + 5) + u16(0x10000 - 0x61 + 20) + u16(1) + u16(1) + u16(0) + u16(0) +
         u16(4) + u16(0) +  // from its own place to the list below
         u16(40) + u16(0) + u16(60);
}

std::string format_12() {
  return u16(12) + u16(0) + u32(40) + u32(0) + u32(2) +  //
         u32(0x915) + u32(0x917) + u32(300) +            //
         u32(0x1f600) + u32(0x1f601) + u32(77);
}

TEST_CASE("a character map of format 4 is read") {
  const CharacterMap map(table_of(format_4()));
  CHECK(map.glyph(U'A') == 5);
  CHECK(map.glyph(U'C') == 7);
  CHECK(map.glyph(U'D') == 0);
  CHECK(map.glyph(U'b') == 21);
  CHECK(map.glyph(U'p') == 41);
  CHECK(map.glyph(U'q') == 0);
  CHECK(map.glyph(U'r') == 61);
  CHECK(map.glyph(0xffff) == 0);
  CHECK(map.glyph(0x10041) == 0);
}

TEST_CASE("a character map of format 12 is read") {
  const CharacterMap map(table_of(format_12()));
  CHECK(map.glyph(0x914) == 0);
  CHECK(map.glyph(0x915) == 300);
  CHECK(map.glyph(0x917) == 302);
  CHECK(map.glyph(0x918) == 0);
  CHECK(map.glyph(0x1f601) == 78);
}

TEST_CASE("the embedded face has letters, a visible space and no Devanagari") {
  const auto bytes = embedded_font();
  const std::string file(bytes.begin(), bytes.end());
  const CharacterMap map(font_table(file, check_font_file(file, "file"), "cmap"));
  for (const char32_t c : {U'a', U'Z', U'0', U'\u00e9', U'\u2423', U'\u2026'}) {
    CHECK(map.glyph(c) > 0);
  }
  CHECK(map.glyph(U'\u0915') == 0);
}

TEST_CASE("character maps that are cut, of another kind or absurd are read as far as they go") {
  for (const std::string& subtable : {format_4(), format_12()}) {
    const std::string whole = table_of(subtable);
    for (std::size_t length = 0; length <= whole.size(); ++length) {
      const CharacterMap map(whole.substr(0, length));
      for (char32_t c = 0; c < 0x1000; ++c) CHECK(map.glyph(c) >= 0);
    }
  }
  CHECK(CharacterMap(table_of(u16(6) + std::string(40, '\0'))).empty());
  CHECK(CharacterMap(u16(0) + u16(0xffff) + std::string(8, '\xff')).empty());
  // A group that ends before it begins, one outside Unicode, two that overlap.
  const CharacterMap odd(table_of(u16(12) + u16(0) + u32(0) + u32(0) + u32(0xffffffff) +  //
                                  u32(20) + u32(10) + u32(1) +                            //
                                  u32(30) + u32(40) + u32(1) +                            //
                                  u32(35) + u32(50) + u32(1) +                            //
                                  u32(60) + u32(0xffffffff) + u32(1)));
  CHECK(odd.glyph(15) == 0);
  CHECK(odd.glyph(35) == 6);
  CHECK(odd.glyph(45) == 0);
  CHECK(odd.glyph(60) == 0);
}

TEST_CASE("a font file cut anywhere is refused or can be read") {
  const auto bytes = embedded_font();
  const std::string whole(bytes.begin(), bytes.end());
  CHECK(check_font_file(whole, "whole.ttf") == 0);
  for (std::size_t length = 0; length < whole.size(); length += length < 600 ? 1 : 997) {
    CHECK_THROWS_AS(check_font_file(whole.substr(0, length), "cut.ttf"), InputError);
  }
}

TEST_CASE("a collection is its first face") {
  const auto bytes = embedded_font();
  const std::string face(bytes.begin(), bytes.end());
  const std::string head = "ttcf" + u32(0x10000) + u32(1) + u32(16);
  std::string file = head + face;
  // The places of tables count from the beginning of the file.
  for (std::size_t entry = 16 + 12; entry < 16 + 12 + 16 * static_cast<std::size_t>(face[5]);
       entry += 16) {
    std::uint32_t place = 0;
    for (std::size_t i = 8; i < 12; ++i) {
      place = place << 8 | static_cast<unsigned char>(file[entry + i]);
    }
    file.replace(entry + 8, 4, u32(place + 16));
  }
  CHECK(check_font_file(file, "file.ttc") == 16);
  CHECK(font_table(file, 16, "cmap") == font_table(face, 0, "cmap"));
  CHECK_THROWS_AS(check_font_file("ttcf" + u32(0x10000) + u32(1) + u32(0xfffffff0), "bad.ttc"),
                  InputError);
}

TEST_CASE("outlines outside of their table are refused") {
  const auto bytes = embedded_font();
  std::string file(bytes.begin(), bytes.end());
  const std::string_view places = font_table(file, 0, "loca");
  file.replace(static_cast<std::size_t>(places.data() - file.data()) + 40, 4, u32(0x7fffffff));
  CHECK_THROWS_AS(check_font_file(file, "bad.ttf"), InputError);
}

}  // namespace
}  // namespace attnviz

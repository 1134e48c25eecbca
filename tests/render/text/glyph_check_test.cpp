#include "render/text/glyph_check.h"

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "attnviz/canvas.h"
#include "attnviz/error.h"
#include "attnviz/font.h"
#include "catch.h"
#include "render/small_font.h"
#include "render/text/embedded_font.h"
#include "render/text/face.h"
#include "render/text/typesetting.h"

namespace attnviz {
namespace {

/// Whether U+E000, the second outline, is drawn as the font has it. Draws all letters.
bool draws_first(const std::string& file, std::size_t letters = 1) {
  Font font;
  font.add(file, "small.ttf");
  Canvas canvas(400, 40);
  std::string text;
  for (std::size_t i = 1; i <= std::min<std::size_t>(letters, 40); ++i) {
    text += std::string("\xee\x80") + static_cast<char>(0x80 + i - 1);
  }
  draw_text(canvas, font, text, 20, 2, 30, {0, 0, 0}, Direction::right);
  for (const PlacedGlyph& glyph : glyphs_of(font, text, 20)) {
    outline_of(font, glyph.face, glyph.glyph);
  }
  const std::vector<char32_t> missing = font.missing();
  return std::find(missing.begin(), missing.end(), 0xe000) == missing.end();
}

bool draws_first(const std::vector<std::string>& outlines) {
  return draws_first(small_font(outlines), outlines.size() - 1);
}

/// A glyph of one contour with these flags, followed by `coordinates` bytes.
std::string flagged(std::size_t points, const std::string& flags, std::size_t coordinates) {
  return glyph_header(1) + be16(static_cast<std::uint32_t>(points - 1)) + be16(0) + flags +
         std::string(coordinates, '\1');
}

}  // namespace

TEST_CASE("whole outlines are drawn, alone, in parts and in parts of parts") {
  const std::string square = square_glyph();
  CHECK(draws_first({"", square}));
  CHECK(draws_first({"", "", square}));  // a space
  CHECK(draws_first({"", glyph_header(0)}));
  CHECK(draws_first({"", glyph_header(-1) + part(2), square}));
  CHECK(draws_first({"", glyph_header(-1) + part(2, true) + part(2, true) + part(3), square, ""}));
  std::vector<std::string> chain(1);
  for (std::uint32_t depth = 0; depth < 8; ++depth) {
    chain.push_back(glyph_header(-1) + part(depth + 2));
  }
  chain.push_back(square);
  CHECK(draws_first(chain));
  // A flag that stands for three points, and bytes in place of words.
  CHECK(draws_first({"", flagged(4, "\x37\x3f\x02", 8)}));
  CHECK(draws_first({"", flagged(1, "\x37", 2)}));
}

TEST_CASE("a glyph that is part of itself, or of too many, is a box") {
  const std::string square = square_glyph();
  CHECK_FALSE(draws_first({"", glyph_header(-1) + part(1)}));
  CHECK_FALSE(draws_first({"", glyph_header(-1) + part(2), glyph_header(-1) + part(1)}));
  CHECK_FALSE(draws_first({"", glyph_header(-1) + part(0xffff), square}));
  CHECK_FALSE(draws_first({"", glyph_header(-1) + part(3), square}));
  std::vector<std::string> chain(1);
  for (std::uint32_t depth = 0; depth < 300; ++depth) {
    chain.push_back(glyph_header(-1) + part(depth + 2));
  }
  chain.push_back(square);
  CHECK_FALSE(draws_first(chain));
  // Two to the power of eight parts, which are few bytes.
  std::vector<std::string> tree(1);
  for (std::uint32_t depth = 0; depth < 8; ++depth) {
    tree.push_back(glyph_header(-1) + part(depth + 2, true) + part(depth + 2));
  }
  tree.push_back(square);
  CHECK_FALSE(draws_first(tree));
  std::string many = glyph_header(-1);
  for (int i = 0; i < 1000000; ++i) many += part(2, true);
  CHECK_FALSE(draws_first({"", many + part(2), square}));
  CHECK_FALSE(draws_first({"", many, square}));  // without an end
  CHECK_FALSE(draws_first({"", glyph_header(-1) + be16(0) + be16(2) + be16(0), square}));
}

TEST_CASE("an outline that goes past its table is a box") {
  const std::string square = square_glyph();
  for (std::size_t length = 1; length < square.size(); ++length) {
    INFO(length);
    CHECK_FALSE(draws_first({"", square.substr(0, length)}));
  }
  const std::string parts = glyph_header(-1) + part(1);
  for (std::size_t length = 1; length < parts.size(); ++length) {
    CHECK_FALSE(draws_first({"", parts.substr(0, length)}));
  }
  CHECK_FALSE(draws_first({"", glyph_header(32767) + std::string(20, '\0')}));
  CHECK_FALSE(draws_first({"", glyph_header(1) + be16(65535) + be16(0) + std::string(90, '\1')}));
  CHECK_FALSE(draws_first({"", glyph_header(1) + be16(3) + be16(65535) + std::string(90, '\1')}));
  // Contours that end before they begin, and points that are repeated past the last.
  const std::string two = glyph_header(2);
  CHECK_FALSE(draws_first({"", two + be16(3) + be16(1) + be16(0) + std::string(90, '\1')}));
  CHECK_FALSE(draws_first({"", two + be16(3) + be16(3) + be16(0) + std::string(90, '\1')}));
  CHECK_FALSE(draws_first({"", flagged(4, "\x37\x3f\x09", 50)}));
  CHECK_FALSE(draws_first({"", flagged(4, "\x37\x3f", 0)}));
  // An outline that begins where its table ends, and seems to end before.
  FontTables tables = font_tables({"", square, square});
  for (auto& [tag, bytes] : tables) {
    if (tag == "loca") bytes.replace(4, 4, be32(static_cast<std::uint32_t>(2 * square.size())));
  }
  CHECK_FALSE(draws_first(font_file(tables)));
  // A contour of a single point beside the curve, which would be joined to what follows it.
  CHECK_FALSE(draws_first({"", flagged(1, std::string(1, '\x36'), 2)}));
}

TEST_CASE("a glyph of unreasonable size is a box") {
  std::string square = square_glyph();
  square.replace(6, 2, be16(32001));  // 33 times the size of the letters
  CHECK_FALSE(draws_first({"", square}));
  square.replace(6, 2, be16(0x8000));
  CHECK_FALSE(draws_first({"", square}));
}

TEST_CASE("the tables that outlines need are checked, and named") {
  const auto refusal = [](const char* tag, std::size_t at, const std::string& bytes) {
    FontTables tables = font_tables({"", square_glyph()});
    for (auto& [name, table] : tables) {
      if (name == tag) table.replace(at, bytes.size(), bytes);
    }
    try {
      Font().add(font_file(tables), "f.ttf");
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  CHECK(refusal("head", 0, "") == "none");
  CHECK(refusal("head", 18, be16(15)) ==
        "f.ttf: font: table \"head\": expected 16..16384 units per em, got 15");
  CHECK(refusal("head", 18, be16(16385)) ==
        "f.ttf: font: table \"head\": expected 16..16384 units per em, got 16385");
  CHECK(refusal("head", 50, be16(2)) ==
        "f.ttf: font: table \"head\": expected 0 or 1 as the format of \"loca\", got 2");
  CHECK(refusal("loca", 4, be32(1000)) == "f.ttf: font: table \"loca\" points past the outlines");
  CHECK(refusal("maxp", 4, be16(9)) == "f.ttf: font: table \"hmtx\" too short");
  CHECK(refusal("hhea", 34, be16(3)) == "f.ttf: font: table \"hmtx\" too short");
}

// OpenType outlines: programs of stack machines. 107 is added to the number of a subroutine.
const std::string push_square =
    "\x8b\x8b\x15" + std::string("\xf7\x00\x8b\x8b\xf7\x00\xfb\x00\x8b", 9) + "\x05";
const std::string end(1, '\x0e');
const std::string back(1, '\x0b');

/// Calls a subroutine of the whole font.
std::string call(int number) {
  return static_cast<char>(number - 107 + 139) + std::string(1, '\x1d');
}

TEST_CASE("OpenType outlines are drawn, or boxes where their programs do not end soon") {
  CHECK(draws_first(small_cff_font({end, push_square + end}, {})));
  CHECK(draws_first(small_cff_font({end, call(0) + end}, {push_square + back})));
  CHECK(draws_first(small_cff_font({end, call(0)}, {push_square + end})));
  CHECK_FALSE(draws_first(small_cff_font({end, push_square}, {})));
  CHECK_FALSE(draws_first(small_cff_font({end, call(1) + end}, {back})));
  CHECK_FALSE(draws_first(small_cff_font({end, call(0) + end}, {call(0)})));
  CHECK_FALSE(draws_first(small_cff_font({end, back}, {})));
  CHECK_FALSE(draws_first(small_cff_font({end, std::string(100, '\x8b') + end}, {})));
  CHECK_FALSE(draws_first(small_cff_font({end, "\x13"}, {})));
  CHECK_FALSE(draws_first(small_cff_font({end, "\x02" + end}, {})));  // no such operator
  // 512 less a bit too small for a float: subroutine 512, not 511, which does not end.
  std::vector<std::string> rounded(107 + 513);
  rounded.back() = push_square + back;
  CHECK(draws_first(small_cff_font({end, "\xff" + be32(0x01ffffff) + "\x1d" + end}, rounded)));
  // Ten subroutines, each of which calls the next 500 times.
  std::vector<std::string> calls;
  for (int i = 0; i < 9; ++i) {
    calls.emplace_back();
    for (int n = 0; n < 500; ++n) calls.back() += call(i + 1);
    calls.back() += back;
  }
  calls.push_back(back);
  CHECK_FALSE(draws_first(small_cff_font({end, call(0) + end}, calls)));
  std::string lines;
  for (int i = 0; i < 20000; ++i) lines += "\x8c\x8c\x05";
  CHECK_FALSE(draws_first(small_cff_font({end, "\x8b\x8b\x15" + lines + end}, {})));
}

TEST_CASE("an OpenType font that is cut or changed anywhere is drawn or refused") {
  const std::string whole =
      small_cff_font({end, call(0) + end, push_square + end}, {push_square + back});
  std::mt19937 random(2);
  const auto try_it = [](const std::string& file) {
    try {
      draws_first(file, 2);
    } catch (const InputError& error) {
      CHECK(std::string(error.what()).starts_with("small.ttf: font: "));
    }
  };
  for (std::size_t length = 0; length < whole.size(); ++length) try_it(whole.substr(0, length));
  for (int i = 0; i < 3000; ++i) {
    std::string file = whole;
    for (int change = 0; change < 1 + i % 4; ++change) {
      file[random() % file.size()] = static_cast<char>(random());
    }
    try_it(file);
  }
  // Both kinds of outlines: the ones that are read are the ones that were checked.
  FontTables tables = font_tables({"", square_glyph()});
  tables.emplace_back("CFF ", std::string(40, '\xff'));
  for (auto& [tag, bytes] : tables) {
    if (tag == "loca") bytes.replace(4, 4, be32(0x7fffff00));
  }
  CHECK_THROWS_AS(Font().add(font_file(tables), "both.ttf"), InputError);
}

TEST_CASE("a font that is cut or changed anywhere is drawn or refused, in little time") {
  const auto embedded = embedded_font();
  const std::string whole(embedded.begin(), embedded.end());
  std::mt19937 random(1);
  const auto start = std::chrono::steady_clock::now();
  int drawn = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string file = i % 10 == 0 ? whole.substr(0, random() % whole.size()) : whole;
    const std::string_view outlines = font_table(whole, 0, i % 3 == 0 ? "loca" : "glyf");
    const auto place = static_cast<std::size_t>(outlines.data() - whole.data());
    for (int change = 0; change < 40 && !file.empty(); ++change) {
      const std::size_t at =
          i % 4 == 0 ? random() % file.size() : place + random() % outlines.size();
      if (at < file.size()) file[at] = static_cast<char>(random());
    }
    try {
      const Face face(file, "changed.ttf");
      for (char32_t c = U'!'; c < 0x180; c += 1 + static_cast<char32_t>(random() % 5)) {
        const int glyph = face.index(c);
        face.bitmap(glyph, 12 + static_cast<int>(random() % 30), 0.3F, 0.7F);
        face.steps(glyph);
        ++drawn;
      }
    } catch (const InputError&) {
    }
  }
  CHECK(drawn > 10000);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

}  // namespace attnviz

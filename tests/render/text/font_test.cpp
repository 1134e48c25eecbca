#include "attnviz/font.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "attnviz/error.h"
#include "catch.h"
#include "render/machine_font.h"
#include "render/text/embedded_font.h"
#include "render/text/font_search.h"
#include "render/text/shaper.h"
#include "render/text/typesetting.h"

namespace attnviz {
namespace {

constexpr Color white = {255, 255, 255};
constexpr Color black = {0, 0, 0};

bool inked(const Canvas& canvas, int x, int y) {
  return canvas.at(x, y) != white;
}

// The smallest box around all ink; zero when there is none.
Box ink_box(const Canvas& canvas) {
  int left = canvas.width(), top = canvas.height(), right = 0, bottom = 0;
  for (int y = 0; y < canvas.height(); ++y) {
    for (int x = 0; x < canvas.width(); ++x) {
      if (!inked(canvas, x, y)) continue;
      left = std::min(left, x);
      top = std::min(top, y);
      right = std::max(right, x + 1);
      bottom = std::max(bottom, y + 1);
    }
  }
  return right == 0 ? Box{} : Box{left, top, right - left, bottom - top};
}

Canvas drawn(const Font& font, const std::string& text, int size,
             Direction direction = Direction::right) {
  Canvas canvas(520, 520, white);
  draw_text(canvas, font, text, size, 200, 200, black, direction);
  return canvas;
}

const char* const texts[] = {
    "o",          "H",      "j",          "monojit",  "</s>",    "\u2423", "\u00c9t\u00e9",
    "2021-07-30", "\u0915", "\U0001f600", "a\u4e2db", "e\u0301", "."};

TEST_CASE("what is measured is what is drawn") {
  const Font font;
  for (const std::string text : texts) {
    for (const int size : {7, 9, 13, 14, 18, 40}) {
      CAPTURE(text, size);
      const TextExtent e = measure(font, text, size);
      const Box ink = ink_box(drawn(font, text, size));
      // The outermost pixels of an outline may be covered so little that they round to nothing.
      CHECK(ink.x - (200 + e.left) >= 0);
      CHECK(ink.x - (200 + e.left) <= 1);
      CHECK(ink.y - (200 + e.top) >= 0);
      CHECK(ink.y - (200 + e.top) <= 1);
      CHECK(200 + e.right - (ink.x + ink.width) >= 0);
      CHECK(200 + e.right - (ink.x + ink.width) <= 1);
      CHECK(200 + e.bottom - (ink.y + ink.height) >= 0);
      CHECK(200 + e.bottom - (ink.y + ink.height) <= 1);
    }
  }
}

TEST_CASE("text that reads upwards is the same text turned") {
  const Font font;
  for (const std::string text : texts) {
    CAPTURE(text);
    const Canvas level = drawn(font, text, 18);
    const Canvas turned = drawn(font, text, 18, Direction::up);
    int differing = 0;
    for (int dx = -20; dx < 150; ++dx) {
      for (int dy = -150; dy < 150; ++dy) {
        differing += level.at(200 + dx, 200 + dy) != turned.at(200 + dy, 199 - dx);
      }
    }
    CHECK(differing == 0);
  }
}

TEST_CASE("advances add up, and a space has no ink") {
  const Font font;
  const int letter = measure(font, "m", 18).advance;
  CHECK(letter == 11);  // 1233 / 2048 em
  CHECK(measure(font, "monojit", 18).advance == 7 * letter);
  CHECK(measure(font, "", 18).advance == 0);
  const TextExtent space = measure(font, " ", 18);
  CHECK(space.advance == letter);
  CHECK(space.left == space.right);
  CHECK(measure(font, "\u200d\ufe0f", 18).advance == 0);
}

TEST_CASE("a letter has the size of the outline") {
  const TextExtent capital = measure(Font(), "H", 100);  // 137..1096 x 0..1493 of 2048
  CHECK(capital.left == 6);
  CHECK(capital.right == 54);
  CHECK(capital.top == -73);
  CHECK(capital.bottom == 0);
}

TEST_CASE("a combining mark takes no room") {
  const Font font;
  CHECK(measure(font, "e\u0301", 18).advance == measure(font, "e", 18).advance);
  CHECK(measure(font, "e\u0301", 18).top < measure(font, "e", 18).top);
  // Also where there is no letter with both marks, and no place for the second one.
  for (const std::string text : {"\u1eb9\u0301", "q\u0303", "x\u0301\u0323"}) {
    CAPTURE(text);
    const TextExtent e = measure(font, text, 18);
    CHECK(e.advance == measure(font, "e", 18).advance);
    CHECK(e.left >= -1);
    CHECK(e.right <= e.advance + 1);
  }
}

TEST_CASE("a code point the face lacks is a box with its digits") {
  const Font font;
  for (const int size : {9, 18}) {
    const Canvas first = drawn(font, "\u0915", size);
    const Canvas second = drawn(font, "\u0916", size);
    CHECK(first.bytes() != second.bytes());
    const Box frame = ink_box(first);
    const Box other = ink_box(second);
    CHECK(frame.width == other.width);
    CHECK(frame.height == other.height);
    for (int x = frame.x; x < frame.x + frame.width; ++x) {
      CHECK(first.at(x, frame.y) == black);
      CHECK(first.at(x, frame.y + frame.height - 1) == black);
    }
    for (int y = frame.y; y < frame.y + frame.height; ++y) {
      CHECK(first.at(frame.x, y) == black);
      CHECK(first.at(frame.x + frame.width - 1, y) == black);
    }
    // Nothing touches the frame from inside.
    for (int x = frame.x + 1; x < frame.x + frame.width - 1; ++x) {
      CHECK(first.at(x, frame.y + 1) == white);
    }
    CHECK(measure(font, "\U0001f600", size).advance > measure(font, "\u0915", size).advance);
  }
}

TEST_CASE("text is cut to the canvas") {
  const Font font;
  Canvas canvas(4, 4, white);
  for (const int at : {-100000, -3, 0, 3, 100000}) {
    draw_text(canvas, font, "monojit \u0915", 18, at, at, black);
    draw_text(canvas, font, "monojit \u0915", 18, at, at, black, Direction::up);
  }
  CHECK(ink_box(canvas).width > 0);
}

TEST_CASE("unreasonable sizes are clamped") {
  const Font font;
  CHECK(measure(font, "m", -5).advance == measure(font, "m", 1).advance);
  CHECK(measure(font, "m", 1 << 30).advance == measure(font, "m", 512).advance);
}

std::string embedded_bytes() {
  const auto bytes = embedded_font();
  return {bytes.begin(), bytes.end()};
}

TEST_CASE("a font file can be used") {
  Font file;
  file.add(embedded_bytes(), "file.ttf");
  for (const std::string text : texts) {
    CHECK(drawn(file, text, 18).bytes() == drawn(Font(), text, 18).bytes());
  }
}

TEST_CASE("font files with a broken directory are refused") {
  const std::string whole = embedded_bytes();
  for (const std::string& file :
       {std::string(), std::string("abc"), std::string(100, 'x'), std::string(100, '\0'),
        whole.substr(0, 12), whole.substr(0, 100), whole.substr(0, whole.size() / 2)}) {
    CAPTURE(file.size());
    CHECK_THROWS_AS(Font().add(file, "bad.ttf"), InputError);
  }
  for (const char* tag : {"cmap", "head", "hhea", "hmtx", "maxp", "glyf", "loca"}) {
    CAPTURE(tag);
    std::string file = whole;
    const std::size_t entry = file.find(tag);
    REQUIRE(entry < 400);
    std::string unknown = file;
    unknown.replace(entry, 4, "zzzz");
    CHECK_THROWS_AS(Font().add(unknown, "bad.ttf"), InputError);
    std::string far = file;
    far.replace(entry + 8, 4, "\xff\xff\xff\xf0");
    CHECK_THROWS_AS(Font().add(far, "bad.ttf"), InputError);
  }
  try {
    Font().add("%PDF-1.4 and more", "notes.pdf");
    FAIL("accepted");
  } catch (const InputError& error) {
    CHECK(std::string(error.what()).find("notes.pdf: font: ") == 0);
  }
}

// The bytes of a font of the machine, or "" where it is not installed.
std::string machine_bytes(const std::string& name) {
  std::ifstream file(machine_font(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
const std::string devanagari = "Lohit-Devanagari.ttf";
const std::string hebrew = "DejaVuSans.ttf";

std::vector<int> glyphs_of(const Font& font, const std::string& text) {
  std::vector<int> glyphs;
  for (const PlacedGlyph& glyph : glyphs_of(font, text, 20)) glyphs.push_back(glyph.glyph);
  return glyphs;
}

TEST_CASE("an added file has what the embedded face lacks, and nothing else") {
  const std::string file = machine_bytes(devanagari);
  if (file.empty()) return;
  Font font;
  font.add(file, "deva.ttf");
  std::vector<std::size_t> faces;
  for (const PlacedGlyph& glyph : glyphs_of(font, "a \u0915b", 20)) faces.push_back(glyph.face);
  CHECK(faces == std::vector<std::size_t>{0, 1, 0});
  CHECK(font.missing().empty());
  CHECK(measure(font, "monojit", 18).advance == measure(Font(), "monojit", 18).advance);
  measure(font, "\u4e2d\u6587\u0915", 18);
  CHECK(font.missing() == std::vector<char32_t>{0x4e2d, 0x6587});
}

TEST_CASE("fonts are looked for in folders, in order, past what is broken") {
  const std::string file = machine_bytes(devanagari);
  if (file.empty()) return;
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("attnviz-fonts-" + std::to_string(rand()));
  fs::create_directories(folder / "deeper");
  const auto write = [&](const std::string& name, const std::string& bytes) {
    std::ofstream(folder / name, std::ios::binary) << bytes;
  };
  write("aaa.ttf", "not a font");
  write("aab.ttf", file.substr(0, file.size() / 2));
  write("deeper/deva-bold.ttf", file);
  write("deeper/deva.TTF", file);
  write("deva.txt", file);
  FontSearch search({"/nonexistent", folder.string()});
  const auto found = search.find({0x915}, 0);
  REQUIRE(found);
  // The half font has a character map; it is refused when it is opened.
  CHECK(fs::path(search.path(*found)).filename() == "aab.ttf");
  const auto next = search.find({0x915}, *found + 1);
  REQUIRE(next);
  CHECK(fs::path(search.path(*next)).filename() == "deva.TTF");
  CHECK_FALSE(search.find({0x915, 0x4e2d}));

  Font font;
  font.search({folder.string()});
  CHECK(measure(font, "\u0915", 20).advance > 0);
  CHECK(font.missing().empty());
  Font named;
  named.add(file, "deva.ttf");
  CHECK(drawn(font, "\u0915\u093f", 20).bytes() == drawn(named, "\u0915\u093f", 20).bytes());
  fs::remove_all(folder);
}

TEST_CASE("a text without a font is reported once, by its code points") {
  const Font font;
  CHECK(font.missing().empty());
  for (int i = 0; i < 3; ++i) measure(font, "a\u0916\u0915\U0001f600", 12);
  CHECK(font.missing() == std::vector<char32_t>{0x915, 0x916, 0x1f600});
}

TEST_CASE("Devanagari is shaped: vowel signs move, conjuncts join") {
  const std::string file = machine_bytes(devanagari);
  if (file.empty()) return;
  Font font;
  font.add(file, "deva.ttf");
  const std::vector<int> ka = glyphs_of(font, "\u0915");
  REQUIRE(ka.size() == 1);
  const std::vector<int> ki = glyphs_of(font, "\u0915\u093f");
  const std::vector<int> ksha = glyphs_of(font, "\u0915\u094d\u0937");
  if (shaping_library().empty()) {
    CHECK(font.unshaped());
    CHECK(ki[0] == ka[0]);
    CHECK(ksha.size() == 3);
    return;
  }
  CHECK_FALSE(font.unshaped());
  // The sign is written before the letter it follows.
  REQUIRE(ki.size() == 2);
  CHECK(ki[0] != ka[0]);
  CHECK(ki[1] == ka[0]);
  CHECK(ksha.size() == 1);
  // One line runs above all letters of a word: no gap a pixel wide.
  const std::string word = "\u0930\u093e\u0939\u0941\u0932";
  const Canvas canvas = drawn(font, word, 60);
  const Box ink = ink_box(canvas);
  int longest = 0;
  for (int y = ink.y; y < ink.y + ink.height; ++y) {
    int run = 0;
    for (int x = ink.x; x < ink.x + ink.width; ++x) {
      run = canvas.at(x, y).red < 128 ? run + 1 : 0;
      longest = std::max(longest, run);
    }
  }
  CHECK(longest > ink.width * 9 / 10);
}

TEST_CASE("Arabic letters join, Hebrew words run from right to left") {
  const std::string file = machine_bytes(hebrew);
  if (shaping_library().empty()) WARN("skipped: HarfBuzz is not installed");
  if (file.empty() || shaping_library().empty()) return;
  Font font;
  font.add(file, "sans.ttf");
  // Beh at the end, in the middle and at the beginning of a word, from left to right.
  const std::vector<int> three = glyphs_of(font, "\u0628\u0628\u0628");
  REQUIRE(three.size() == 3);
  CHECK(three[0] != three[1]);
  CHECK(three[1] != three[2]);
  CHECK(three[0] != three[2]);

  const auto glyph = [&](const std::string& letter) { return glyphs_of(font, letter).at(0); };
  const int alef = glyph("\u05d0"), bet = glyph("\u05d1"), gimel = glyph("\u05d2");
  CHECK(glyphs_of(font, "\u05d0\u05d1\u05d2") == std::vector<int>{gimel, bet, alef});
  // Two words, with Latin ones around them that stay where they are.
  CHECK(glyphs_of(font, "a \u05d0\u05d1 \u05d2\u05d0 b") ==
        std::vector<int>{glyph("a"), alef, gimel, bet, alef, glyph("b")});
  CHECK(glyphs_of(font, "\u05d0 a \u05d1") == std::vector<int>{alef, glyph("a"), bet});
}

TEST_CASE("measured is what is drawn in every script") {
  const std::string file = machine_bytes(devanagari);
  if (file.empty()) return;
  Font font;
  font.add(file, "deva.ttf");
  for (const std::string text : {"\u0915\u093f", "\u0930\u093e\u0939\u0941\u0932 ab",
                                 "\u0915\u0949\u092e\u0947\u0930\u093e", "e\u0301\u0323"}) {
    for (const int size : {9, 17, 40}) {
      CAPTURE(text, size);
      const TextExtent e = measure(font, text, size);
      const Box ink = ink_box(drawn(font, text, size));
      CHECK(ink.x >= 200 + e.left);
      CHECK(ink.y >= 200 + e.top);
      CHECK(ink.x + ink.width <= 200 + e.right);
      CHECK(ink.y + ink.height <= 200 + e.bottom);
      CHECK(ink.width + 2 >= e.right - e.left);
      CHECK(ink.height + 2 >= e.bottom - e.top);
    }
  }
}

}  // namespace
}  // namespace attnviz

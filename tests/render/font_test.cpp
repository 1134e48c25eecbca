#include "attnviz/render/font.h"

#include <algorithm>
#include <optional>
#include <string>

#include "attnviz/base/error.h"
#include "attnviz/render/embedded_font.h"
#include "catch.h"

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
  font.draw(canvas, text, size, 200, 200, black, direction);
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
      const TextExtent e = font.measure(text, size);
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
  const int letter = font.measure("m", 18).advance;
  CHECK(letter == 11);  // 1233 / 2048 em
  CHECK(font.measure("monojit", 18).advance == 7 * letter);
  CHECK(font.measure("", 18).advance == 0);
  const TextExtent space = font.measure(" ", 18);
  CHECK(space.advance == letter);
  CHECK(space.left == space.right);
  CHECK(font.measure("\u200d\ufe0f", 18).advance == 0);
}

TEST_CASE("a letter has the size of the outline") {
  const TextExtent capital = Font().measure("H", 100);  // 137..1096 x 0..1493 of 2048
  CHECK(capital.left == 6);
  CHECK(capital.right == 54);
  CHECK(capital.top == -73);
  CHECK(capital.bottom == 0);
}

TEST_CASE("a combining mark takes no room") {
  const Font font;
  CHECK(font.measure("e\u0301", 18).advance == font.measure("e", 18).advance);
  CHECK(font.measure("e\u0301", 18).top < font.measure("e", 18).top);
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
    CHECK(font.measure("\U0001f600", size).advance > font.measure("\u0915", size).advance);
  }
}

TEST_CASE("text is cut to the canvas") {
  const Font font;
  Canvas canvas(4, 4, white);
  for (const int at : {-100000, -3, 0, 3, 100000}) {
    font.draw(canvas, "monojit \u0915", 18, at, at, black);
    font.draw(canvas, "monojit \u0915", 18, at, at, black, Direction::up);
  }
  CHECK(ink_box(canvas).width > 0);
}

TEST_CASE("sizes beyond reason are clamped") {
  const Font font;
  CHECK(font.measure("m", -5).advance == font.measure("m", 1).advance);
  CHECK(font.measure("m", 1 << 30).advance == font.measure("m", 512).advance);
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

}  // namespace
}  // namespace attnviz

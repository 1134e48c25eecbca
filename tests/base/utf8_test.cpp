#include "base/utf8.h"

#include "attnviz/error.h"
#include "catch.h"

namespace attnviz {
namespace {

using namespace std::string_literals;

TEST_CASE("invalid UTF-8 is found at its first byte") {
  struct {
    std::string text;
    std::optional<std::size_t> expected;
  } cases[] = {
      {"", std::nullopt},
      {"abc\0d"s, std::nullopt},
      {"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
       std::nullopt},
      {"\xed\x9f\xbf\xee\x80\x80", std::nullopt},  // around the surrogates
      {"ab\x80", 2},                               // a continuation alone
      {"a\xc0\x80", 1},                            // overlong forms
      {"\xc1\xbf", 0},
      {"\xe0\x9f\xbf", 0},
      {"\xf0\x8f\xbf\xbf", 0},
      {"\xed\xa0\x80", 0},  // surrogates
      {"\xed\xbf\xbf", 0},
      {"\xf4\x90\x80\x80", 0},  // above U+10FFFF
      {"\xf5\x80\x80\x80", 0},
      {"\xff", 0},
      {"ok\xc3", 2},  // cut short
      {"ok\xe2\x82", 2},
      {"ok\xf0\x9f\x98", 2},
      {"ok\xc3(", 2},
      {"\xe2\x82(\xac", 0},
      {"\xe2\x82\xac\xac", 3},
  };
  for (const auto& c : cases) {
    INFO(printable(c.text));
    CHECK(find_invalid_utf8(c.text) == c.expected);
  }
}

TEST_CASE("every code point goes to UTF-8 and back, but surrogates") {
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    const std::string text = to_utf8(c);
    const CodePoint back = first_code_point(text + "x");
    const std::size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (!back.valid || back.value != c || back.length != length || text.size() != length) {
      FAIL("code point " << static_cast<std::uint32_t>(c));
    }
  }
  CHECK(to_utf8(0x20ac) == "\xe2\x82\xac");
  CHECK(to_utf8(0xd800) == "\xef\xbf\xbd");
  CHECK(to_utf8(0x110000) == "\xef\xbf\xbd");
  CHECK_FALSE(first_code_point("").valid);
}

TEST_CASE("text is cut into code points") {
  CHECK(code_points("a\u20ac\U0001f600") == std::vector<char32_t>{'a', 0x20ac, 0x1f600});
  CHECK(code_points("a\xff") == std::vector<char32_t>{'a', 0xfffd});
  CHECK(code_points("").empty());
}

TEST_CASE("join puts the separator between") {
  CHECK(join({}) == "");
  CHECK(join({"a"}, ", ") == "a");
  CHECK(join({"a", "", "b"}, ", ") == "a, , b");
}

TEST_CASE("the place of a byte is its line and column") {
  CHECK(text_place("abc", 0) == ": column 1");
  CHECK(text_place("abc", 3) == ": column 4");
  CHECK(text_place("abc", 99) == ": column 4");
  CHECK(text_place("abc\r\n", 2) == ": column 3");
  CHECK(text_place("abc\ndef", 2) == ":1: column 3");
  CHECK(text_place("abc\ndef", 4) == ":2: column 1");
  CHECK(text_place("a\n\u20acuro", 6) == ":2: column 3");  // columns count letters, not bytes
  CHECK(text_place("", 0) == ": column 1");
}

TEST_CASE("invalid UTF-8 is refused with its place") {
  CHECK_NOTHROW(require_utf8("\u20ac", "notes.txt"));
  CHECK_THROWS_WITH(require_utf8("ab\n\u20ac\xff", "notes.txt"),
                    "notes.txt:2: column 2: expected UTF-8, got the byte \\xff");
  CHECK_THROWS_AS(require_utf8("\xff", "notes.txt"), InputError);
}

}  // namespace
}  // namespace attnviz

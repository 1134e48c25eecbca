#include "attnviz/base/utf8.h"

#include "attnviz/base/error.h"
#include "attnviz/base/random.h"
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

TEST_CASE("text is cut into what a reader takes for letters") {
  using Characters = std::vector<std::string>;
  struct {
    std::string what;
    Characters expected;
  } cases[] = {
      {"nothing", {}},
      {"ASCII", {"a", " ", "B", "9"}},
      {"Latin with combining marks", {"e\u0301", "n", "a\u0302\u0323"}},
      {"a mark without a letter", {"\u0301", "a"}},
      {"a mark after a control character", {"\n", "\u0301"}},
      {"Devanagari vowel signs", {"\u0939\u093f", "\u0928\u094d\u0926\u0940"}},
      {"Devanagari conjuncts", {"\u0915\u094d\u0937", "\u0924\u094d\u0930\u093f", "\u092f"}},
      {"three consonants, with ZWJ",
       {"\u0938\u094d\u0924\u094d\u0930", "\u0915\u094d\u200d\u0937"}},
      {"ZWNJ shows the virama instead", {"\u0915\u094d\u200c", "\u0937"}},
      {"nukta inside a conjunct", {"\u0915\u093c\u094d\u0937"}},
      {"a virama after no consonant", {"\u0905\u094d", "\u0915"}},
      {"no conjunct without a virama", {"\u0915\u093e", "\u0937"}},
      {"Bengali conjunct", {"\u0995\u09cd\u09b7"}},
      {"Tamil has none", {"\u0b95\u0bcd", "\u0bb7"}},
      {"Arabic", {"\u0628\u064e", "\u062a"}},
      {"Hebrew", {"\u05d1\u05b7\u05bc", "\u05e8"}},
      {"Thai", {"\u0e01\u0e33", "\u0e19\u0e49"}},
      {"emoji", {"\U0001f600", "\U0001f601"}},
      {"emoji with a skin tone", {"\U0001f44d\U0001f3fd", "x"}},
      {"emoji presentation", {"\u2764\ufe0f", "1\ufe0f\u20e3"}},
      {"family", {"\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468"}},
      {"heart on fire", {"\u2764\ufe0f\u200d\U0001f525"}},
      {"ZWJ joins pictures only", {"a\u200d", "b", "\U0001f468\u200d", "a\u200d", "\U0001f468"}},
      {"flags go in pairs",
       {"\U0001f1e9\U0001f1ea", "\U0001f1ee\U0001f1f3", "\U0001f1fa", "x", "\U0001f1fa"}},
      {"flag of Scotland", {"\U0001f3f4\U000e0067\U000e0062\U000e007f", "a"}},
      {"Hangul letters", {"\u1112\u1161\u11ab", "\u1100\u1173\u11af"}},
      {"Hangul syllables", {"\ud55c", "\uae00", "\uac00\u11a8", "\uac01\u11a8"}},
      {"a closed syllable takes no vowel", {"\uac01", "\u1161"}},
      {"a trailing consonant takes no leading one", {"\u1112\u1161\u11ab", "\u1112"}},
      {"Chinese and kana", {"\u4e2d", "\u6587", "\u304b\u3099"}},
      {"invalid bytes stand alone", {"a", "\xff", "\u0301", "\xc3", "b"}},
  };
  for (const auto& c : cases) {
    INFO(c.what);
    CHECK(split_characters(join(c.expected)) == c.expected);
  }
}

TEST_CASE("joined characters are the text, whatever it is") {
  Random random(2);
  const std::vector<char32_t> alphabet = {'a',    '\n',   0x301,   0x915,   0x94d,  0x937,
                                          0x200c, 0x200d, 0x1f468, 0x1f1e6, 0x1100, 0x1161,
                                          0x11a8, 0xac00, 0xfe0f,  0x1f3fd, 0x20ac};
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (std::uint64_t n = random.below(20); n > 0; --n) {
      text += random.below(8) == 0 ? std::string{static_cast<char>(random.below(256))}
                                   : to_utf8(alphabet[random.below(alphabet.size())]);
    }
    INFO(printable(text));
    const auto characters = split_characters(text);
    REQUIRE(join(characters) == text);
    for (const std::string& character : characters) REQUIRE_FALSE(character.empty());
  }
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

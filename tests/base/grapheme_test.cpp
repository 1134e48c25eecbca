#include "base/grapheme.h"

#include "attnviz/error.h"
#include "base/random.h"
#include "base/utf8.h"
#include "catch.h"

namespace attnviz {
namespace {

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

TEST_CASE("equal letters get equal bytes, however they were typed") {
  struct {
    std::string text;
    std::string expected;
  } cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"e\u0301", "\u00e9"},
      {"\u00e9", "\u00e9"},
      {"a\u0302\u0323", "\u1ead"},       // marks in either order
      {"\u212b", "\u00c5"},              // the sign for angstrom
      {"\u0915\u093c", "\u0915\u093c"},  // excluded from composition
      {"\u1100\u1161\u11a8", "\uac01"},  // Hangul
      {"\ufb01", "\ufb01"},              // a ligature is another letter
  };
  for (const auto& c : cases) {
    INFO(c.text);
    CHECK(to_nfc(c.text) == c.expected);
    CHECK(to_nfc(c.expected) == c.expected);
  }
  CHECK(to_nfc(std::string("a\0b", 3)) == std::string("a\0b", 3));
  CHECK_THROWS_WITH(to_nfc("a\xff"), "text: column 2: expected UTF-8, got the byte \\xff");
}

TEST_CASE("lower case goes letter by letter") {
  struct {
    std::string text;
    std::string expected;
  } cases[] = {
      {"", ""},
      {"Hello, 42", "hello, 42"},
      {"\u00c4\u00d6\u00dc\u00df", "\u00e4\u00f6\u00fc\u00df"},
      {"\u0416", "\u0436"},
      {"\u0130", "i"},
      {"\u0939\u093f\u0902\u0926\u0940", "\u0939\u093f\u0902\u0926\u0940"},
      {"A\xff"
       "B",
       "a\xff"
       "b"},
  };
  for (const auto& c : cases) {
    INFO(printable(c.text));
    CHECK(to_lower(c.text) == c.expected);
  }
}

TEST_CASE("how wide a text is on a terminal") {
  struct {
    std::string text;
    int width;
  } cases[] = {{"", 0},           {"abc", 3},
               {"é", 1},          {"e\u0301", 1},
               {"中文", 4},       {"\u0915\u094d\u0937", 1},
               {"\U0001f600", 2}, {"한", 2},
               {"│✗░", 3},        {"\u2764\ufe0f", 2}};
  for (const auto& c : cases) CHECK(display_width(c.text) == c.width);
}

}  // namespace
}  // namespace attnviz

#include "render/text/label_text.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "render/text/typesetting.h"

namespace attnviz {
namespace {

TEST_CASE("labels show what cannot be seen") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a", "a"},
      {"", ""},
      {" ", "\u2423"},
      {"  ", "\u2423\u2423"},
      {" a b ", "\u2423a b\u2423"},
      {"\u00a0", "\u2423"},
      {"</s>", "</s>"},
      {"\n", "\\x0a"},
      {"\x1b[31m", "\\x1b[31m"},
      {"\x7f", "\\x7f"},
      {"\u0085", "\\x85"},
      {"\u00e9\u0915", "\u00e9\u0915"},
      {std::string("\0", 1), "\\x00"},
      {"a\xff\xc2", "a\\xff\\xc2"},
  };
  for (const auto& [symbol, shown] : cases) {
    CAPTURE(symbol);
    CHECK(label_text(symbol) == shown);
  }
}

TEST_CASE("long labels end in an ellipsis") {
  CHECK(shorten("abcd", 4) == "abcd");
  CHECK(shorten("abcde", 4) == "abc\u2026");
  CHECK(shorten("\u00e9\u00e9\u00e9\u00e9", 4) == "\u00e9\u00e9\u00e9\u00e9");
  CHECK(shorten("\u00e9\u00e9\u00e9\u00e9\u00e9", 4) == "\u00e9\u00e9\u00e9\u2026");
}

TEST_CASE("text wraps between words, evenly") {
  const Font font;
  const int letter = measure(font, "m", 10).advance;
  struct Case {
    std::string text;
    int letters;
    std::vector<std::string> lines;
  };
  const std::vector<Case> cases = {
      {"one two", 7, {"one two"}},
      {"one two", 6, {"one", "two"}},
      {"one two three four", 13, {"one two", "three four"}},
      {"aaaa bbbb cccc d", 14, {"aaaa bbbb", "cccc d"}},
      {"abcdefgh", 4, {"abcd", "efgh"}},
      {"abcdefgh abc", 9, {"abcdefgh", "abc"}},
      {"ab abcdef", 4, {"ab", "abc", "def"}},
      {"one\ntwo", 20, {"one", "two"}},
      {"one\n\ntwo", 20, {"one", "", "two"}},
      {"", 20, {""}},
      {"a  b", 20, {"a  b"}},
      {"aaa \u00b7 bbb", 5, {"aaa \u00b7", "bbb"}},
      {"abc", 0, {"a", "b", "c"}},
      {"a\tb", 20, {"a\\x09b"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text, c.letters);
    CHECK(wrap_text(font, c.text, 10, c.letters * letter) == c.lines);
  }
}

TEST_CASE("no line is wider than asked for and no word is lost") {
  const Font font;
  const std::string text =
      "reverse: monojitcnn becomes nnctijonom, exact, with a gold mass of 0.998";
  std::string letters = text;
  std::erase(letters, ' ');
  for (int width = 10; width < 700; width += 7) {
    std::string found;
    for (const std::string& line : wrap_text(font, text, 16, width)) {
      CHECK(measure(font, line, 16).advance <= std::max(width, 10));
      found += line;
    }
    std::erase(found, ' ');
    CHECK(found == letters);
  }
}

}  // namespace
}  // namespace attnviz

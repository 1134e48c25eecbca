#include "text/punctuation.h"

#include "catch.h"
#include "text/tokenizer.h"

namespace attnviz {
namespace {

constexpr Tokenizer tokenizer{Unit::word, false, false, true};

TEST_CASE("marks of punctuation are words, except inside one") {
  struct {
    std::string text;
    std::vector<std::string> symbols;
  } cases[] = {
      {"Hello.", {"Hello", "."}},
      {"Hello!", {"Hello", "!"}},
      {"Don't stop, 3.14 well-known", {"Don't", "stop", ",", "3.14", "well-known"}},
      {"e.g. this", {"e.g", ".", "this"}},
      {"(a) [b]", {"(", "a", ")", "[", "b", "]"}},
      {"Wait...", {"Wait", ".", ".", "."}},
      {"\"Hi!\" he said", {"\"", "Hi", "!", "\"", "he", "said"}},
      {"\u00bfQu\u00e9?", {"\u00bf", "Qu\u00e9", "?"}},
      {"l\u2019eau \u00ab non \u00bb", {"l\u2019eau", "\u00ab", "non", "\u00bb"}},
      {"\u0926\u0947\u0916\u094b\u0964", {"\u0926\u0947\u0916\u094b", "\u0964"}},
      {"\u4f60\u597d\u3002", {"\u4f60\u597d", "\u3002"}},
      {"$5 a+b <unk>", {"$5", "a+b", "<unk>"}},
      {"-", {"-"}},
      {"", {}},
  };
  for (const auto& c : cases) {
    INFO(c.text);
    CHECK(tokenizer.split(c.text) == c.symbols);
  }
}

TEST_CASE("words and marks become a text again, and the same words") {
  for (const std::string text :
       {"Hello, world!", "He said \"Hi!\" (twice).", "a - b", "3.14, 1,000: 5%", "\u00bfQu\u00e9?",
        "\u0926\u0947\u0916\u094b\u0964", "don't 'do' it", "Wait...", ". a", "(. a", "\"a\" \"b\"",
        "a (b) [c] {d}", "# 1 & 2", "x \"y"}) {
    const auto symbols = tokenizer.split(text);
    CHECK(tokenizer.join(symbols) == text);
    CHECK(tokenizer.split(tokenizer.join(symbols)) == symbols);
  }
  CHECK(tokenizer.join({"a", ".", "b", "-", "("}) == "a. b - (");
  CHECK(tokenizer.join({}) == "");
  // Whatever the order, the same words come out again.
  const std::vector<std::string> marks = {"a", "7", ".",      "(", ")",      "\"",
                                          "'", "-", "\u2026", "$", "\u0301x"};
  for (std::size_t i = 0; i < marks.size() * marks.size() * marks.size(); ++i) {
    const std::size_t n = marks.size();
    const std::vector<std::string> symbols = {marks[i % n], marks[i / n % n], marks[i / n / n]};
    INFO(tokenizer.join(symbols));
    CHECK(tokenizer.split(tokenizer.join(symbols)) == symbols);
  }
}

TEST_CASE("only white space is blank") {
  CHECK(is_blank(""));
  CHECK(is_blank(" \t\r\u00a0\u3000\u2028"));
  CHECK_FALSE(is_blank(" a"));
  CHECK_FALSE(is_blank("\xff"));
  CHECK_FALSE(is_blank("\u200b"));
}

}  // namespace
}  // namespace attnviz

#include "attnviz/error.h"

#include "catch.h"

namespace attnviz {
namespace {

using namespace std::string_literals;

TEST_CASE("printable text fits one line of a message") {
  struct {
    std::string text, expected;
  } cases[] = {
      {"", ""},
      {"heat map.png", "heat map.png"},
      {"a\nb\r\tc", "a\\nb\\r\\tc"},
      {"\x1b[31m", "\\x1b[31m"},
      {"\0\x7f"s, "\\x00\\x7f"},
      {"\u0915\u094d\u0937\u20ac\U0001f600", "\u0915\u094d\u0937\u20ac\U0001f600"},
      {"a\xff\xc3(", "a\\xff\\xc3("},  // invalid bytes, here a lone lead byte
      {"\u0085\u009b", "\\u0085\\u009b"},
      {"\u009f\u00a0\u200d\u200e\u200f\u2010", "\\u009f\u00a0\u200d\\u200e\\u200f\u2010"},
      {"\u2027\u202f\u2065\u2069\u206a", "\u2027\u202f\u2065\\u2069\u206a"},
      {"\u061c\ufeff", "\\u061c\\ufeff"},
      {"\u202egnp.exe\u2066\u2028", "\\u202egnp.exe\\u2066\\u2028"},
      {std::string(80, 'x'), std::string(80, 'x')},
      {std::string(81, 'x'), std::string(80, 'x') + "..."},
      {std::string(79, 'x') + "\u20ac", std::string(79, 'x') + "\u20ac"},
      {std::string(79, 'x') + "\n", std::string(79, 'x') + "..."},  // an escape is never cut in two
  };
  for (const auto& c : cases) CHECK(printable(c.text) == c.expected);
}

TEST_CASE("the length of printable text is bounded by its limit") {
  CHECK(printable("abcdef", 3) == "abc...");
  CHECK(printable(std::string(100, 'x'), no_limit) == std::string(100, 'x'));
  std::string marks = "a";  // one letter for the eye, but a line of any length for the terminal
  for (int i = 0; i < 1000; ++i) marks += "\u0301";
  CHECK(printable(marks).size() == 1 + 79 * 2 + 3);
}

TEST_CASE("every cause is an error of its own") {
  CHECK_THROWS_AS(throw UsageError(""), Error);
  CHECK_THROWS_AS(throw InputError(""), Error);
  CHECK_THROWS_AS(throw OutputError(""), Error);
  CHECK_THROWS_AS(throw LimitError(""), Error);
  CHECK_THROWS_AS(throw InUseError(""), Error);
}

TEST_CASE("an error of a setting names it and what is wrong with it") {
  const SettingError error("max_length", "expected an integer in 1..1000, got 0");
  CHECK(error.setting() == "max_length");
  CHECK(error.problem() == "expected an integer in 1..1000, got 0");
  CHECK_THROWS_WITH(throw error, "max_length: expected an integer in 1..1000, got 0");
  CHECK_THROWS_AS(throw error, UsageError);
}

}  // namespace
}  // namespace attnviz

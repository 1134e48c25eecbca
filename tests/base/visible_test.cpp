#include "base/visible.h"

#include "attnviz/error.h"
#include "catch.h"

namespace attnviz {
namespace {

using namespace std::string_literals;

TEST_CASE("what cannot be seen is shown by its code point") {
  struct {
    std::string text, shown, plain;
  } cases[] = {
      {"", "", ""},
      {"cat", "cat", "cat"},
      {"a b", "a b", "a b"},
      {"ca\u200bt", "ca\\u200bt", "cat"},
      {"cat\u00ad", "cat\\u00ad", "cat"},
      {"a\u00a0b", "a\\u00a0b", "a b"},
      {"\u3000\u2003", "\\u3000\\u2003", "  "},
      {"\u200c\u200d\u2060\ufeff", "\\u200c\\u200d\\u2060\\ufeff", ""},
      {"x\ufe0f\u034f\u3164\u2800", "x\\ufe0f\\u034f\\u3164\\u2800", "x"},
      {"\U000e0041", "\\U000e0041", ""},
      {"caf\u00e9", "caf\u00e9", "caf\u00e9"},      // composed
      {"cafe\u0301", "cafe\\u0301", "cafe\u0301"},  // not composed
      {"x\u0301", "x\u0301", "x\u0301"},            // no composed form: seen as it is
      {"\u0928\u092e\u0938\u094d\u0924\u0947", "\u0928\u092e\u0938\u094d\u0924\u0947",
       "\u0928\u092e\u0938\u094d\u0924\u0947"},  // marks of a script that writes with them
      {"a\xff\u200b", "a\xff\\u200b", "a\xff"},  // invalid bytes are left to printable()
      {"a\tb", "a\tb", "a\tb"},
  };
  for (const auto& c : cases) {
    INFO(c.text);
    CHECK(show_invisible(c.text) == c.shown);
    CHECK(printable(show_invisible(c.text)) == printable(c.shown));
    CHECK(without_invisible(c.text) == c.plain);
  }
  CHECK(code_point_name(U'\u00ad') == "U+00AD");
  CHECK(code_point_name(U'\U000e0041') == "U+E0041");
}

TEST_CASE("what ends a line is known") {
  for (const std::string& text :
       {"a\nb"s, "\r"s, "a\0"s, "\v"s, "\f"s, "x\u0085"s, "\u2028"s, "\u2029y"s}) {
    INFO(printable(text));
    CHECK(find_line_break(text).has_value());
  }
  for (const std::string text : {"", "a b", "\t", "\u00a0", "\x1b[31m", "\u2027"}) {
    INFO(printable(text));
    CHECK_FALSE(find_line_break(text).has_value());
  }
  CHECK(find_line_break("\u00e4b\u2028\n") == 3);
}

}  // namespace
}  // namespace attnviz

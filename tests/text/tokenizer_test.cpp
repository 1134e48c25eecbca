#include "text/tokenizer.h"

#include "catch.h"

namespace attnviz {
namespace {

using Symbols = std::vector<std::string>;

TEST_CASE("a text is cut into characters or words") {
  struct {
    Tokenizer tokenizer;
    std::string text;
    Symbols expected;
  } cases[] = {
      {{Unit::character}, "", {}},
      {{Unit::character}, "a b", {"a", " ", "b"}},
      {{Unit::character},
       "\u0928\u092e\u0938\u094d\u0924\u0947",
       {"\u0928", "\u092e", "\u0938\u094d\u0924\u0947"}},
      {{Unit::word}, "", {}},
      {{Unit::word}, " \t ", {}},
      {{Unit::word}, "jump twice", {"jump", "twice"}},
      {{Unit::word}, "  jump\t twice ", {"jump", "twice"}},
      {{Unit::word}, "a\u00a0b\u3000c\u2009d", {"a", "b", "c", "d"}},
      {{Unit::word},
       "\u0928\u092e\u0938\u094d\u0924\u0947 \u0938\u0902\u0938\u093e\u0930",
       {"\u0928\u092e\u0938\u094d\u0924\u0947", "\u0938\u0902\u0938\u093e\u0930"}},
      {{Unit::word}, "Don't STOP.", {"Don't", "STOP."}},
      {{Unit::word, true}, "Don't STOP.", {"don't", "stop."}},
      {{Unit::character, false, true}, "e\u0301E\u0301", {"\u00e9", "\u00c9"}},
      {{Unit::character, true, true}, "e\u0301E\u0301", {"\u00e9", "\u00e9"}},
      {{Unit::character, true, false}, "E\u0301", {"e\u0301"}},
  };
  for (const auto& c : cases) {
    INFO(c.text);
    CHECK(c.tokenizer.split(c.text) == c.expected);
  }
}

TEST_CASE("symbols become a text again") {
  CHECK(Tokenizer{Unit::character}.join({"a", " ", "b"}) == "a b");
  CHECK(Tokenizer{Unit::word}.join({"jump", "twice"}) == "jump twice");
  CHECK(Tokenizer{Unit::word}.join({}) == "");
}

TEST_CASE("units have names") {
  CHECK(unit_from("char") == Unit::character);
  CHECK(unit_from("word") == Unit::word);
  CHECK_FALSE(unit_from("words"));
  CHECK(to_string(Unit::word) == "word");
}

}  // namespace
}  // namespace attnviz

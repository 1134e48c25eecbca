#include "infer/model_text.h"

#include "attnviz/error.h"
#include "catch.h"

using namespace attnviz;

TEST_CASE("a tokenizer comes back from its JSON, or says what it lacks") {
  const Tokenizer words{Unit::word, true, false};
  const Tokenizer back = tokenizer_from_json(to_json(words));
  CHECK(back.unit == words.unit);
  CHECK(back.lower);
  CHECK_FALSE(back.nfc);
  for (const std::string text :
       {"", "7", "{}", R"({"unit":"word"})", R"({"unit":"syllable","lower":true,"nfc":true})",
        R"({"unit":7,"lower":true,"nfc":true})", R"({"unit":"word","lower":1,"nfc":true})"}) {
    INFO(text);
    CHECK_THROWS_WITH(tokenizer_from_json(text),
                      "tokenizer: expected unit, lower and nfc, got " + text);
    CHECK_THROWS_AS(tokenizer_from_json(text), InputError);
  }
}

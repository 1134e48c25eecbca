#include "text/vocabulary.h"

#include "attnviz/error.h"
#include "catch.h"

using namespace attnviz;

TEST_CASE("symbols are numbered from four, in order", "[vocabulary]") {
  const Vocabulary vocabulary({"b", "a", "ä"});
  CHECK(vocabulary.size() == 7);
  CHECK(vocabulary.id("b") == 4);
  CHECK(vocabulary.id("a") == 5);
  CHECK(vocabulary.id("ä") == 6);
  CHECK(vocabulary.symbol(6) == "ä");
}

TEST_CASE("a symbol without a number is unknown, and so are the labels of reserved ones",
          "[vocabulary]") {
  const Vocabulary vocabulary({"a"});
  CHECK(vocabulary.id("z") == Vocabulary::unknown);
  CHECK(vocabulary.id("</s>") == Vocabulary::unknown);
  CHECK(vocabulary.symbol(Vocabulary::end) == "</s>");
  CHECK(vocabulary.symbol(Vocabulary::unknown) == "<unk>");
  const std::vector<std::string> text = {"z", "a", "y", "z"};
  CHECK(vocabulary.missing(text) == std::vector<std::string>{"z", "y"});
}

TEST_CASE("a copy is independent", "[vocabulary]") {
  auto original = std::make_unique<Vocabulary>(std::vector<std::string>{"a", "b"});
  const Vocabulary copy = *original;
  original.reset();
  CHECK(copy.id("b") == 5);
}

TEST_CASE("symbols that cannot be distinguished are refused", "[vocabulary]") {
  CHECK_THROWS_AS(Vocabulary({"a", "a"}), InputError);
  CHECK_THROWS_AS(Vocabulary({""}), InputError);
  CHECK_THROWS_AS(Vocabulary({"</s>"}), InputError);
  CHECK_THROWS_AS(Vocabulary({"\xff"}), InputError);
}

TEST_CASE("symbols that would end a line of output are refused", "[vocabulary]") {
  using namespace std::string_literals;
  CHECK_THROWS_WITH(Vocabulary({"a", "b\nc"}), "vocabulary: \"b\\nc\" holds a line break or NUL");
  CHECK_THROWS_AS(Vocabulary({"a\0b"s}), InputError);
  CHECK_THROWS_AS(Vocabulary({"\u2028"}), InputError);
  CHECK(Vocabulary({"\x1b", "\t"}).size() == 6);
}

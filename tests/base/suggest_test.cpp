#include "base/suggest.h"

#include <vector>

#include "catch.h"

namespace attnviz {
namespace {

TEST_CASE("the nearest name is suggested") {
  const std::vector<std::string> names = {"reverse", "left-shift", "right-shift", "sort", "dates"};
  struct {
    std::string word, expected;
  } cases[] = {
      {"reverse", "reverse"},
      {"revers", "reverse"},    // one letter missing
      {"reeverse", "reverse"},  // one too many
      {"rverese", "reverse"},   // two edits of seven letters
      {"srot", "sort"},         // neighbours swapped: one edit, not two
      {"rigth-shift", "right-shift"},
      {"lef-shift", "left-shift"},
      {"date", "dates"},
      {"Sort", "sort"},
      {"", ""},
      {"x", ""},
      {"copy", ""},
      {"sideways", ""},
      {std::string(1 << 20, 'x'), ""},
  };
  for (const auto& c : cases) CHECK(nearest(c.word, names) == c.expected);
}

TEST_CASE("a suggestion is near and has something in common") {
  const std::vector<std::string> names = {"ab", "q"};
  CHECK(nearest("ba", names) == "ab");
  CHECK(nearest("abc", names) == "ab");  // three letters allow two edits
  CHECK(nearest("cd", names) == "");     // two letters allow one
  CHECK(nearest("p", names) == "");      // one edit, but nothing is left of the word
  CHECK(nearest("", names) == "");
  CHECK(nearest("abcdef", names) == "");  // six letters allow three edits
  CHECK(nearest("abcde", names) == "");
  CHECK(nearest("word", std::vector<std::string>{}) == "");
}

TEST_CASE("the first of equally near names is suggested") {
  CHECK(nearest("bat", std::vector<std::string>{"cat", "hat"}) == "cat");
  CHECK(nearest("bat", std::vector<std::string>{"boat2", "hat", "bat"}) == "bat");
}

TEST_CASE("letters are code points, not bytes") {
  CHECK(nearest("\u00e9t\u00e9", std::vector<std::string>{"\u00e9t\u00e8"}) == "\u00e9t\u00e8");
  CHECK(nearest("\U0001f600", std::vector<std::string>{"\U0001f601"}) == "");
}

TEST_CASE("a suggestion is worded for the end of a message") {
  const std::vector<std::string> names = {"train", "render"};
  CHECK(did_you_mean("trian", names) == "; did you mean \"train\"?");
  CHECK(did_you_mean("predict", names) == "");
}

}  // namespace
}  // namespace attnviz

#include "base/edit_distance.h"

#include <string>

#include "catch.h"

namespace attnviz {
namespace {

std::size_t distance(const std::string& a, const std::string& b) {
  return edit_distance<char>(a, b);
}

TEST_CASE("edit distances known from textbooks") {
  CHECK(distance("kitten", "sitting") == 3);
  CHECK(distance("saturday", "sunday") == 3);
  CHECK(distance("intention", "execution") == 5);
  CHECK(distance("flaw", "lawn") == 2);
  CHECK(distance("", "abc") == 3);
  CHECK(distance("abc", "") == 3);
  CHECK(distance("", "") == 0);
  CHECK(distance("same", "same") == 0);
}

TEST_CASE("a swap of neighbours is two edits, or one where that is asked for") {
  const auto with_swaps = [](const std::string& a, const std::string& b) {
    return edit_distance<char>(a, b, Swaps::one_edit);
  };
  CHECK(distance("sort", "srot") == 2);
  CHECK(with_swaps("sort", "srot") == 1);
  CHECK(with_swaps("ab", "ba") == 1);
  CHECK(with_swaps("abc", "cab") == 2);
  CHECK(with_swaps("ca", "abc") == 3);  // no symbol is edited twice
}

}  // namespace
}  // namespace attnviz

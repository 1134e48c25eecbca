#include "base/natural_order.h"

#include <algorithm>
#include <string>
#include <vector>

#include "catch.h"

using namespace attnviz;

TEST_CASE("names are sorted by the numbers in them, and by their bytes where these are equal") {
  const std::vector<std::string> sorted = {"a",        "layer.01",  "layer.1", "layer.2",
                                           "layer.10", "layer.10b", "z",       "\xc3\xa9"};
  std::vector<std::string> names = sorted;
  std::ranges::reverse(names);
  std::ranges::sort(names, is_before_naturally);
  CHECK(names == sorted);
  CHECK_FALSE(is_before_naturally("layer.1", "layer.1"));
}

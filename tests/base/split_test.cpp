#include "base/split.h"

#include "catch.h"

namespace attnviz {
namespace {

using Parts = std::vector<std::string_view>;

TEST_CASE("a text is split at its separators, with empty parts") {
  CHECK(split("a,b", ",") == Parts{"a", "b"});
  CHECK(split("", ",") == Parts{""});
  CHECK(split(",a,,", ",") == Parts{"", "a", "", ""});
  CHECK(split("a ||| b|||c", " ||| ") == Parts{"a", "b|||c"});
}

}  // namespace
}  // namespace attnviz

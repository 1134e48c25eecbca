#include "attnviz/attention_map.h"

#include "catch.h"

namespace attnviz {
namespace {

TEST_CASE("a map's rows are outputs, its columns inputs") {
  const AttentionMap map{
      {"a", "b", end_label}, {"B", end_label}, {0.1F, 0.2F, 0.7F, 0.3F, 0.5F, 0.25F}, {}, {}, {}};
  CHECK(map.rows() == 2);
  CHECK(map.columns() == 3);
  CHECK(map.at(0, 0) == 0.1F);
  CHECK(map.at(0, 2) == 0.7F);
  CHECK(map.at(1, 0) == 0.3F);
  CHECK(map.at(1, 2) == 0.25F);
}

TEST_CASE("an empty map has no rows and no columns") {
  CHECK(AttentionMap{}.rows() == 0);
  CHECK(AttentionMap{}.columns() == 0);
}

}  // namespace
}  // namespace attnviz

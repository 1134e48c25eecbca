#include "score/pair_list.h"

#include "catch.h"

namespace attnviz {
namespace {

using Text = std::vector<std::string>;

TextPair pair_of(Text source, Text target) {
  TextPair pair;
  pair.source = std::move(source);
  pair.target = std::move(target);
  return pair;
}

std::vector<int> group(const FlatLists& groups, std::size_t i) {
  const auto numbers = groups[i];
  return {numbers.begin(), numbers.end()};
}

TEST_CASE("a list gives back its pairs, with gold") {
  PairList list;
  TextPair first = pair_of({"a", "b", "c"}, {"x", "b"});
  first.has_gold = true;
  first.gold = {{}, {0, 2}};
  first.possible = {{}, {2}};
  list.add(first);
  list.add(pair_of({"b"}, {"a"}));
  REQUIRE(list.size() == 2);
  CHECK(list[0].source == first.source);
  CHECK(list[0].target == first.target);
  CHECK(list[0].has_gold);
  CHECK(list[0].gold == first.gold);
  CHECK(list[0].possible == first.possible);
  CHECK_FALSE(list[1].has_gold);
  CHECK(list[1].gold.empty());
}

TEST_CASE("pairs of a source stand together, in the order of the file") {
  PairList list;
  for (const auto& [source, target] : std::vector<std::pair<Text, Text>>{{{"z"}, {"1"}},
                                                                         {{"a", "b"}, {"2"}},
                                                                         {{"z"}, {"3"}},
                                                                         {{"a"}, {"4"}},
                                                                         {{"z"}, {"1"}},
                                                                         {{"z"}, {"0"}}}) {
    list.add(pair_of(source, target));
  }
  const FlatLists groups = list.by_source();
  REQUIRE(groups.size() == 3);
  CHECK(group(groups, 0) == std::vector<int>{0, 2, 4, 5});
  CHECK(group(groups, 1) == std::vector<int>{1});
  CHECK(group(groups, 2) == std::vector<int>{3});
  CHECK(list.targets(groups[0]) == std::vector<Text>{{"1"}, {"3"}, {"0"}});
  CHECK(list.targets(groups[1]) == std::vector<Text>{{"2"}});
  CHECK(PairList().by_source().size() == 0);
}

}  // namespace
}  // namespace attnviz

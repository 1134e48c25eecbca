#include "base/grapheme.h"
#include "tasks/task.h"

#include <algorithm>
#include <set>

#include "base/utf8.h"
#include "catch.h"

using namespace attnviz;

TEST_CASE("sort: answers written out") {
  struct Case {
    std::string_view alphabet, input, output;
    GoldAlignment gold;
  };
  const std::string_view digits = "0123456789";
  const std::vector<Case> cases{
      {digits, "19438756", "13456789", {{0}, {3}, {2}, {6}, {7}, {5}, {4}, {1}}},
      {digits, "7", "7", {{0}}},
      {digits, "3131", "1133", {{1, 3}, {1, 3}, {0, 2}, {0, 2}}},
      {digits, "0000", "0000", {{0, 1, 2, 3}, {0, 1, 2, 3}, {0, 1, 2, 3}, {0, 1, 2, 3}}},
      {digits, "9080", "0089", {{1, 3}, {1, 3}, {2}, {0}}},
      // the order is the alphabet's, not that of the bytes
      {"zßa", "aßzß", "zßßa", {{2}, {1, 3}, {1, 3}, {0}}},
  };
  for (const Case& c : cases) {
    INFO(c.input);
    TaskOptions options = find_task("sort").defaults;
    options.alphabet = c.alphabet;
    const auto example = find_task("sort").solve(options, split_characters(c.input));
    REQUIRE(example.has_value());
    CHECK(join(example->source) == c.input);
    CHECK(join(example->target) == c.output);
    CHECK(example->gold == c.gold);
  }
}

TEST_CASE("sort: what is no input of it") {
  const Task task = find_task("sort");
  CHECK_FALSE(task.solve(task.defaults, {}).has_value());
  CHECK_FALSE(task.solve(task.defaults, {"1", "a"}).has_value());
  CHECK_FALSE(task.solve(task.defaults, {"12"}).has_value());
  CHECK(task.solve(task.defaults, std::vector<std::string>(1000, "1")).has_value());
  CHECK_FALSE(task.solve(task.defaults, std::vector<std::string>(1001, "1")).has_value());
}

TEST_CASE("sort: augmented examples hold few symbols, from one to four of any") {
  const Task task = find_task("sort");
  Random random(3);
  std::set<std::string> seen;
  std::set<std::size_t> numbers;
  for (int i = 0; i < 300; ++i) {
    const Example example = task.draw_augmented(task.defaults, random);
    CHECK(example.target == task.solve(task.defaults, example.source)->target);
    const std::set<std::string> symbols(example.source.begin(), example.source.end());
    numbers.insert(symbols.size());
    seen.insert(symbols.begin(), symbols.end());
  }
  CHECK(numbers == std::set<std::size_t>{1, 2, 3, 4});
  CHECK(seen.size() == 10);
  TaskOptions two = task.defaults;
  two.alphabet = "ab";
  CHECK(task.draw_augmented(two, random).source.size() >= 4);
}

TEST_CASE("sort: defaults and sample input") {
  const Task task = find_task("sort");
  CHECK(task.sample_input == "19438756");
  CHECK(task.defaults.min_length == 4);
  CHECK(task.defaults.max_length == 10);
  CHECK(task.defaults.alphabet == "0123456789");
  CHECK_FALSE(task.takes_shift);
}

TEST_CASE("sort: every answer is ordered and its gold holds all places of the symbol") {
  const Task task = find_task("sort");
  Random random(5);
  for (int n = 0; n < 500; ++n) {
    const Example example = task.draw(task.defaults, random);
    CHECK(std::ranges::is_sorted(example.target));
    CHECK(std::ranges::is_permutation(example.target, example.source));
    REQUIRE(example.gold.size() == example.target.size());
    for (std::size_t i = 0; i < example.target.size(); ++i) {
      std::vector<int> places;
      for (std::size_t j = 0; j < example.source.size(); ++j) {
        if (example.source[j] == example.target[i]) places.push_back(static_cast<int>(j));
      }
      CHECK(example.gold[i] == places);
    }
  }
}

#include "base/grapheme.h"
#include "tasks/task.h"

#include "base/utf8.h"
#include "catch.h"

using namespace attnviz;

namespace {

std::string answer(const Task& task, const TaskOptions& options, std::string_view input) {
  const auto example = task.solve(options, split_characters(input));
  return example ? join(example->target) : "(none)";
}

}  // namespace

TEST_CASE("letter tasks: answers written out") {
  struct Case {
    std::string_view task;
    int shift;
    std::string_view input, output;
    GoldAlignment gold;
  };
  const std::vector<Case> cases{
      {"reverse",
       0,
       "monojitcnn",
       "nnctijonom",
       {{9}, {8}, {7}, {6}, {5}, {4}, {3}, {2}, {1}, {0}}},
      {"left-shift",
       4,
       "monojitcnn",
       "jitcnnmono",
       {{4}, {5}, {6}, {7}, {8}, {9}, {0}, {1}, {2}, {3}}},
      {"right-shift",
       3,
       "monojitcnn",
       "cnnmonojit",
       {{7}, {8}, {9}, {0}, {1}, {2}, {3}, {4}, {5}, {6}}},
      {"left-shift", 0, "abc", "abc", {{0}, {1}, {2}}},
      {"left-shift", 4, "abcd", "abcd", {{0}, {1}, {2}, {3}}},
      // shorter than the shift: 4 mod 3 = 1, 5 mod 3 = 2
      {"left-shift", 4, "abc", "bca", {{1}, {2}, {0}}},
      {"right-shift", 5, "abc", "bca", {{1}, {2}, {0}}},
      {"left-shift", 1000, "a", "a", {{0}}},
      {"right-shift", 3, "ab", "ba", {{1}, {0}}},
      {"reverse", 0, "a", "a", {{0}}},
      // any symbols will do, in the alphabet or not
      {"reverse", 0, "äß य", "य ßä", {{3}, {2}, {1}, {0}}},
  };
  for (const Case& c : cases) {
    INFO(c.task << ' ' << c.shift << ' ' << c.input);
    const Task& task = find_task(c.task);
    TaskOptions options = task.defaults;
    options.shift = c.shift;
    const auto example = task.solve(options, split_characters(c.input));
    REQUIRE(example.has_value());
    CHECK(join(example->source) == c.input);
    CHECK(join(example->target) == c.output);
    CHECK(example->gold == c.gold);
  }
}

TEST_CASE("letter tasks: defaults and sample input") {
  CHECK(find_task("reverse").defaults.shift == 0);
  CHECK(find_task("left-shift").defaults.shift == 4);
  CHECK(find_task("right-shift").defaults.shift == 3);
  CHECK_FALSE(find_task("reverse").takes_shift);
  CHECK(find_task("left-shift").takes_shift);
  CHECK(find_task("right-shift").takes_shift);
  for (const Task& task :
       {find_task("reverse"), find_task("left-shift"), find_task("right-shift")}) {
    INFO(task.name);
    CHECK(task.sample_input == "monojitcnn");
    CHECK(task.defaults.min_length == 4);
    CHECK(task.defaults.max_length == 12);
    CHECK(task.defaults.alphabet == "abcdefghijklmnopqrstuvwxyz");
    CHECK(task.takes_lengths);
    CHECK(task.takes_alphabet);
    CHECK_FALSE(task.solve(task.defaults, {}).has_value());
  }
}

TEST_CASE(
    "letter tasks: left then right by the same shift gives the input, reverse undoes itself") {
  const Task left = find_task("left-shift");
  const Task right = find_task("right-shift");
  const Task reverse = find_task("reverse");
  Random random(3);
  TaskOptions options = left.defaults;
  options.min_length = 1;
  for (int shift = 0; shift <= 30; ++shift) {
    options.shift = shift;
    for (int i = 0; i < 20; ++i) {
      const std::string input = join(left.draw(options, random).source);
      CHECK(answer(right, options, answer(left, options, input)) == input);
      CHECK(answer(reverse, options, answer(reverse, options, input)) == input);
    }
  }
}

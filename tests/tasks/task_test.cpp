#include "tasks/task.h"
#include "base/grapheme.h"

#include <algorithm>
#include <map>
#include <set>

#include "attnviz/error.h"
#include "base/utf8.h"
#include "catch.h"

using namespace attnviz;

namespace {

// The message of the UsageError that `action` throws, or "(none)".
template <typename Action>
std::string usage_error(Action action) {
  try {
    action();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "(none)";
}

bool holds_all(const std::vector<std::string>& sorted, const std::vector<std::string>& symbols) {
  return std::ranges::all_of(symbols, [&sorted](const std::string& symbol) {
    return std::ranges::binary_search(sorted, symbol);
  });
}

std::string pair_text(const Example& example) {
  return join(example.source) + '>' + join(example.target);
}

}  // namespace

TEST_CASE("tasks: the table") {
  std::vector<std::string> names;
  for (const Task& task : all_tasks()) {
    INFO(task.name);
    names.emplace_back(task.name);
    CHECK(&find_task(task.name) == &task);
    CHECK_FALSE(task.summary.empty());
    CHECK_NOTHROW(check_task_options(task, task.defaults));
    CHECK(task.solve(task.defaults, split_characters(task.sample_input)).has_value());
    CHECK(std::ranges::is_sorted(task.source_symbols(task.defaults)));
    CHECK(std::ranges::is_sorted(task.target_symbols(task.defaults)));
  }
  CHECK(names == std::vector<std::string>{"reverse", "left-shift", "right-shift", "sort", "dates"});
}

TEST_CASE("tasks: an unknown name is answered with the names there are") {
  const std::string message = usage_error([] { find_task("revrese"); });
  CHECK(
      message.starts_with("unknown task; expected one of reverse, left-shift, right-shift, sort, "
                          "dates, got \"revrese\""));
  CHECK(message.ends_with("; did you mean \"reverse\"?"));
  CHECK(usage_error([] { find_task(""); }) != "(none)");
  CHECK(usage_error([] { find_task("Reverse"); }) != "(none)");
}

TEST_CASE("tasks: options out of range") {
  struct Case {
    std::string_view task;
    TaskOptions options;
    std::string message;
  };
  const std::string marks = "; expected 1..1000 distinct characters, got ";
  std::string many;  // 1001 distinct characters
  for (char32_t c = 0x4e00; c < 0x4e00 + 1001; ++c) many += to_utf8(c);
  const std::vector<Case> cases{
      {"reverse", {0, 12, 0, "ab"}, "min_length: expected an integer in 1..1000, got 0"},
      {"reverse", {-5, 12, 0, "ab"}, "min_length: expected an integer in 1..1000, got -5"},
      {"reverse", {1001, 1001, 0, "ab"}, "min_length: expected an integer in 1..1000, got 1001"},
      {"reverse",
       {9, 4, 0, "ab"},
       "max_length: expected an integer in 9..1000 (the minimum length is 9), got 4"},
      {"reverse",
       {9, 1001, 0, "ab"},
       "max_length: expected an integer in 9..1000 (the minimum length is 9), got 1001"},
      {"dates", {0, 12, 0, ""}, "min_length: expected an integer in 1..1000, got 0"},
      {"left-shift", {1, 1, -1, "ab"}, "shift: expected an integer in 0..1000, got -1"},
      {"left-shift", {1, 1, 1001, "ab"}, "shift: expected an integer in 0..1000, got 1001"},
      {"reverse", {1, 1, 0, ""}, "alphabet: wrong number of characters" + marks + '0'},
      {"reverse", {1, 1, 0, many}, "alphabet: wrong number of characters" + marks + "1001"},
      {"reverse", {1, 1, 0, "abcb"}, "alphabet: a character occurs twice" + marks + "\"b\""},
      {"reverse", {1, 1, 0, "äbä"}, "alphabet: a character occurs twice" + marks + "\"ä\""},
      {"sort",
       {1, 1, 0, "5"},
       "alphabet: wrong number of characters; expected 2..1000 distinct characters, got 1"},
  };
  for (const Case& c : cases) {
    CHECK(usage_error([&c] { check_task_options(find_task(c.task), c.options); }) == c.message);
  }
  const auto alphabet_error = [](const std::string& alphabet) {
    return usage_error([&] { check_task_options(find_task("reverse"), {1, 1, 0, alphabet}); });
  };
  for (const std::string bad : {"ab\xff", "\xc3"}) {
    CHECK(alphabet_error(bad).starts_with("alphabet: invalid UTF-8 at byte"));
  }
  // control characters; an accent on nothing, a joiner of nothing
  for (const std::string bad : {"a\tb", "a\nb", "a\x7f", "a\u0085", "\u0301ab", "\u200dab"}) {
    CHECK(alphabet_error(bad).starts_with("alphabet: a control character, or a mark"));
  }
}

TEST_CASE("tasks: options at the ends of their ranges") {
  for (const TaskOptions& options : std::vector<TaskOptions>{
           {1, 1, 0, "a"}, {1000, 1000, 1000, "a"}, {1, 1000, 0, "äöüß"}, {4, 4, 4, "a\u0301b "}}) {
    CHECK_NOTHROW(check_task_options(find_task("left-shift"), options));
  }
  CHECK_NOTHROW(check_task_options(find_task("sort"), {1, 1, 0, "ba"}));
}

TEST_CASE("tasks: the gold of a draw spells its answer, in symbols of the task") {
  const std::vector<TaskOptions> variants{
      {1, 1, 7, "ab"}, {1, 30, 4, "äöüß"}, {4, 12, 3, "0123456789"}, {2, 5, 1000, "a\u0301bé "}};
  for (const Task& task : all_tasks()) {
    if (!task.takes_alphabet) continue;
    for (const TaskOptions& options : variants) {
      INFO(task.name << ' ' << options.alphabet);
      REQUIRE_NOTHROW(check_task_options(task, options));
      Random random(1);
      for (int n = 0; n < 300; ++n) {
        const Example example = task.draw(options, random);
        const int length = static_cast<int>(example.source.size());
        REQUIRE(length >= options.min_length);
        REQUIRE(length <= options.max_length);
        REQUIRE(example.target.size() == example.source.size());
        REQUIRE(example.gold.size() == example.target.size());
        for (std::size_t i = 0; i < example.gold.size(); ++i) {
          REQUIRE_FALSE(example.gold[i].empty());
          for (const int j : example.gold[i]) {
            REQUIRE(example.source.at(static_cast<std::size_t>(j)) == example.target[i]);
          }
        }
        REQUIRE(holds_all(task.source_symbols(options), example.source));
        REQUIRE(holds_all(task.target_symbols(options), example.target));
        REQUIRE(task.part_key(example) == join(example.source));
        REQUIRE(split_characters(join(example.source)) == example.source);
        const auto solved = task.solve(options, example.source);
        REQUIRE(solved.has_value());
        REQUIRE(solved->target == example.target);
        REQUIRE(solved->gold == example.gold);
      }
    }
  }
}

TEST_CASE("tasks: dates draw only their own symbols, and all of them") {
  const Task& task = find_task("dates");
  std::set<std::string> source, target;
  Random random(8);
  for (int n = 0; n < 5000; ++n) {
    const Example example = task.draw(task.defaults, random);
    source.insert(example.source.begin(), example.source.end());
    target.insert(example.target.begin(), example.target.end());
  }
  CHECK(std::vector(source.begin(), source.end()) == task.source_symbols(task.defaults));
  CHECK(std::vector(target.begin(), target.end()) == task.target_symbols(task.defaults));
}

TEST_CASE("tasks: lengths and symbols are uniform") {
  for (const std::string_view name : {"reverse", "left-shift", "right-shift", "sort"}) {
    INFO(name);
    const Task& task = find_task(name);
    const TaskOptions& options = task.defaults;
    std::map<std::size_t, int> of_length;
    std::map<std::string, int> of_symbol;
    int symbols = 0;
    constexpr int draws = 20'000;
    Random random(21);
    for (int n = 0; n < draws; ++n) {
      const Example example = task.draw(options, random);
      ++of_length[example.source.size()];
      for (const std::string& symbol : example.source) ++of_symbol[symbol];
      symbols += static_cast<int>(example.source.size());
    }
    CHECK(of_length.begin()->first == static_cast<std::size_t>(options.min_length));
    CHECK(of_length.rbegin()->first == static_cast<std::size_t>(options.max_length));
    CHECK(of_symbol.size() == options.alphabet.size());
    const auto chi_square = [](const auto& counts, int total) {
      const double expected = static_cast<double>(total) / static_cast<double>(counts.size());
      double sum = 0;
      for (const auto& [key, count] : counts)
        sum += (count - expected) * (count - expected) / expected;
      return sum;
    };
    // The upper 0.1 % of chi-square: 26.1 for 8 degrees of freedom, 52.6 for 25.
    CHECK(of_length.size() <= 9);
    CHECK(chi_square(of_length, draws) < 26.1);
    CHECK(chi_square(of_symbol, symbols) < 52.6);
  }
}

TEST_CASE("tasks: parts are 80, 10 and 10 percent") {
  std::map<Part, int> of_part;
  for (int n = 0; n < 100'000; ++n) ++of_part[part_of("key" + std::to_string(n))];
  CHECK(of_part[Part::train] == Approx(80'000).margin(5 * 127));
  CHECK(of_part[Part::validation] == Approx(10'000).margin(5 * 95));
  CHECK(of_part[Part::test] == Approx(10'000).margin(5 * 95));

  // short keys that differ in one byte are mixed as well
  std::map<Part, int> of_pair;
  for (char a = 'a'; a <= 'z'; ++a) {
    for (char b = 'a'; b <= 'z'; ++b) ++of_pair[part_of(std::string{a, b})];
  }
  CHECK(of_pair[Part::train] == Approx(676 * 0.8).margin(45));
  CHECK(of_pair[Part::test] == Approx(676 * 0.1).margin(35));
}

TEST_CASE("tasks: what a part holds is in no other, whatever the seed") {
  for (const Task& task : all_tasks()) {
    INFO(task.name);
    std::map<Part, std::set<std::string>> keys;
    for (const Part part : {Part::train, Part::validation, Part::test}) {
      Random random(static_cast<std::uint64_t>(part) + 40);
      for (int n = 0; n < 3000; ++n) {
        const Example example = draw_example(task, task.defaults, part, random);
        REQUIRE(part_of(task.part_key(example)) == part);
        keys[part].insert(task.part_key(example));
      }
    }
    for (const std::string& key : keys[Part::test]) {
      CHECK(keys[Part::train].count(key) == 0);
      CHECK(keys[Part::validation].count(key) == 0);
    }
    for (const std::string& key : keys[Part::validation]) CHECK(keys[Part::train].count(key) == 0);
  }
}

// These literals change only if the data of every earlier model does.
TEST_CASE("tasks: the first examples of a seed, for ever") {
  struct Case {
    std::string_view name;
    std::vector<std::string> expected;
    bool cases = false;
  };
  const std::vector<Case> cases{
      {"reverse",
       {"snrkvcput>tupcvkrns", "ugxjaehdezej>jezedheajxgu", "hxzcdp>pdczxh", "xgzbmd>dmbzgx"}},
      {"left-shift",
       {"snrkvcput>vcputsnrk", "ugxjaehdezej>aehdezejugxj", "hxzcdp>dphxzc", "xgzbmd>mdxgzb"}},
      {"right-shift",
       {"snrkvcput>putsnrkvc", "ugxjaehdezej>zejugxjaehde", "hxzcdp>cdphxz", "xgzbmd>bmdxgz"}},
      {"sort", {"293490>023499", "295843>234589", "0328782>0223788", "87135629>12356789"}},
      {"dates",
       {"Nov 22, 2021>22-11-2021", "Thursday, August 4, 2022>04-08-2022",
        "January 10, 2011>10-01-2011", "Fri 10 Mar 2017>10-03-2017"}},
      {"dates",
       {"NOV 22, 2021>22-11-2021", "18 JAN 2004>18-01-2004", "SEPTEMBER 18, 2019>18-09-2019",
        "May 23, 2002>23-05-2002"},
       true},
  };
  for (const auto& [name, expected, letter_cases] : cases) {
    const Task& task = find_task(name);
    TaskOptions options = task.defaults;
    options.cases = letter_cases;
    Random random(1);
    std::vector<std::string> pairs;
    for (const Part part : {Part::train, Part::train, Part::validation, Part::test}) {
      pairs.push_back(pair_text(draw_example(task, options, part, random)));
    }
    CHECK(pairs == expected);
  }
  CHECK(part_of("") == Part::train);
  CHECK(part_of("monojitcnn") == Part::train);
  CHECK(part_of("e") == Part::validation);
  CHECK(part_of("xgzbmd") == Part::test);
}

TEST_CASE("tasks: options that leave a part empty are refused, not searched for ever") {
  const Task& task = find_task("reverse");
  const Part only = part_of("a");
  int refused = 0;
  for (const Part part : {Part::train, Part::validation, Part::test}) {
    Random random(1);
    const std::string message = usage_error([&] {
      draw_example(task, {1, 1, 0, "a"}, part, random);
    });
    if (part == only) {
      CHECK(message == "(none)");
    } else {
      ++refused;
      CHECK(message.starts_with("these options leave the task reverse no example for "));
    }
  }
  CHECK(refused == 2);
}

#include <algorithm>
#include <array>
#include <vector>

#include "catch.h"
#include "cli/run_program.h"
#include "json.h"

using namespace attnviz;

TEST_CASE("attnviz tasks: exact output") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"tasks --names", "reverse\nleft-shift\nright-shift\nsort\ndates\n"},
      {"tasks --task left-shift --shift 2",
       "left-shift  monojitcnn -> nojitcnnmo  the letters rotated left, by 4 unless set\n"},
      {"tasks --task dates --sample 3 --seed 1",
       "NOV 22, 2021\t22-11-2021\n18 JAN 2004\t18-01-2004\nTUESDAY, JANUARY 15, "
       "2019\t15-01-2019\n"},
      {"tasks --task reverse --sample 1 --part train", "snrkvcput\ttupcvkrns\n"},
      // one length, one letter: the only example there is, and it is in the training part
      {"tasks --task reverse --sample 2 --min-length 1 --max-length 01 --alphabet a",
       "a\ta\na\ta\n"},
  };
  for (const auto& [arguments, output] : cases) {
    INFO(arguments);
    const auto result = run_program(arguments);
    CHECK(result.exit_code == 0);
    CHECK(result.output == output);
  }
}

TEST_CASE("attnviz tasks: the list has each task with its sample solved") {
  const std::string list = run_program("tasks").output;
  const auto json = nlohmann::json::parse(run_program("tasks --json").output);
  const std::vector<std::array<std::string, 3>> tasks{{"reverse", "monojitcnn", "nnctijonom"},
                                                      {"left-shift", "monojitcnn", "jitcnnmono"},
                                                      {"right-shift", "monojitcnn", "cnnmonojit"},
                                                      {"sort", "19438756", "13456789"},
                                                      {"dates", "28 March 2005", "28-03-2005"}};
  REQUIRE(json.size() == tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const auto& [name, input, output] = tasks[i];
    CHECK(list.find(name) != std::string::npos);
    CHECK(list.find(input + " -> " + output) != std::string::npos);
    CHECK(json[i].at("name") == name);
    CHECK(json[i].at("example").at("input") == input);
    CHECK(json[i].at("example").at("output") == output);
    CHECK(json[i].at("example").at("gold").size() == output.size());
  }
  CHECK(json[1].at("options").at("shift") == 4);
  CHECK(json[4].at("options").empty());
}

TEST_CASE("attnviz tasks: samples as JSON lines") {
  const auto result = run_program("tasks --task sort --sample 5 --json");
  CHECK(std::count(result.output.begin(), result.output.end(), '\n') == 5);
  const auto first = nlohmann::json::parse(result.output.substr(0, result.output.find('\n')));
  CHECK(first.at("input") == "293490");
  CHECK(first.at("output") == "023499");
  CHECK(first.at("gold") == nlohmann::json::parse("[[5],[0],[2],[3],[1,4],[1,4]]"));
}

TEST_CASE("attnviz tasks: dates as they are trained on have other centuries among them") {
  const auto strange_years = [](const std::string& text) {
    int strange = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos;
         end = text.find('\n', end + 1)) {
      const std::string century = text.substr(end - 4, 2);
      if (century != "19" && century != "20") ++strange;
    }
    return strange;
  };
  CHECK(strange_years(run_program("tasks --task dates --sample 200").output) == 0);
  const int strange =
      strange_years(run_program("tasks --task dates --sample 200 --as-trained").output);
  CHECK(strange > 30);
  CHECK(strange < 90);
}

TEST_CASE("attnviz tasks: what it refuses, and how") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"--task revrese",
       "--task: expected one of reverse, left-shift, right-shift, sort, dates, got "
       "\"revrese\"; did you mean \"reverse\"?"},
      {"--task reverse --min-length x", "--min-length: expected an integer in 1..1000, got \"x\""},
      {"--task reverse --min-length ''", "--min-length: expected an integer in 1..1000, got \"\""},
      {"--task reverse --min-length 1.5",
       "--min-length: expected an integer in 1..1000, got \"1.5\""},
      {"--task reverse --min-length 0", "--min-length: expected an integer in 1..1000, got \"0\""},
      {"--task reverse --max-length 1001",
       "--max-length: expected an integer in 1..1000, got \"1001\""},
      {"--task reverse --min-length 9 --max-length 4",
       "--max-length: expected an integer in 9..1000 (the minimum length is 9), got 4"},
      {"--task left-shift --shift -3", "--shift: expected an integer in 0..1000, got \"-3\""},
      {"--task reverse --shift 3",
       "--shift: the task reverse has no such setting; these have: left-shift, right-shift"},
      {"--task dates --alphabet ab",
       "--alphabet: the task dates has no such setting; these have: reverse, left-shift, "
       "right-shift, sort"},
      {"--task reverse --alphabet ''", "--alphabet: wrong number of characters"},
      {"--task reverse --alphabet aba", "--alphabet: a character occurs twice"},
      {"--task reverse --sample 0", "--sample: expected an integer in 1..1000000, got \"0\""},
      {"--task reverse --sample 1 --seed 18446744073709551616",
       "--seed: expected an integer in 0..18446744073709551615, got \"18446744073709551616\""},
      {"--task reverse --sample 1 --part tets",
       "--part: expected one of train, validation, test, got \"tets\""},
      {"--task reverse --sample 1 --part test --min-length 1 --max-length 1 --alphabet a",
       "no example for test"},
      {"--sample 1", "--sample requires --task; see attnviz tasks --help"},
      {"--shift 1", "--shift requires --task"},
      {"--task reverse --part test", "--part requires --sample"},
      {"--task reverse --seed 3", "--seed requires --sample"},
      {"--task reverse --as-trained", "--as-trained requires --sample"},
      {"--task reverse --gold", "--gold requires --sample"},
      {"--task reverse --sample 1 --as-trained --part test", "--part excludes --as-trained"},
      {"--task reverse --sample 1 --gold --json", "--gold excludes --json"},
      {"--names --json", "--json excludes --names"},
      {"--names --task sort", "--task excludes --names"},
      {"--task reverse --task sort", "--task: expected once, got it 2 times"},
      {"--task reverse --sample", "--sample: expected a value (N), got none"},
      {"bogus", "unexpected argument \"bogus\"; see attnviz tasks --help"},
  };
  for (const auto& [arguments, message] : cases) {
    INFO(arguments);
    check_refused(run_program("tasks " + arguments), 2, message);
  }
}

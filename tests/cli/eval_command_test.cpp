#include <string>
#include <vector>

#include "base/number.h"
#include "catch.h"
#include "cli/run_program.h"
#include "json.h"

using namespace attnviz;

namespace {

/// The cell after `name` in a table.
std::string cell_of(const std::string& text, const std::string& name) {
  const std::size_t row = text.find("\n  " + name + "  ");
  if (row == std::string::npos) return "no " + name;
  const std::size_t begin = text.find_first_not_of(' ', row + 3 + name.size());
  return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE("attnviz eval: text and JSON agree, and the same seed gives the same numbers") {
  const auto text = trained_on_sort().run("eval --count 100 --by-length");
  INFO(text.out);
  CHECK(text.exit_code == 0);
  CHECK(text.err.empty());
  const auto result = trained_on_sort().run("eval --count 100 --json");
  const auto json = nlohmann::json::parse(result.out);
  CHECK(json.at("examples") == 100);
  for (const auto& [name, key] : std::vector<std::pair<std::string, std::string>>{
           {"exact match", "exact_match"}, {"token accuracy", "token_accuracy"}}) {
    CHECK(cell_of(text.out, name) == format_fixed(100 * json.at(key).get<double>(), 2) + " %");
  }
  for (const auto& [name, key] :
       std::vector<std::pair<std::string, std::string>>{{"gold mass", "gold_mass"},
                                                        {"hit rate", "hit_rate"},
                                                        {"row entropy (nats)", "row_entropy"}}) {
    CHECK(cell_of(text.out, name) == format_fixed(json.at(key).get<double>(), 4));
  }
  int examples = 0;
  const std::string lengths = text.out.substr(text.out.find("\n  length "));
  for (const auto& [length, scores] : json.at("by_length").items()) {
    CHECK(cell_of(lengths, length).starts_with(scores.at("examples").dump() + ' '));
    examples += scores.at("examples").get<int>();
  }
  CHECK(examples == 100);
  CHECK(trained_on_sort().run("eval --count 0100 --seed 1000 --json --model runs/sort").out ==
        result.out);
  CHECK(trained_on_sort().run("eval --count 100 --seed 1001 --json").out != result.out);
}

TEST_CASE("attnviz eval: offsets add up to the rows that were scored") {
  const auto json = nlohmann::json::parse(trained_on_sort().run("eval --count 50 --json").out);
  int rows = 0;
  for (const auto& [offset, count] : json.at("offsets").items()) rows += count.get<int>();
  const double hits = json.at("offsets").value("0", 0);
  CHECK(rows > 0);
  CHECK(json.at("hit_rate").get<double>() == Catch::Approx(hits / rows));
}

TEST_CASE("attnviz eval --min-exact: the exit code is the answer, the scores are printed anyway") {
  const auto yes = trained_on_sort().run("eval --count 50 --min-exact 0");
  CHECK(yes.exit_code == 0);
  const auto no = trained_on_sort().run("eval --count 50 --min-exact 1");
  CHECK(no.exit_code == 1);
  CHECK(no.out == yes.out);
  CHECK(no.err == "attnviz: error: exact match 0.00 % is below --min-exact 1\n");
}

TEST_CASE("attnviz eval: what it refuses") {
  const std::vector<std::pair<std::string, std::string>> usage{
      {"--count 0", "--count: expected an integer in 1..1000000, got \"0\""},
      {"--min-exact 1.5", "--min-exact: expected a number in 0..1, got \"1.5\""},
      {"--by-lenght", "did you mean \"--by-length\"?"},
      {"--beam 3", "--beam: is for pairs; expected --data with it, or a model of pairs"},
      {"--replace-unk", "--replace-unk: is for pairs"},
      {"runs/sort", "unexpected argument \"runs/sort\""}};
  for (const auto& [arguments, message] : usage) {
    INFO(arguments);
    check_refused(trained_on_sort().run("eval " + arguments), 2, message);
  }
  check_refused(trained_on_sort().run("eval --data -", "1 2\t1 2\n12\t1x\n"), 3,
                "standard input, line 1: source \"1 2\": the model has never seen \" \"");
  check_refused(trained_on_sort().run("eval --data -", "21\t12\n12\t1x\n"), 3,
                "standard input, line 2: target \"1x\": the model has never seen \"x\"");
  check_refused(trained_on_sort().run("eval --model nowhere"), 3, "nowhere: cannot read");
  check_refused(trained_on_sort().run("eval --count 5 > /dev/full"), 4,
                "standard output: cannot write");
}

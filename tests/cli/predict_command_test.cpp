#include <cmath>
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"
#include "cli/run_program.h"
#include "json.h"

using namespace attnviz;

namespace {

/// A folder with a small model that knows the letters a to j.
const WorkFolder& trained() {
  static const WorkFolder folder;
  static const int once =
      folder.run(std::string("train --task reverse --alphabet abcdefghij") + tiny).exit_code;
  REQUIRE(once == 0);
  return folder;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The inputs of maps, one map per line.
std::vector<std::string> inputs_of(const std::string& maps) {
  std::vector<std::string> inputs;
  for (const std::string& line : lines_of(maps)) {
    const auto map = nlohmann::json::parse(line);
    std::string& input = inputs.emplace_back();
    for (const auto& symbol : map.at("source")) {
      if (symbol != "</s>") input += symbol;
    }
  }
  return inputs;
}

void check_map(const nlohmann::json& map) {
  CHECK(map.at("format") == "attnviz-attention");
  CHECK(map.at("version") == 1);
  CHECK(map.at("orientation") == "rows=output,columns=input");
  CHECK(map.at("source").back() == "</s>");
  CHECK(map.at("weights").size() == map.at("target").size());
  CHECK(map.at("gold").size() == map.at("target").size());
  for (const auto& row : map.at("weights")) {
    CHECK(row.size() == map.at("source").size());
    double sum = 0.0;
    for (const double weight : row) {
      CHECK(weight >= 0.0);
      sum += weight;
    }
    CHECK(sum == Catch::Approx(1.0).margin(1e-5));
  }
}

}  // namespace

TEST_CASE("attnviz predict: arguments in their order, an answer a line") {
  const auto result = trained().run("predict --quiet abc train jig --json");
  CHECK(result.exit_code == 1);  // "train" has a t
  CHECK(inputs_of(result.out) == std::vector<std::string>{"abc", "", "jig"});
  const auto good = trained().run("predict --json --quiet -- abc jig aaaa abc");
  CHECK(good.exit_code == 0);
  CHECK(inputs_of(good.out) == std::vector<std::string>{"abc", "jig", "aaaa", "abc"});
  const auto plain = trained().run("predict --quiet abc jig");
  CHECK(lines_of(plain.out).size() == 2);
  CHECK(plain.out == trained().run("predict --quiet -", "abc\njig\n").out);
  CHECK(plain.out == trained().run("predict --quiet --model runs/reverse abc jig").out);
}

TEST_CASE("attnviz predict -: lines of standard input") {
  std::string input;
  std::vector<std::string> words;
  for (int i = 0; i < 2500; ++i) {  // more than is answered at once
    std::string& word = words.emplace_back();
    for (const char digit : std::to_string(i)) word += static_cast<char>('a' + (digit - '0'));
    input += word + (i % 3 == 0 ? "\r\n" : "\n");
  }
  const auto many = trained().run("predict --json --quiet -", input);
  CHECK(many.exit_code == 0);
  CHECK(inputs_of(many.out) == words);

  CHECK(inputs_of(trained().run("predict --json --quiet -", "abc\njig").out) ==
        std::vector<std::string>{"abc", "jig"});
  CHECK(inputs_of(trained()
                      .run("predict --json --quiet -",
                           "\xef\xbb\xbf"
                           "abc\n")
                      .out) == std::vector<std::string>{"abc"});
  CHECK(inputs_of(trained().run("predict --json --quiet a - b", "c\nd").out) ==
        std::vector<std::string>{"a", "c", "d", "b"});
  const auto none = trained().run("predict -", "");
  CHECK(none.exit_code == 0);
  CHECK(none.output.empty());
}

TEST_CASE("attnviz predict: inputs it refuses") {
  const std::string long_text(10000, 'a');
  struct Case {
    std::string arguments, input;
    int exit_code;
    std::string message;
  };
  const std::vector<Case> cases{
      {"aBc~ab", "", 3,
       R"(the model has never seen "B" ("b" is known), "~"; it knows "abcdefghij")"},
      {"''", "", 3, "input: expected at least one character, got none"},
      {"\"$(printf 'ab\\377')\"", "", 3, "input: byte 3 is not valid UTF-8"},
      {"\"$(printf 'a\\033[31mb')\"", "", 3, "\\x1b"},
      {long_text, "", 5, "input: expected at most 1000 characters, got 10000"},
      {"- --strict", "xyz\n", 3,
       R"(standard input, line 1: input "xyz": the model has never seen "x", "y", "z"; it knows)"},
      {"- --strict", "\n", 3, "standard input, line 1: input: expected at least one character"},
      {"- --strict", long_text, 5,
       "standard input, line 1: input: expected at most 1000 characters"},
      {"- --strict", std::string((1U << 20U) + 1, 'a'), 5,
       "standard input, line 1: expected at most 1 MiB a line"},
      {"- --strict", std::string("a\0b\n", 4), 3, "\\x00"},
      {"- < .", "", 3, "standard input: cannot read: Is a directory"},
      {"- <&-", "", 3, "standard input: cannot read: Bad file descriptor"},
      {"--data nowhere", "", 3, "nowhere: cannot open: No such file or directory"},
      {"--data .", "", 3, ".: cannot read: Is a directory"},
      {"--data - abc", "", 2, "input excludes --data"},
      {"--data - --beam 2", "", 2, "--beam"},
      {"--data - --n-best 2 --beam 2", "", 2, "--data"},
      {"--data - --target abc", "", 2, "--target"},
      {"--data - --logits --json", "", 2, "--logits"},
      {"--data - --attention map.jsonl", "", 3,
       "standard input: expected at least one line, got none"},
      {"--model nowhere abc", "", 3, "nowhere: cannot read"},
      {"-- -abc", "", 3, "input \"-abc\": the model has never seen \"-\""},
      {"--logits abc", "", 2, "--logits requires --json"},
      {"abc --attention map.txt", "", 2,
       "--attention: expected a file that ends in .json, .jsonl, .csv, .tsv, .npy or .npz, got"},
      {"abc --attention -", "", 2, "--attention: expected a file; --json prints the attention"},
      {"abc jig --attention map.npz", "", 2, "--attention: a .npz file holds one map"},
      {"abc jig --attention map.json", "", 2, "--attention: a .json file holds one map"},
      {"- --attention map.json", "abc\njig\n", 2, "--attention: a .json file holds one map"},
      {"- --attention map.json", "", 3, "standard input: expected at least one line, got none"},
      {"abc --attention no/map.json", "", 4,
       "no/map.json: cannot write: the directory no does not"},
      {"abc --attention runs/d.json", "", 4, "runs/d.json: cannot write: Is a directory"},
      {"abc > /dev/full", "", 4, "standard output: cannot write: No space left on device"},
  };
  std::filesystem::create_directory(trained().work() / "runs/d.json");
  for (const Case& one : cases) {
    INFO(one.arguments.substr(0, 100));
    check_refused(trained().run("predict --quiet " + one.arguments, one.input), one.exit_code,
                  one.message);
  }
  CHECK(!trained().has("map.json"));
  // what came before the bad line is answered
  const auto late = trained().run("predict --quiet --strict --json -", "abc\nabd\nxyz\nabe\n");
  CHECK(late.exit_code == 3);
  CHECK(inputs_of(late.out) == std::vector<std::string>{"abc", "abd"});
  CHECK(late.err.starts_with("attnviz: error: standard input, line 3: "));
}

TEST_CASE("attnviz predict: attention as JSON, to a file and to standard output") {
  const auto one = trained().run("predict abcde --attention map.json");
  CHECK(one.exit_code == 0);
  CHECK(one.err.find("wrote map.json; next: attnviz render --matrix map.json --out heat.png\n") !=
        std::string::npos);
  const std::string text = trained().read("map.json");
  check_map(nlohmann::json::parse(text));
  CHECK(trained().run("predict abcde --json").out == text);

  CHECK(trained().run("predict abcde jig a --quiet --attention maps.jsonl").exit_code == 0);
  const std::string maps = trained().read("maps.jsonl");
  CHECK(inputs_of(maps) == std::vector<std::string>{"abcde", "jig", "a"});
  for (const std::string& line : lines_of(maps)) check_map(nlohmann::json::parse(line));
  CHECK(lines_of(maps).front() + '\n' == text);  // who shares the call makes no difference
  CHECK(trained().run("render --matrix maps.jsonl --sentence 3 --out m.png").exit_code == 0);
}

TEST_CASE("attnviz predict: attention in every format, and on the terminal") {
  trained().run("predict abcde --attention map.json");
  for (const std::string ending : {"npz", "csv", "tsv", "npy"}) {
    INFO(ending);
    CHECK(trained().run("predict abcde --attention map." + ending).exit_code == 0);
    const std::string from = "render --out - --format " + ending + " --matrix map.";
    CHECK(trained().run(from + ending).out == trained().run(from + "json").out);
  }
  const auto shown = trained().run("predict abc ab --show --quiet");
  CHECK(shown.exit_code == 0);
  CHECK(lines_of(shown.out).size() == 2);  // the answers alone
  CHECK(shown.err.starts_with("reverse: abc → "));
  CHECK(shown.err.find("│\n") != std::string::npos);
  CHECK(shown.err.find("reverse: ab → ") != std::string::npos);
}

TEST_CASE("attnviz predict --logits: a row a symbol, as wide as the vocabulary") {
  const auto result =
      trained().run("predict abcde jig --json --logits --quiet --attention with-logits.jsonl");
  CHECK(result.exit_code == 0);
  for (const std::string& line : lines_of(result.out)) {
    const auto map = nlohmann::json::parse(line);
    check_map(map);
    REQUIRE(map.at("logits").size() == map.at("target").size());
    for (std::size_t row = 0; row < map["logits"].size(); ++row) {
      const auto logits = map["logits"][row].get<std::vector<double>>();
      CHECK(logits.size() == 14);  // ten letters, PAD, START, END, UNK
      const auto best = std::max_element(logits.begin(), logits.end()) - logits.begin();
      const std::string symbol = map["target"][row];
      if (symbol != "</s>") CHECK(best == 4 + (symbol[0] - 'a'));
    }
  }
  // the file is for render, which takes maps only
  CHECK(trained().run("render --matrix with-logits.jsonl --out m.png").exit_code == 0);
}

// The claims of the README, tested on the program itself: every task learnt with its
// default settings.
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"
#include "cli/run_program.h"

using namespace attnviz;

namespace {

struct Promise {
  std::string task;
  std::vector<std::pair<std::string, std::string>> answers;
};

void keep(const Promise& promise) {
  const WorkFolder folder;
  const auto training = folder.run("train --task " + promise.task);
  INFO(training.output);
  REQUIRE(training.exit_code == 0);
  for (const auto& [input, answer] : promise.answers) {
    CHECK(folder.run("predict '" + input + "'").output == answer + "\n");
  }
  const auto evaluation = folder.run("eval --count 2000 --min-exact 0.999");
  INFO(evaluation.output);
  CHECK(evaluation.exit_code == 0);
  CHECK(folder.run("render --out heat.png").exit_code == 0);
  CHECK(folder.read("heat.png").starts_with("\x89PNG\r\n\x1a\n"));
}

}  // namespace

TEST_CASE("reverse is learnt with default settings") {
  keep({"reverse", {{"monojitcnn", "nnctijonom"}}});
}

TEST_CASE("left-shift is learnt with default settings") {
  keep({"left-shift", {{"monojitcnn", "jitcnnmono"}}});
}

TEST_CASE("right-shift is learnt with default settings") {
  keep({"right-shift", {{"monojitcnn", "cnnmonojit"}}});
}

TEST_CASE("sort is learnt with default settings") {
  keep({"sort", {{"19438756", "13456789"}}});
}

TEST_CASE("dates is learnt with default settings") {
  keep({"dates", {{"28 March 2005", "28-03-2005"}, {"Thrusday, October 13 2011", "13-10-2011"}}});
}

TEST_CASE("a model that is always right changes its answer just where the task does") {
  const std::string task = GENERATE("reverse", "left-shift", "right-shift", "sort");
  const WorkFolder folder;
  REQUIRE(folder.run("train --quiet --task " + task).exit_code == 0);
  std::istringstream sample(folder.run("tasks --task " + task + " --sample 30 --part test").out);
  std::string inputs;
  for (std::string line; std::getline(sample, line);)
    inputs += line.substr(0, line.find('\t')) + '\n';
  const auto maps = folder.run("explain --method flip,truth --json --quiet -", inputs);
  INFO(maps.err);
  REQUIRE(maps.exit_code == 0);
  std::istringstream lines(maps.out);
  int compared = 0;
  for (std::string flip, truth; std::getline(lines, flip) && std::getline(lines, truth);) {
    const auto weights = [](const std::string& line) {
      const std::size_t begin = line.find("\"weights\":");
      return line.substr(begin, line.find("]]", begin) - begin);
    };
    INFO(task << '\n' << flip << '\n' << truth);
    CHECK(weights(flip) == weights(truth));
    ++compared;
  }
  CHECK(compared == 30);
}

TEST_CASE("names never seen come out right with --copy, and as <unk> without") {
  const WorkFolder folder;
  const std::string make = "'" ATTNVIZ_SOURCE_DIR "/scripts/make_pairs.py' names > names.tsv";
  REQUIRE(folder.run("--version >version && " + make).exit_code == 0);
  const std::string train = "train --quiet --data names.tsv --min-count 2 --steps 1000 ";
  REQUIRE(folder.run(train + "--copy --out copy").exit_code == 0);
  REQUIRE(folder.run(train + "--out plain").exit_code == 0);
  CHECK(folder.run("eval --model copy --min-exact 0.98").exit_code == 0);
  CHECK(folder.run("eval --model plain --json").out.find("\"exact_match\":0.0,") !=
        std::string::npos);
  const std::string question = "predict --quiet 'Quxu was called by Vibobi' --model ";
  CHECK(folder.run(question + "copy").out == "Vibobi hat Quxu angerufen\n");
  CHECK(folder.run(question + "plain").out == "<unk> hat <unk> angerufen\n");
}

TEST_CASE("the README's loop over all tasks leaves a picture of each") {
  const std::string readme = read_bytes(ATTNVIZ_SOURCE_DIR "/README.md");
  const std::size_t begin = readme.find("for t in $(attnviz tasks --names)");
  REQUIRE(begin != std::string::npos);
  const std::string loop = readme.substr(begin, readme.find("done\n", begin) + 5 - begin);
  INFO(loop);
  const WorkFolder folder;
  const auto result =
      folder.run("--version; PATH=\"$(dirname '" ATTNVIZ_PROGRAM "'):$PATH\"; " + loop);
  INFO(result.err);
  CHECK(result.exit_code == 0);
  for (const std::string task : {"reverse", "left-shift", "right-shift", "sort", "dates"}) {
    CHECK(folder.has("my/" + task + "/model.safetensors"));
    CHECK(folder.read(task + ".png").starts_with("\x89PNG\r\n\x1a\n"));
  }
}

TEST_CASE("examples of a task, exported and read back as pairs, are learnt as well") {
  struct {
    std::string task;
    double gold_mass;
  } cases[] = {{"reverse", 0.985},
               {"left-shift", 0.985},
               {"right-shift", 0.985},
               {"sort", 0.85},
               {"dates", 0.97}};
  for (const auto& c : cases) {
    INFO(c.task);
    const WorkFolder folder;
    const std::string sample = "tasks --gold --task " + c.task + " --sample ";
    REQUIRE(folder.run(sample + "50000 --as-trained > pairs.tsv").exit_code == 0);
    REQUIRE(folder.run(sample + "1000 --part validation > dev.tsv").exit_code == 0);
    REQUIRE(folder.run(sample + "2000 --part test > test.tsv").exit_code == 0);
    const auto training = folder.run(
        "train --data pairs.tsv --dev dev.tsv --test test.tsv --tokens char --out m --recipe " +
        c.task);
    INFO(training.output);
    REQUIRE(training.exit_code == 0);
    const auto evaluation = folder.run("eval --model m --data test.tsv --min-exact 0.999 --json");
    INFO(evaluation.output);
    CHECK(evaluation.exit_code == 0);
    const auto at = evaluation.out.find("\"gold_mass\":");
    REQUIRE(at != std::string::npos);
    CHECK(std::stod(evaluation.out.substr(at + 12)) >= c.gold_mass);
  }
}

// Hard attention as a user has it: trained, resumed, shown with its posterior, measured.
#include <string>

#include "base/number.h"
#include "catch.h"
#include "cli/run_program.h"
#include "json.h"

using namespace attnviz;

namespace {

using Json = nlohmann::json;

const std::string small = " --hidden 8 --embedding 8 --attention-units 8 --steps 30 ";

/// A folder with a model of hard attention, `hard`, and one of soft attention, `soft`.
const WorkFolder& models() {
  static const WorkFolder folder;
  static const bool trained = [] {
    const std::string train = "train --task reverse --quiet --json" + small;
    const auto hard = folder.run(train + "--attention hard --out hard");
    INFO(hard.err);
    return hard.exit_code == 0 && folder.run(train + "--out soft").exit_code == 0;
  }();
  REQUIRE(trained);
  return folder;
}

Json json_of(const std::string& arguments) {
  const auto result = models().run(arguments);
  INFO(arguments << ": " << result.err);
  REQUIRE(result.exit_code == 0);
  return Json::parse(result.out);
}

}  // namespace

TEST_CASE("attnviz train --attention hard: with any score, and resumed", "[hard]") {
  const WorkFolder folder;
  for (const std::string score : {"additive", "dot", "scaled-dot", "bilinear"}) {
    INFO(score);
    const std::string train =
        "train --task reverse --max-length 4 --quiet --json --attention hard --out m --force "
        "--score " +
        score + small;
    REQUIRE(folder.run(train).exit_code == 0);
    const Json config = Json::parse(folder.run("info m --json").out).at("config");
    CHECK(config.at("attention") == score);
    CHECK(config.at("hard") == true);
    CHECK(folder.run("predict --model m abc").exit_code == 0);
  }
  const std::string once = folder.read("m/model.safetensors");
  REQUIRE(folder.run("train --resume m --quiet --json --steps 50").exit_code == 0);
  const std::string resumed = folder.read("m/model.safetensors");
  CHECK(resumed != once);
  check_refused(folder.run("train --resume m --attention uniform"), 2, "--attention: expected");
  CHECK(folder.run("info m").out.find("\n  hard: true\n") != std::string::npos);
}

TEST_CASE("attnviz train: hard and soft attention do not start from each other", "[hard]") {
  check_refused(models().run("train --task reverse --attention hard --init-from soft --out x"), 2,
                "--attention: expected no hard, as in soft, got hard");
  check_refused(models().run("train --resume soft --attention hard"), 2,
                "--attention: expected no hard, as in the run that is resumed, got hard");
  const auto again =
      models().run("train --task reverse --init-from hard --steps 5 --out again --quiet --json");
  CHECK(again.exit_code == 0);
  CHECK(json_of("info again --json").at("config").at("hard") == true);
}

TEST_CASE("attnviz predict --map posterior", "[hard]") {
  const Json prior = json_of("predict --model hard --json monojitcnn");
  const Json map = json_of("predict --model hard --json --map posterior monojitcnn");
  CHECK(map.at("target") == prior.at("target"));
  CHECK(map.at("weights") != prior.at("weights"));
  CHECK(map.at("facts").at("map") == "posterior");
  CHECK(json_of("predict --model hard --json --map attention monojitcnn") == prior);
  for (const Json& row : map.at("weights")) {
    double sum = 0.0;
    for (const double share : row) sum += share;
    CHECK(sum == Catch::Approx(1).margin(1e-5));
  }
  const Json forced = json_of("predict --model hard --json --map posterior ab --target ba");
  CHECK(forced.at("facts").at("map") == "posterior");
  const Json beam = json_of("predict --model hard --json --map posterior --beam 3 ab");
  CHECK(beam.at("facts").at("map") == "posterior");
  const std::string refusal = "--map: expected attention, got posterior, which only a model";
  check_refused(models().run("predict --model soft --map posterior ab"), 2, refusal);
  check_refused(models().run("render --model soft --map posterior --out a.png"), 2, refusal);
  check_refused(models().run("render --matrix a.json --map posterior --out a.png"), 2,
                "--matrix excludes --map");
  check_refused(models().run("predict --model hard --trace t.jsonl ab"), 2,
                "--trace: has no use with a model of hard attention");
}

TEST_CASE("attnviz render --map posterior draws what predict writes", "[hard]") {
  CHECK(json_of("render --model hard --input ab --map posterior --out - --format json")
            .at("weights") ==
        json_of("predict --model hard --json --map posterior ab").at("weights"));
  const auto page = models().run("render --model hard --out - --format html");
  CHECK(page.exit_code == 0);  // without the view of the sum
}

TEST_CASE("attnviz eval: gold mass of the attention and of the posterior", "[hard]") {
  const Json scores = json_of("eval --model hard --count 50 --json");
  const double posterior = scores.at("posterior").at("gold_mass");
  CHECK(posterior != scores.at("gold_mass").get<double>());
  const std::string text = models().run("eval --model hard --count 50").out;
  CHECK(text.find("\nthe posterior, where the answer came from:\n  gold mass           " +
                  format_fixed(posterior, 4)) != std::string::npos);
  CHECK(!json_of("eval --model soft --count 50 --json").contains("posterior"));
  const Json explained = json_of("eval --model hard --count 5 --explain all --json");
  CHECK(explained.at("methods").contains("erase"));
  CHECK(!explained.at("methods").contains("value"));
  CHECK(explained.at("necessity").contains("uniform"));
  check_refused(models().run("eval --model hard --count 5 --explain value"), 2,
                "value: hard attention mixes probabilities, not values");
}

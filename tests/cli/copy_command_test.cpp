// A model with a copy gate from file to picture, by the program as a user runs it.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/run_program.h"

namespace attnviz {
namespace {

constexpr const char* small = " --steps 40 --hidden 8 --embedding 8 --attention-units 8 --quiet ";

/// Greetings of people of whom each is greeted once.
std::string greetings() {
  std::string text;
  for (char a = 'A'; a <= 'T'; ++a) {
    const std::string name = {a, 'o', 'n'};
    text += "hello " + name + "\thallo " + name + "\n" + name + " sleeps\t" + name + " ruht\n";
  }
  return text;
}

const WorkFolder& trained() {
  static const WorkFolder folder;
  static const bool once = [] {
    folder.write("pairs.tsv", greetings());
    const auto result =
        folder.run(std::string("train --data pairs.tsv --min-count 9 --copy --out m") + small);
    INFO(result.output);
    REQUIRE(result.exit_code == 0);
    return true;
  }();
  static_cast<void>(once);
  return folder;
}

TEST_CASE("a model that copies says so and is asked, measured and drawn", "[pairs][copy]") {
  const WorkFolder& folder = trained();
  CHECK(folder.run("info m").out.find("  copy: true\n") != std::string::npos);
  const auto predicted = folder.run("predict --model m --json --logits --quiet 'hello Zed'");
  INFO(predicted.output);
  REQUIRE(predicted.exit_code == 0);
  const auto map = nlohmann::json::parse(predicted.out);
  CHECK(map.at("copied").size() == map.at("target").size());
  for (const auto& row : map.at("weights")) CHECK(row.size() == 3);
  for (const auto& row : map.at("logits")) CHECK(row.size() == 6);  // four reserved, hallo, ruht
  CHECK(folder.run("predict --model m --beam 3 --n-best 2 --quiet 'hello Zed'").exit_code == 0);
  CHECK(folder.run("predict --model m --target 'hallo Zed' --quiet 'hello Zed'").exit_code == 0);
  CHECK(folder.run("eval --model m").exit_code == 0);
  CHECK(folder.run("eval --model m --data pairs.tsv --beam 2").exit_code == 0);
  CHECK(folder.run("render --curve m --out c.png").exit_code == 0);
}

TEST_CASE("how far outputs were copied stands beside the map in every picture", "[pairs][copy]") {
  const WorkFolder& folder = trained();
  for (const std::string input : {"--input 'hello Zed'", "--input 'hello Zed' 'Zed sleeps'"}) {
    CHECK(folder.run("render --model m " + input + " --annotate --out p.png").exit_code == 0);
    CHECK(folder.read("p.png").starts_with(png_signature));
    CHECK(folder.run("render --model m " + input + " --out p.svg").exit_code == 0);
  }
  CHECK(folder.run("render --model m --input 'hello Zed' --out p.html").exit_code == 0);
  CHECK(folder.read("p.html").find("\"copied\":[") != std::string::npos);
  const auto drawn = folder.run("render --model m --input 'hello Zed' --format terminal");
  CHECK(drawn.exit_code == 0);
  CHECK(drawn.out.find("  c\n") != std::string::npos);  // the first letter of "copied"
  for (const std::string file : {"p.json", "p.npz"}) {
    CHECK(folder.run("predict --model m --quiet 'hello Zed' --attention " + file).exit_code == 0);
    CHECK(folder.run("render --matrix " + file + " --out back.json").exit_code == 0);
    CHECK(folder.read("back.json").find("\"copied\":[") != std::string::npos);
  }
  auto map = nlohmann::json::parse(folder.read("p.json"));
  map.erase("copied");
  folder.write("plain.json", map.dump());
  for (const std::string name : {"p", "plain"}) {
    CHECK(folder.run("render --matrix " + name + ".json --out " + name + ".svg").exit_code == 0);
  }
  CHECK(folder.read("p.svg") != folder.read("plain.svg"));
  CHECK(folder.run("predict --model m --quiet 'hello Zed' --attention p.csv").exit_code == 0);
  CHECK(folder.read("p.csv").starts_with(",hello,Zed,</s>\n"));
}

TEST_CASE("a trace of copying gives the share and the texts", "[pairs][copy]") {
  const WorkFolder& folder = trained();
  REQUIRE(folder.run("predict --model m --quiet 'hello Zed' --trace t.jsonl --trace-full t.npz")
              .exit_code == 0);
  std::istringstream lines(folder.read("t.jsonl"));
  std::string line;
  std::getline(lines, line);
  std::size_t outputs = 0;
  for (; std::getline(lines, line); ++outputs) {
    const auto output = nlohmann::json::parse(line);
    CHECK(output.at("copied").get<double>() > 0.0);
    CHECK(output.at("top").at(0).at(0) == output.at("symbol"));
    double sum = 0.0;
    for (const auto& one : output.at("top")) sum += one.at(1).get<double>();
    CHECK(sum > 0.5);  // five of the seven symbols
    CHECK(sum < 1.0 + 1e-6);
  }
  CHECK(outputs > 0);
}

TEST_CASE("a run that copies resumes to the same bytes and starts others", "[pairs][copy]") {
  const WorkFolder& folder = trained();
  const std::string once = folder.read("m/model.safetensors");
  const std::string train = "train --data pairs.tsv --min-count 9 ";
  CHECK(folder.run(train + "--copy --threads 2 --out again" + small).exit_code == 0);
  CHECK(folder.read("again/model.safetensors") == once);
  CHECK(folder.run("train --resume again --quiet --steps 60").exit_code == 0);
  CHECK(folder.run("train --resume again --quiet --copy").exit_code == 0);
  CHECK(folder.run("train --data pairs.tsv --init-from m --steps 5 --quiet --out n").exit_code ==
        0);
  CHECK(folder.run("info n").out.find("  copy: true\n") != std::string::npos);
  REQUIRE(folder.run(train + "--out plain" + small).exit_code == 0);
  CHECK(folder.read("plain/model.safetensors").find("copy") == std::string::npos);
  const auto other = folder.run("train --resume plain --copy --quiet");
  CHECK(other.exit_code == 2);
  CHECK(other.err.find("--copy: expected false, as in the run that is resumed, got true") !=
        std::string::npos);
}

TEST_CASE("what is copied is watched as well", "[pairs][copy]") {
  const WorkFolder folder;
  folder.write("pairs.tsv", greetings());
  const auto result = folder.run(
      std::string("train --data pairs.tsv --min-count 9 --copy --out m --watch 'hello Bon' "
                  "--watch 'Zed sleeps\tZed ruht' --watch-frames 4") +
      small);
  INFO(result.output);
  REQUIRE(result.exit_code == 0);
  const std::string maps = folder.read("m/maps.jsonl");
  CHECK(maps.find("\"target\":[\"hallo\",\"Bon\",\"</s>\"]") != std::string::npos);
  CHECK(maps.find("\"target\":[\"Zed\",\"ruht\",\"</s>\"]") != std::string::npos);
  CHECK(occurrences(maps, "\"copied\":[") == 8);
  CHECK(folder.run("render --film m --out film.png --annotate").exit_code == 0);
}

TEST_CASE("what is not defined with a copy gate is refused", "[pairs][copy]") {
  const WorkFolder& folder = trained();
  for (const auto& [arguments, message] : std::vector<std::pair<std::string, std::string>>{
           {"explain --model m 'hello Bon'", "has a copy gate"},
           {"eval --model m --explain attention", "has a copy gate"},
           {"train --data pairs.tsv --copy --attention none --out x",
            "--copy: copies what is attended to, got --attention none"},
           {"train --data pairs.tsv --copy --attention hard --out x",
            "--copy: is for attention that averages, got --attention hard"},
           {"train --task sort --copy --out x",
            "--copy: is for pairs: expected --data, or --source and --target"},
           {"train --task all --copy --out x",
            "--copy: is for pairs: expected --data, or --source and --target"}}) {
    const auto result = folder.run(arguments);
    INFO(arguments << '\n' << result.output);
    CHECK(result.exit_code == 2);
    CHECK(result.err.find(message) != std::string::npos);
  }
  const auto task = folder.run("train --task reverse --init-from m --out x");
  CHECK(task.exit_code == 3);
  CHECK(task.err.find("has a copy gate, which is for pairs") != std::string::npos);
  CHECK_FALSE(folder.has("x"));
}

}  // namespace
}  // namespace attnviz

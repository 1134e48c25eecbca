// `attnviz render --matrix` with --crop-rows, --crop-columns and --merge.
#include <string>

#include "catch.h"
#include "cli/run_program.h"
#include "json.h"

using namespace attnviz;

namespace {

using Json = nlohmann::json;

/// Padded with zeros: 2 x 3 of 3 x 4.
constexpr const char* padded = ",a,b,c,0\nx,0.5,0.5,0,0\ny,0,0,1,0\n0,0,0,0,0\n";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("attnviz render: a padded map is cropped, which the caption says") {
  const WorkFolder folder;
  folder.write("m.csv", padded);
  const auto drawn = folder.run(
      "render --matrix m.csv --crop-rows 0:2 --crop-columns :-1 "
      "--format terminal");
  CHECK(drawn.err.empty());
  CHECK(has(drawn.out, "cropped to rows 0:2 of 3, columns 0:3 of 4 · no weight cut off"));
  // The short names do the same, also beside a number of panels.
  CHECK(folder.run("render --matrix m.csv --rows 0:2 --columns 0:3 --format terminal").out ==
        drawn.out);
  CHECK(folder.run("render --matrix m.csv m.csv --columns 1 --rows 0:2 --out o.png").exit_code ==
        0);
  const auto less = folder.run("render --matrix m.csv --rows 0:1 --columns 1: --format terminal");
  CHECK(has(less.out, "50.00 % of the rows' weight cut off"));
  folder.run("render --quiet --matrix m.csv --rows 0:2 --columns 0:3 --out o.json");
  const Json json = Json::parse(folder.read("o.json"));
  CHECK(json.at("weights") == Json::parse("[[0.5,0.5,0],[0,0,1]]"));
  CHECK(json.at("source") == Json::parse(R"(["a","b","c"])"));
}

TEST_CASE("attnviz render: given labels are those of the part, or of all of the side") {
  const WorkFolder folder;
  folder.write("m.csv", padded);
  const auto labels = [&](const std::string& given) {
    folder.run("render --quiet --matrix m.csv --rows 0:2 --row-labels " + given + " --out o.json");
    return Json::parse(folder.read("o.json")).at("target");
  };
  CHECK(labels("p,q") == Json::parse(R"(["p","q"])"));
  CHECK(labels("p,q,r") == Json::parse(R"(["p","q"])"));
  check_refused(folder.run("render --matrix m.csv --rows 0:2 --row-labels p,q,r,s --out o.png"), 2,
                "--row-labels: expected 2, one a row (or 3, before the crop), got 4");
}

TEST_CASE("attnviz render: ranges that are none are refused") {
  const WorkFolder folder;
  folder.write("m.csv", padded);
  const std::vector<std::pair<std::string, std::string>> cases{
      {"--crop-rows 0:9", "--crop-rows: expected a range inside 0:3, as in 0:3 or 1:-1, got"},
      {"--rows 2", "--crop-rows: expected a range inside 0:3"},
      {"--columns 3:3", "--crop-columns: expected a range inside 0:4"},
      {"--columns 1:2 --crop-columns 1:2", "--columns: expected a number of panels"},
      {"--columns x", "--columns: expected an integer in 1..256, or a range such as 0:13"},
      {"--columns 257", "--columns: expected an integer in 1..256"}};
  for (const auto& [arguments, message] : cases) {
    INFO(arguments);
    check_refused(folder.run("render --matrix m.csv --out o.png " + arguments), 2, message);
  }
  check_refused(folder.run("render --columns 0:3 --out o.png"), 2, "a range needs --matrix");
}

TEST_CASE("attnviz render --merge: pieces become words, which the caption says") {
  const WorkFolder folder;
  folder.write("m.csv", ",lo@@,w,b\nx@@,0.5,0.25,0.25\ny,0,0,1\n");
  const auto drawn = folder.run("render --matrix m.csv --merge @@ --format terminal");
  CHECK(has(drawn.out, "pieces joined at @@: 1 rows of 2, 2 columns of 3"));
  folder.run("render --quiet --matrix m.csv --merge @@ --out o.json");
  const Json json = Json::parse(folder.read("o.json"));
  CHECK(json.at("target") == Json::parse(R"(["xy"])"));
  CHECK(json.at("source") == Json::parse(R"(["low","b"])"));
  CHECK(json.at("weights") == Json::parse("[[0.375,0.625]]"));
  const auto none = folder.run("render --matrix m.csv --merge '##' --out o.png");
  CHECK(none.exit_code == 0);
  CHECK(has(none.err, "attnviz: note: --merge: no label of m.csv has ##: nothing was joined"));
  CHECK_FALSE(
      has(folder.run("render --quiet --matrix m.csv --merge '##' --out o.png").err, "note"));
  check_refused(folder.run("render --matrix m.csv --merge + --out o.png"), 2,
                "--merge: expected one of @@, ##, ▁, Ġ, </w>, got \"+\"");
}

TEST_CASE("attnviz render --gold FILE: links in place of the gold of the maps") {
  const WorkFolder folder;
  folder.write("m.csv", ",a,b\nx,0.75,0.25\ny,0.5,0.5\n");
  folder.write("links", "0-0 1-1\n");
  const auto drawn = folder.run("render --matrix m.csv --gold links --format terminal");
  CHECK(drawn.err.empty());
  CHECK(has(drawn.out, "gold mass 0.625 · on target 1 of 2"));
  folder.run("render --matrix m.csv --gold=links --out o.json");
  CHECK(Json::parse(folder.read("o.json")).at("gold") == Json::parse("[[0],[1]]"));
  // Alone it is what it was, wherever it stands.
  CHECK(folder.run("render --matrix o.json --gold --format terminal").out == drawn.out);
  CHECK(has(folder.run("render --gold --matrix m.csv --out o.png").err, "no true alignment"));
  folder.write("few", "");
  check_refused(folder.run("render --matrix m.csv --gold few --out o.png"), 3,
                "few: expected a line of links for each sentence, 1, got 0");
  folder.write("two", "0-0 1-1\n0-0\n");
  check_refused(folder.run("render --matrix m.csv --gold two --out o.png"), 3,
                "two: expected a line of links for each sentence, 1, got 2");
  check_refused(folder.run("render --matrix m.csv --crop-columns 1:2 --gold links --out o.png"), 2,
                "--gold: links count from the first row and column, which \"1:2\" crops away");
  // Line N is that of sentence N where there is one for each of the file, else of the N-th chosen.
  folder.write("three.txt", "x ||| 1,0 0,1\ny ||| 1,0 0,1\nz ||| 1,0 0,1\n");
  folder.write("all", "0-0\n1-0\n0-0\n");
  const std::string second = "render --matrix three.txt --input-format marian --sentence 2 --gold=";
  folder.run(second + "all --out o.json");
  CHECK(Json::parse(folder.read("o.json")).at("gold") == Json::parse("[[1]]"));
  folder.write("links1", "0-0\n");
  folder.run(second + "links1 --out o.json");
  CHECK(Json::parse(folder.read("o.json")).at("gold") == Json::parse("[[0]]"));
  check_refused(folder.run("render --matrix m.csv m.csv --gold links --out o.png"), 2,
                "--gold: a file of links is for the maps of one --matrix");
  folder.write("l.csv", "0-0\n");
  check_refused(folder.run("render --matrix m.csv --gold l.csv --out l.csv"), 2, "--gold");
}

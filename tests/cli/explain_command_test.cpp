// `attnviz explain` and `eval --explain`, as a user runs them. The values of the methods themselves
// are compared in tests/explain.
#include <cmath>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"
#include "cli/run_program.h"
#include "json.h"

using namespace attnviz;

namespace {

using Json = nlohmann::json;

/// Models that are right on the inputs below.
const std::string reverse =
    " --model " ATTNVIZ_SOURCE_DIR "/tests/data/explain_reverse.safetensors ";
const std::string sort = " --model " ATTNVIZ_SOURCE_DIR "/tests/data/explain_sort.safetensors ";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Maps, one a line, by method.
std::map<std::string, Json> maps_of(const std::string& text) {
  std::map<std::string, Json> maps;
  for (const std::string& line : lines_of(text)) {
    const Json map = Json::parse(line);
    maps[map.at("facts").at("method")] = map;
  }
  return maps;
}

/// A folder with a model of pairs in m, trained for a moment.
const WorkFolder& trained_on_pairs() {
  static const WorkFolder folder;
  static const bool once = [] {
    std::string pairs;
    for (const char* color : {"red", "blue", "green", "black", "white", "gray"}) {
      const std::string c = color;
      pairs += "one " + c + "\t" + c + "\n" + "two " + c + "\t" + c + " " + c + "\n";
    }
    folder.write("pairs.tsv", pairs);
    const auto result = folder.run(std::string("train --data pairs.tsv --out m") + tiny);
    INFO(result.output);
    REQUIRE(result.exit_code == 0);
    return true;
  }();
  static_cast<void>(once);
  return folder;
}

}  // namespace

TEST_CASE("attnviz explain: what is printed", "[explain]") {
  const auto result = run_program("explain fab" + reverse);
  INFO(result.output);
  CHECK(result.exit_code == 0);
  CHECK(result.err.empty());
  const auto lines = lines_of(result.out);
  REQUIRE(lines.size() == 13);
  CHECK(lines[0] == "fab -> baf");
  CHECK(lines[2] == "  method           question             how exact");
  CHECK(lines[3] == "  attention        where it looks       exact");
  CHECK(lines[4] == "  occlusion, swap  what it needs        15 swaps, all of them");
  CHECK(has(lines[5], "shapley, mean    what SHAP says       exact, all 8 sets; sums right to "));
  CHECK(lines[6] == "  truth            what the task needs  15 swaps, all of them");
  CHECK(lines[8] == "  method           gold mass  hit rate  overlap  distance");
  CHECK(lines[12] == "  truth               1.0000    1.0000   1.0000    0.0000");
}

TEST_CASE("attnviz explain: the width of a terminal, for all methods", "[explain]") {
  const auto result = run_program("explain 39641 --method all" + sort);
  CHECK(result.exit_code == 0);
  CHECK(result.err.empty());
  const auto lines = lines_of(result.out);
  CHECK(lines.size() == 2 + 13 + 1 + 1 + 13);
  CHECK(has(result.out, "exact, all 32 sets;\n" + std::string(50, ' ') + "sums right to "));
  for (const std::string& line : lines) CHECK(line.size() <= 80);
  // Half of what a digit's place depends on are the other digits.
  CHECK(has(lines.back(), "  truth                0.5551    1.0000   1.0000    0.0000"));
}

TEST_CASE("attnviz explain --json: maps with their scores", "[explain]") {
  const auto result = run_program("explain 39641 --method all --json" + sort);
  CHECK(result.exit_code == 0);
  const auto maps = maps_of(result.out);
  REQUIRE(maps.size() == 12);
  for (const auto& [method, map] : maps) {
    const Json& facts = map.at("facts");
    INFO(method);
    CHECK(map.at("kind") == "attribution");
    CHECK(map.at("source") == Json({"3", "9", "6", "4", "1", "</s>"}));
    CHECK(map.at("target") == Json({"1", "3", "4", "6", "9", "</s>"}));
    CHECK(map.at("gold")[4] == Json({1}));
    CHECK(map.at("weights")[0].back().is_null() == (method != "attention"));
    CHECK(facts.at("task") == "sort");
    CHECK(!facts.at("check").get<std::string>().empty());
    for (const char* name : {"gold_mass", "hit_rate", "overlap", "distance"}) {
      const double score = std::stod(facts.at(name).get<std::string>());
      CHECK((score >= 0.0 && score <= 1.0));
    }
  }
  CHECK(maps.at("occlusion").at("facts").at("title") == "what it needs (occlusion, swap)");
  CHECK(maps.at("occlusion").at("facts").at("baseline") == "swap");
  CHECK(maps.at("occlusion").at("facts").at("function") == "change of log p");
  CHECK(maps.at("truth").at("facts").at("overlap") == "1.000000");
  CHECK(!maps.at("truth").at("facts").contains("baseline"));
  CHECK(maps.at("flip").at("weights") == maps.at("truth").at("weights"));
}

TEST_CASE("attnviz explain: what is refused", "[explain]") {
  struct Case {
    std::string arguments, message;
  };
  const std::vector<Case> cases{
      {"", "input is required; see attnviz explain --help"},
      {"fab --method atention", "got \"atention\"; did you mean \"attention\"?"},
      {"fab --method ''", "--method: expected all, or methods such as attention,ig"},
      {"fab --method ig,", "--method: expected all, or methods out of attention, value"},
      {"fab --method ig,lime,ig", "--method: expected each method once, got ig again"},
      {"fab --method ig,occlusion --baseline delete",
       "--baseline: ig takes mean, zero or unk, got delete"},
      {"fab --method occlusion,shapley --baseline swap",
       "--baseline: shapley takes mean, zero or unk, got swap"},
      {"fab --method attention,flip --baseline zero", "--baseline: none of the methods takes zero"},
      {"fab --baseline none", "--baseline: expected one of swap, mean, zero, unk, delete"},
      {"fab --samples 15", "--samples: expected an integer in 16..1000000"},
      {"fab --threads 17", "--threads: expected an integer in 1..16"},
      {"fab abc --target baf", "--target: expected one for each input, 2, got 1"},
      {"- --target baf", "--target: expected inputs on the command line, got - for standard"},
      {"fab --out x.pdf", "--out: expected a file that ends in .png, .svg or .html, got \"x.pdf\""},
      {"fab --out -", "--out: expected a file"},
      {"fab --cell 20", "--cell requires --out"},
      {"fab --out x.png --gold links.txt", "--gold: takes no file here"},
      {"fab --attention maps.json",
       "--attention: a .json file holds one map; name one method with --method"},
      {"fab --attention -", "--attention: expected a file"}};
  for (const Case& refused : cases) {
    check_refused(run_program("explain " + refused.arguments + reverse), 2, refused.message);
  }
  check_refused(run_program("explain faz" + reverse), 3, "the model has never seen \"z\"");
  check_refused(trained_on_pairs().run("explain 'two red' --model m --method truth"), 2,
                "--method: truth: the model was trained on no task");
  check_refused(trained_on_sort().run("explain 39641 --out runs/sort/model.safetensors"), 2,
                "--out: expected a file that ends in .png, .svg or .html");
  trained_on_sort().write("model.npy", "");
  check_refused(
      trained_on_sort().run("explain 39641 --method ig --attention model.npy --model model.npy"), 2,
      "--attention: expected another file than \"model.npy\" (--model), which is read");
}

TEST_CASE("attnviz explain: files for one input or several", "[explain]") {
  const WorkFolder folder;
  // The first is printed before it is known that there is another.
  for (const char* option : {"--out x.png", "--method ig --attention x.json"}) {
    const auto result = folder.run("explain fab cbcd " + std::string(option) + reverse);
    CHECK(result.exit_code == 2);
    CHECK(has(result.out, "fab -> baf"));
    CHECK(!folder.has("x.png"));
    CHECK(!folder.has("x.json"));
  }
  const auto several = folder.run("explain fab cbcd --attention x.jsonl" + reverse);
  CHECK(several.exit_code == 0);
  CHECK(has(several.out, "\n\ncbcd -> dcbc\n"));
  CHECK(lines_of(folder.read("x.jsonl")).size() == 8);
  CHECK(folder.read("x.jsonl") == folder.run("explain fab cbcd --json" + reverse).out);
}

TEST_CASE("attnviz explain: maps in files can be drawn", "[explain]") {
  const WorkFolder folder;
  CHECK(folder.run("explain 39641 --method all --attention all.jsonl" + sort).exit_code == 0);
  const auto sheet = folder.run("render --matrix all.jsonl --sentence all --out all.png");
  INFO(sheet.output);
  CHECK(sheet.exit_code == 0);
  CHECK(folder.read("all.png").starts_with(png_signature));
  for (const char* ending : {"json", "csv", "tsv", "npy", "npz"}) {
    const std::string name = std::string("one.") + ending;
    CHECK(folder.run("explain 39641 --method ig --quiet --attention " + name + sort).err.empty());
    CHECK(folder.run("render --quiet --matrix " + name + " --out " + ending + ".png").exit_code ==
          0);
  }
}

TEST_CASE("attnviz explain: a sheet", "[explain]") {
  const WorkFolder folder;
  const auto png = folder.run("explain 39641 --out sheet.png --gold --theme dark" + sort);
  INFO(png.err);
  CHECK(png.exit_code == 0);
  CHECK(has(png.err, "wrote sheet.png ("));
  CHECK(folder.read("sheet.png").starts_with(png_signature));
  // Letters of an SVG are outlines: its title tells.
  CHECK(folder.run("explain 39641 --out sheet.svg" + sort).exit_code == 0);
  const std::string svg = folder.read("sheet.svg");
  CHECK(has(svg, "sort: 39641 → 13469 · exact"));
  CHECK(folder.run("explain 39641 --quiet --out own.svg --title Mine" + sort).err.empty());
  CHECK(has(folder.read("own.svg"), "Mine"));
  CHECK(folder.run("explain 39641 --method flip --out one.svg" + sort).exit_code == 0);
  CHECK(has(folder.read("one.svg"), "· exact · what changes its answer (flip)"));
  const auto shown = folder.run("explain 39641 --show --method ig" + sort);
  CHECK(has(shown.err, "integrated gradients (ig, mean)"));
  CHECK(has(shown.out, "39641 -> 13469"));
}

TEST_CASE("attnviz explain -: lines of standard input", "[explain]") {
  const WorkFolder folder;
  const auto result =
      folder.run("explain - --attention maps.jsonl --method ig" + reverse, "fab\nxyz\n\ncbcd");
  CHECK(result.exit_code == 1);
  CHECK(has(result.out, "fab -> baf\n"));
  CHECK(has(result.out, "\n\ncbcd -> dcbc\n"));
  CHECK(has(result.err, "standard input, line 2: input \"xyz\": the model has never seen"));
  CHECK(has(result.err, "; it has no explanation\n"));
  CHECK(has(result.err, "2 of 4 inputs have no explanation\n"));
  const auto maps = lines_of(folder.read("maps.jsonl"));
  REQUIRE(maps.size() == 4);
  CHECK(Json::parse(maps[1]).at("facts").at("input") == "2");
  CHECK(folder.read("maps.jsonl") ==
        folder.run("explain - --json --method ig" + reverse, "fab\nxyz\n\ncbcd").out);
  CHECK(folder.run("explain -" + reverse, "").output.empty());
  // The same as on the command line.
  CHECK(folder.run("explain fab cbcd" + reverse).out ==
        folder.run("explain -" + reverse, "fab\ncbcd\n").out);
}

TEST_CASE("attnviz explain: the same bytes with any number of threads", "[explain]") {
  const std::string command = "explain 3964152 fab 39641077 --method all --json" + sort;
  const std::string one = run_program(command).out;
  CHECK(!one.empty());
  for (const char* threads : {"2", "3", "4"}) {
    CHECK(run_program(command + "--threads " + threads).out == one);
  }
  // Sampled methods follow the seed.
  const std::string sampled =
      "explain abcdefabcdefa --method shapley,lime --samples 64 --json" + reverse;
  const std::string first = run_program(sampled).out;
  CHECK(run_program(sampled + "--threads 3").out == first);
  CHECK(run_program(sampled + "--seed 1").out == first);
  CHECK(run_program(sampled + "--seed 2").out != first);
}

TEST_CASE("attnviz explain: above 12 inputs Shapley values are sampled, and it says so",
          "[explain]") {
  CHECK(has(run_program("explain abcdefabcdef --method shapley" + reverse).out,
            "exact, all 4096 sets; sums right to "));
  const auto sampled = run_program("explain abcdefabcdefa --method shapley" + reverse);
  CHECK(has(sampled.out, " pairs of orders;"));
  CHECK(has(sampled.out, "standard error up to "));
  for (const std::string& line : lines_of(sampled.out)) CHECK(line.size() <= 80);
  CHECK(has(sampled.err, "the model was trained on inputs of 3 to 6 symbols; this one has 13"));
}

TEST_CASE("attnviz explain: baselines", "[explain]") {
  const auto deleted = run_program("explain fab --method occlusion --baseline delete" + reverse);
  CHECK(deleted.exit_code == 0);
  CHECK(has(deleted.out, "occlusion, delete"));
  CHECK(has(deleted.err, "every input after the deleted one moves up a place"));
  const auto zero = run_program("explain fab --method ig,occlusion --baseline zero" + reverse);
  CHECK(zero.err.empty());
  CHECK((has(zero.out, "ig, zero") && has(zero.out, "occlusion, zero")));
  CHECK(has(run_program("explain fab --method ig --baseline unk" + reverse).err,
            "an embedding that was never trained"));
  CHECK(trained_on_pairs().run("explain 'two red' --model m --method ig --baseline unk").err == "");
  const auto all = run_program("explain fab --method all --baseline swap" + reverse);
  CHECK(has(all.err,
            "note: baselines other than swap, which they cannot take: ig (mean), shapley "
            "(mean), lime (mean), kernelshap (mean)\n"));
}

TEST_CASE("attnviz explain: answers that are wrong, given or cut", "[explain]") {
  const auto given = run_program("explain fab --target bba" + reverse);
  CHECK(given.exit_code == 0);
  CHECK(has(given.out, "fab -> bba\n"));
  CHECK(has(given.err, "note: the answer \"bba\" is wrong, expected \"baf\""));
  CHECK(run_program("explain fab --target baf" + reverse).err.empty());
  CHECK(run_program("explain fab --target bba --quiet" + reverse).err.empty());
}

TEST_CASE("attnviz explain: a model without attention needs none", "[explain]") {
  const WorkFolder folder;
  REQUIRE(folder.run(std::string("train --task sort --attention none") + tiny).exit_code == 0);
  const auto usual = folder.run("explain 39641");
  CHECK(usual.exit_code == 0);
  CHECK(has(usual.err, "attention is left out: the model has no attention"));
  check_refused(folder.run("explain 39641 --method value"), 2,
                "--method: value: the model has no attention");
  const auto measured = folder.run("eval --explain erase --count 2");
  CHECK(measured.exit_code == 0);
  CHECK(!has(measured.out, "attention is replaced"));
  const auto result = folder.run("explain 39641 --method erase,occlusion --json");
  CHECK(result.exit_code == 0);
  const auto maps = maps_of(result.out);
  for (const Json& row : maps.at("erase").at("weights")) {
    for (std::size_t j = 0; j < 5; ++j) CHECK(row[j] == 0.0);
  }
  CHECK(maps.at("occlusion").at("weights")[0][0] != 0.0);
}

TEST_CASE("attnviz explain: a model of pairs has no truth", "[explain]") {
  const auto result = trained_on_pairs().run("explain 'two red' --model m");
  CHECK(result.exit_code == 0);
  CHECK(has(result.out, "two red -> "));
  CHECK(has(result.out, "occlusion, swap"));
  CHECK(!has(result.out, "truth"));
  CHECK(!has(result.out, "gold mass"));
  const auto all = trained_on_pairs().run("explain 'two pink' --model m --method all");
  CHECK(all.exit_code == 0);
  CHECK(has(all.err, "the model has never seen \"pink\"; read as <unk>"));
  CHECK(has(all.err, "truth is left out: the model was trained on no task"));
}

TEST_CASE("attnviz explain: what would not fit into memory", "[explain]") {
  std::string input(1000, 'a');
  const auto result = run_program("explain " + input + " --method all --target " + input + reverse);
  check_refused(
      {"", result.err.substr(result.err.find("attnviz: error")), "", result.exit_code}, 5,
      "input: expected at most 8388608 values in all maps, got 12024012: 12 methods, 1001 "
      "outputs and 1000 inputs; name fewer methods, or explain a part of the input");
}

TEST_CASE("attnviz eval --explain: text and JSON agree", "[explain]") {
  const std::string command = "eval --explain all --count 20" + reverse;
  const auto text = run_program(command);
  INFO(text.output);
  CHECK(text.exit_code == 0);
  for (const std::string& line : lines_of(text.out)) CHECK(line.size() <= 80);
  const Json json = Json::parse(run_program(command + "--json").out);
  CHECK(json.at("examples") == 20);
  CHECK(json.at("exact_match") == 1.0);
  CHECK(json.at("methods").size() == 12);
  for (const auto& [name, method] : json.at("methods").items()) {
    INFO(name);
    for (const char* key : {"gold_mass", "hit_rate", "overlap", "distance", "comprehensiveness",
                            "sufficiency", "tau"}) {
      CHECK(method.at(key).is_number());
    }
    CHECK(method.at("rows_without_truth") == 20);  // those of END
  }
  CHECK(json.at("methods").at("truth").at("overlap") == Catch::Approx(1.0));
  CHECK(json.at("methods").at("flip").at("distance") == Catch::Approx(0.0).margin(1e-6));
  CHECK(json.at("methods").at("occlusion").at("tau") == Catch::Approx(1.0));
  CHECK(json.at("methods").at("ig").at("baseline") == "mean");
  for (const char* key : {"uniform", "permuted", "without_largest", "some_wrong", "wrong"}) {
    const double kept = json.at("necessity").at(key);
    CHECK((kept >= 0.0 && kept < 1.0));
  }
  CHECK(has(text.out, "20 of 1"));
  CHECK(has(text.out, "  all on a wrong input, some one keeps it"));
}

TEST_CASE("attnviz eval --explain: the same bytes with any number of threads", "[explain]") {
  const std::string command = "eval --explain attention,shapley,lime --count 10 --json" + sort;
  const auto one = run_program(command);
  CHECK(one.exit_code == 0);
  CHECK(run_program(command + "--threads 3").out == one.out);
  CHECK(run_program(command + "--seed 5").out != one.out);
}

TEST_CASE("attnviz explain: a page has all methods") {
  const WorkFolder folder;
  const auto result =
      folder.run("explain fab --method attention,occlusion,truth --out page.html" + reverse);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(result.err == "wrote page.html\n");
  const std::string page = folder.read("page.html");
  for (const char* method : {"attention", "occlusion", "truth"}) CHECK(has(page, method));
  CHECK(has(page, "Content-Security-Policy"));
}

TEST_CASE("attnviz eval --explain: which examples", "[explain]") {
  const WorkFolder& folder = trained_on_pairs();
  const auto held_out = folder.run("eval --model m --explain attention,occlusion --json");
  INFO(held_out.output);
  CHECK(held_out.exit_code == 0);
  const Json json = Json::parse(held_out.out);
  CHECK(!json.at("methods").at("attention").contains("gold_mass"));
  CHECK(json.at("methods").at("attention").contains("comprehensiveness"));
  CHECK(has(held_out.err, "that were held out to test with"));
  const auto given =
      folder.run("eval --model m --explain attention --data pairs.tsv --count 3 --json");
  CHECK(given.exit_code == 0);
  CHECK(Json::parse(given.out).at("examples") == 3);
  CHECK(folder.run("eval --model m --explain attention --data pairs.tsv --held-out").exit_code ==
        0);
  CHECK(run_program("eval --explain attention --data - --min-exact 1" + sort, "321\t123\n42\t42\n")
            .exit_code == 1);
  for (const auto& [arguments, message] : std::vector<std::pair<std::string, std::string>>{
           {"--explain foo", "--explain: expected all, or methods out of"},
           {"--explain ig --beam 2", "--beam excludes --explain"},
           {"--explain ig --by-length", "--by-length"},
           {"--threads 2", "--threads requires --explain"},
           {"--explain attention --baseline mean", "--baseline: none of the methods takes mean"},
           {"--explain ig --data none.tsv", "none.tsv"}}) {
    const auto refused = run_program("eval " + arguments + sort);
    INFO(refused.output);
    CHECK(refused.exit_code >= 2);
    CHECK(has(refused.err, message));
  }
}

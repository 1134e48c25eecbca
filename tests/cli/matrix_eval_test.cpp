// `attnviz eval --matrix`: scores of maps from files.
#include <string>
#include <vector>

#include "catch.h"
#include "cli/run_program.h"
#include "json.h"

using namespace attnviz;

namespace {

using Json = nlohmann::json;

std::string map_json(const std::string& weights, const std::string& more = "") {
  return R"({"format":"attnviz-attention","version":1,"orientation":"rows=output,columns=input",)"
         R"("source":["a","b","</s>"],"target":["x","y","</s>"],"weights":)" +
         weights + more + "}";
}

/// Two sentences: one on target, one that is undecided.
std::string two_maps(const std::string& gold = "") {
  return map_json("[[1,0,0],[0,1,0],[0,0,1]]", gold) + "\n" +
         map_json("[[0.5,0.25,0.25],[0.25,0.25,0.5],[0,0,1]]", gold) + "\n";
}

Json json_of(const ProgramResult& result) {
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return Json::parse(result.out);
}

}  // namespace

TEST_CASE("attnviz eval --matrix: by sentence and in all, with the gold of the file or of links") {
  const WorkFolder folder;
  folder.write("maps.jsonl", two_maps());
  folder.write("gold.jsonl", two_maps(R"(,"gold":[[0],[1],[]])"));
  folder.write("links", "0-0 1-1\n1-1 0-0\r\n");
  const Json json = json_of(folder.run("eval --matrix maps.jsonl --gold links --json"));
  CHECK(json.at("maps") == 2);
  CHECK(json.at("gold").at("gold_mass") == 0.6875);  // (1 + 1 + .5 + .25) / 4
  CHECK(json.at("gold").at("hit_rate") == 0.75);
  CHECK(json.at("gold").at("alignment_error_rate") == Catch::Approx(1 - 6.0 / 7));
  CHECK(json.at("end_rows") == 2);
  CHECK(json.at("by_sentence")[0].at("gold").at("gold_mass") == 1.0);
  CHECK(json.at("by_sentence")[1].at("gold").at("gold_mass") == 0.375);
  CHECK(json.at("by_sentence")[0].at("confidence") == 1.0);
  CHECK(json_of(folder.run("eval --matrix gold.jsonl --json")) == json);
  const auto text = folder.run("eval --matrix maps.jsonl --gold links");
  CHECK(text.out.find("  all            0.6875    0.7500     14.29 %") != std::string::npos);
  CHECK(text.out.find("\n2 maps, 2 with gold\n</s> at the end of the outputs of 2 maps") !=
        std::string::npos);
  // Without gold what attention shows by itself
  const Json bare = json_of(folder.run("eval --matrix maps.jsonl --json"));
  CHECK_FALSE(bare.contains("gold"));
  CHECK(bare.at("coverage_penalty") == json.at("coverage_penalty"));
  CHECK(folder.run("eval --matrix maps.jsonl").out.find("gold mass") == std::string::npos);
}

TEST_CASE("attnviz eval --matrix: the links of chosen sentences are those of their lines") {
  const WorkFolder folder;
  folder.write("maps.jsonl", two_maps());
  folder.write("links", "1-0\n0-0 1-1\n");
  const auto mass = [&](const std::string& options) {
    const Json json = json_of(folder.run("eval --matrix maps.jsonl --gold links --json" + options));
    return json.at("gold").at("gold_mass").get<double>();
  };
  CHECK(mass(" --sentence 2") == 0.375);
  CHECK(mass(" --sentence 1") == 0.0);
  CHECK(mass(" --sentence 1:3") == mass(""));
}

TEST_CASE("attnviz eval --matrix: heads, the best first, over all files") {
  const WorkFolder folder;
  // Of three heads the second is on target, in both sentences.
  folder.write("a.json", "[[[0,1],[1,0]],[[1,0],[0,1]],[[0.5,0.5],[0.5,0.5]]]");
  folder.write("b.json", "[[[0,1]],[[1,0]],[[0.5,0.5]]]");
  folder.write("links", "0-0 1-1\n0-0\n");
  const Json json = json_of(folder.run("eval --matrix a.json b.json --gold links --json"));
  CHECK(json.at("sentences") == 2);
  const Json& heads = json.at("heads");
  REQUIRE(heads.size() == 3);
  CHECK(heads[0].at("head") == "index 1");
  CHECK(heads[0].at("gold").at("gold_mass") == 1.0);
  CHECK(heads[1].at("head") == "index 2");
  CHECK(heads[2].at("gold").at("alignment_error_rate") == 1.0);
  CHECK(heads[0].at("by_sentence")[1].at("sentence") == "b.json");
  CHECK(heads[0].at("by_sentence")[1].at("rows") == 1);
  const auto text = folder.run("eval --matrix a.json b.json --gold links");
  CHECK(text.out.find("6 maps, 6 with gold: 3 heads, 2 sentences") != std::string::npos);
  // With a line a map the maps of an array are sentences.
  folder.write("three", "0-0\n0-0\n0-0\n");
  CHECK(json_of(folder.run("eval --matrix b.json --gold three --json")).at("by_sentence").size() ==
        3);
  check_refused(folder.run("eval --matrix b.json --gold links"), 3,
                "expected a line of links for each sentence, 1 (or 3, where its maps are "
                "sentences), got 2");
  folder.write("c.json", "[[[0,1]],[[1,0]]]");
  check_refused(folder.run("eval --matrix b.json c.json"), 2,
                "--matrix: expected the same heads for every sentence, 3, got 2 in c.json");
}

TEST_CASE("attnviz eval --matrix: possible links") {
  const WorkFolder folder;
  folder.write("m.csv", ",a,b\nx,1,0\ny,0,1\n");
  folder.write("links", "0-0 0?1 1p1\n");
  const Json json = json_of(folder.run("eval --matrix m.csv --gold links --json"));
  CHECK(json.at("gold").at("alignment_error_rate") == 0.0);
  CHECK(json.at("gold").at("gold_mass") == 1.0);
  CHECK(json.at("end_rows") == 0);
}

TEST_CASE("attnviz eval --matrix: rows that do not sum to one are said") {
  const WorkFolder folder;
  folder.write("m.csv", ",a,b\nx,1,3\ny,0,1\n");
  const auto result = folder.run("eval --matrix m.csv");
  CHECK(result.exit_code == 0);
  CHECK(result.out.find(
            "\n1 of 2 rows are not weights in 0..1 that sum to one: scored as they are") !=
        std::string::npos);
  CHECK(json_of(folder.run("eval --matrix m.csv --json")).at("odd_rows") == 1);
}

TEST_CASE("attnviz eval --matrix: pieces of words are merged before links are looked at") {
  const WorkFolder folder;
  folder.write("m.csv", ",lo@@,w,b\nx,0.5,0.5,0\ny@@,0,0,1\nz,0,0,1\n");
  folder.write("links", "0-0 1-1\n");
  const Json json = json_of(folder.run("eval --matrix m.csv --merge @@ --gold links --json"));
  CHECK(json.at("gold").at("gold_mass") == 1.0);
  check_refused(folder.run("eval --matrix m.csv --crop-rows 0:1 --gold links"), 3,
                "links:1: link 1-1: expected an input and an output among 3 and 1, counted from 0");
}

TEST_CASE("attnviz eval --matrix: what it refuses") {
  const WorkFolder folder;
  folder.write("m.csv", ",a,b\nx,1,0\ny,0,1\n");
  folder.write("maps.jsonl", two_maps());
  const std::vector<std::pair<std::string, std::string>> links{
      {"", "expected a line of links for each sentence, 1, got 0"},
      {"0-0\n0-0\n", "expected a line of links for each sentence, 1, got 2"},
      {"2-0\n", "links:1: link 2-0: expected an input and an output among 2 and 2"},
      {"0-2\n", "links:1: link 0-2"},
      {"0:0\n", "links:1: expected links such as 0-1 with blanks between them, got \"0:0\""},
      {"0-\n", "got \"0-\""},
      {"-\n", "got \"-\""},
      {"0--1\n", "got \"0--1\""},
      {"99999999999-0\n", "got \"99999999999-0\""},
      {"\xff\n", "links:1"}};
  for (const auto& [text, message] : links) {
    folder.write("links", text);
    check_refused(folder.run("eval --matrix m.csv --gold links"), 3, message);
  }
  // END is no place for a link.
  folder.write("links", "0-0\n2-0\n");
  check_refused(folder.run("eval --matrix maps.jsonl --gold links"), 3, "links:2: link 2-0");
  const std::vector<std::pair<std::string, std::string>> usage{
      {"--matrix m.csv --gold none", ""},
      {"--matrix m.csv --count 3", "--matrix"},
      {"--matrix m.csv --columns 1:2", "--columns"},
      {"--matrix m.csv --model runs/x", "--matrix"},
      {"--matrix m.csv --by-length", "--matrix"},
      {"--gold links", "--gold requires --matrix"}};
  for (const auto& [arguments, message] : usage) {
    INFO(arguments);
    const auto result = folder.run("eval " + arguments);
    CHECK(result.exit_code != 0);
    CHECK(result.err.find(message) != std::string::npos);
  }
  folder.write("links", "0-0\n");
  check_refused(folder.run("eval --matrix m.csv --gold links > links"), 2, "--gold");
}

TEST_CASE("attnviz eval --matrix: names of sentences are no heads") {
  const WorkFolder folder;
  folder.write("log",
               "S-5\ta b\nH-5\t-1\tx y\nA-5\t0-0 1-1\nS-2\tc d\nH-2\t-1\tz w\nA-2\t0-0 1-0\n");
  folder.write("links", "0-0 1-1\n0-0 1-1\n");
  const Json json =
      json_of(folder.run("eval --matrix log --input-format fairseq --gold links --json"));
  CHECK_FALSE(json.contains("heads"));
  CHECK(json.at("gold").at("gold_mass") == 0.75);
  CHECK(json.at("by_sentence").size() == 2);
  // Heads that differ are named.
  folder.write("a.json", "[[[0,1]],[[1,0]],[[1,0]]]");
  folder.write("b.json", "[[[0,1]],[[1,0]]]");
  check_refused(folder.run("eval --matrix a.json b.json --index -1"), 2,
                "--matrix: expected the same heads for every sentence, \"index 2\" as in a.json, "
                "got \"index 1\" in b.json");
}

TEST_CASE("attnviz eval --help: what is taken by default is all") {
  const WorkFolder folder;
  const std::string eval = folder.run("eval --help").out;
  CHECK(eval.find("all (default all)") != std::string::npos);
  CHECK(eval.find("(default: every map)") != std::string::npos);
  CHECK(eval.find("score only these rows") != std::string::npos);
  CHECK(eval.find("caption") == std::string::npos);
  CHECK(folder.run("render --help").out.find("all (default 1)") != std::string::npos);
}

TEST_CASE("attnviz eval --matrix: labels from standard input are those of all files") {
  const WorkFolder folder;
  folder.write("m.json", "[[0.5,0.5],[1,0]]");
  folder.write("labels", "x\n</s>\n");
  const std::string files = " --matrix m.json m.json --row-labels - < labels";
  CHECK(json_of(folder.run("eval --json" + files)).at("end_rows") == 2);
}

TEST_CASE("attnviz eval --matrix: masked cells beside links leave them links") {
  const WorkFolder folder;
  folder.write("m.json", "[[1,1,null],[0,0,null]]");
  CHECK(json_of(folder.run("eval --matrix m.json --json")).value("odd_rows", 0) == 0);
  CHECK(folder.run("render --matrix m.json --format terminal").err.find("warning") ==
        std::string::npos);
}

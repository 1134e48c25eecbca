// `attnviz render --matrix`: files of attention, drawn and converted.
#include <algorithm>
#include <string>
#include <vector>

#include "catch.h"
#include "cli/run_program.h"

using namespace attnviz;

namespace {

/// A map as JSON with other weights.
std::string map_json(const std::string& weights, const std::string& more = "") {
  return R"({"format":"attnviz-attention","version":1,"orientation":"rows=output,columns=input",)"
         R"("source":["a","b"],"target":["x","y"],"weights":)" +
         weights + more + "}";
}

}  // namespace

TEST_CASE(
    "attnviz render: weights as large as floats can be are drawn, and a sum beyond is named") {
  const WorkFolder folder;
  folder.write("m.csv", ",a,b\nx,3.4e38,-3.4e38\ny,3.4e38,3.4e38\n");
  folder.write("n.csv", ",a,b\nx,-3.4e38,3.4e38\ny,0,0\n");
  folder.write("one.csv", ",a\nx,3.4e38\n");
  folder.write("gold.json",
               R"({"format":"attnviz-attention","version":1,"orientation":"rows=output,columns=)"
               R"(input","source":["a","b"],"target":["x","y"],"weights":[[3.4e38,3.4e38],)"
               R"([3.4e38,3.4e38]],"gold":[[0],[1]]})");
  for (const std::string file : {"m.csv", "one.csv", "gold.json"}) {
    for (const std::string how :
         {"--out o.png", "--out o.svg", "--out o.png --scale auto", "--out o.svg --annotate",
          "--out o.png --annotate=.6% --cell 256", "--out o.svg --mark-argmax --gold",
          "--format terminal", "--format terminal --scale auto", "--out o.json", "--out o.npz"}) {
      INFO(file << ' ' << how);
      const auto result = folder.run("render --matrix " + file + ' ' + how);
      CHECK(result.exit_code == 0);
      for (const std::string word : {"inf", "nan"}) {
        CHECK(result.output.find(word) == std::string::npos);
        if (how.find(".svg") != std::string::npos) {
          CHECK(folder.read("o.svg").find('"' + word) == std::string::npos);
          CHECK(folder.read("o.svg").find(' ' + word + ' ') == std::string::npos);
        }
      }
    }
  }
  check_refused(folder.run("render --quiet --matrix m.csv n.csv --difference --out o.png"), 3,
                "m.csv minus n.csv: row 1, column 1: expected a finite number, got inf");
}

TEST_CASE("attnviz render --matrix: no model needed") {
  const WorkFolder folder;
  folder.write("map.json", map_json("[[0.25,0.75],[1,0]]", R"(,"facts":{"title":"Of a file"})"));
  folder.write("map.csv", ",a,b\nx,0.25,0.75\ny,1,0\n");
  folder.write("maps.jsonl", map_json("[[1,0],[0,1]]") + "\n\n" + map_json("[[0.25,0.75],[1,0]]"));
  folder.write("one.csv", ",a\nx,1\n");
  folder.write("row.csv", "\xef\xbb\xbf,a,b,c,d\r\nx,0,0.5,0,0.5\r\n");
  for (const std::string file : {"map.json", "map.csv", "maps.jsonl --sentence 1",
                                 "maps.jsonl --sentence 2", "one.csv", "row.csv"}) {
    INFO(file);
    const auto result = folder.run("render --out out.png --matrix " + file);
    CHECK(result.exit_code == 0);
    CHECK(result.err.starts_with("wrote out.png ("));
    CHECK(result.err.find("warning") == std::string::npos);
    CHECK(folder.read("out.png").starts_with(png_signature));
  }
  // --gold outlines cells where there is gold
  folder.write("gold.json", map_json("[[0.25,0.75],[1,0]]", R"(,"gold":[[1],[0]])"));
  for (const std::string file : {"map", "gold"}) {
    const std::string render = "render --out - --title x --matrix " + file + ".json";
    const bool same = folder.run(render).out == folder.run(render + " --gold").out;
    CHECK(same == (file == "map"));
  }
  folder.run("render --matrix map.json --out out.png");
  CHECK(folder.read("out.png").find("Of a file") != std::string::npos);
  CHECK(folder.run("render --matrix - --out -", folder.read("map.json"))
            .out.starts_with(png_signature));
}

TEST_CASE("attnviz render --matrix: rows that are no distribution are drawn, with one warning") {
  const WorkFolder folder;
  const std::vector<std::pair<std::string, std::string>> cases{
      {"[[0.5,0.6],[1,0]]",
       "1 of 2 rows are not weights in 0..1 that sum to one (the first is row 1)"},
      {"[[0.5,0.5],[0,0]]",
       "1 of 2 rows are not weights in 0..1 that sum to one (the first is row 2)"},
      {"[[2,-1],[-0.5,1.5]]", "2 of 2 rows"},
      {"[[1e30,1e30],[-1e30,1e30]]", "2 of 2 rows"},
      {"[[0.33,0.66],[0.4951,0.5]]", ""},  // rounded
  };
  for (const auto& [weights, warning] : cases) {
    INFO(weights);
    folder.write("map.json", map_json(weights));
    const auto result = folder.run("render --matrix map.json --out out.png");
    INFO(result.err);
    CHECK(result.exit_code == 0);
    CHECK(folder.read("out.png").starts_with(png_signature));
    if (warning.empty()) {
      CHECK(result.err.starts_with("wrote"));
    } else {
      CHECK(result.err.starts_with("attnviz: warning: map.json: " + warning));
      const bool outside = weights.find('-') < weights.size();  // another warning
      CHECK(std::count(result.err.begin(), result.err.end(), '\n') == (outside ? 3 : 2));
    }
  }
}

TEST_CASE("attnviz render --matrix: files it refuses, with the place") {
  const WorkFolder folder;
  const std::string good = map_json("[[1,0],[0,1]]");
  struct Case {
    std::string name, bytes, message;
  };
  const std::vector<Case> cases{
      {"m.csv", "", "m.csv: expected a row of labels, got an empty file"},
      {"m.csv", ",a,b\n", "m.csv: expected rows of numbers below the labels, got none"},
      {"m.csv", ",a,b\nx,1,0\ny,1\n", "m.csv:3: expected a label and 2 numbers, got 2 cells"},
      {"m.csv", ",a,b\nx,1,0,0\n", "m.csv:2: expected a label and 2 numbers, got 4 cells"},
      {"m.csv", ",a,b\nx,1,nope\n", "m.csv:2: column 3: expected a finite number"},
      {"m.csv", ",a,b\nx,inf,0\n", "m.csv:2: column 2: expected a finite number"},
      {"m.csv", ",a,b\nx,\"0,5\",\"0,5\"\n",
       "m.csv:2: column 2: expected a finite number with a decimal point"},
      {"m.csv", ",a,b\nx,0,5,0,5\n", "m.csv:2: expected a label and 2 numbers, got 5 cells"},
      {"m.csv", ",a,b\nx,1,\"0\n", "m.csv:2: column 3: expected a closing quote"},
      {"m.csv", ",a\nx,\xff\n", "m.csv:2: column 3: expected UTF-8"},
      {"m.json", "", "m.json: "},
      {"m.json", good + "x", "m.json: "},
      {"m.json", good + "\n" + good, "m.json:2: column 1: expected nothing after"},
      {"m.json", std::string(100000, '['), "m.json: "},
      {"m.json", "[1]", "m.json: [0]: expected a list of numbers, got 1"},
      {"m.json", map_json("[[1,0]]"), "m.json: weights: expected 2 rows, got 1"},
      {"m.json", map_json("[[1,0],[1]]"), "m.json: weights[1]: expected 2 numbers, got 1"},
      {"m.json", map_json("[[1,0],[0,Infinity]]"), "m.json: "},
      {"m.json", map_json("[[1,0],[0,1e999]]"), "m.json: "},
      {"m.json", map_json("[[1,0],[0,\"1\"]]"), "m.json: weights[1][1]: expected a finite number"},
      {"m.json", map_json("[[1,0],[0,1]]", R"(,"version":1)"), "m.json: "},
      {"m.json", map_json("[[1,0],[0,1]]", R"(,"gold":[[2],[]])"), "m.json: gold[0][0]: expected"},
      {"m.json", ",a,b\nx,1,0\n", "m.json:1: column 1: not valid JSON"},
      {"m.jsonl", good + "\n\n" + good + "x\n", "m.jsonl:3"},
      {"m.jsonl", "\n\n", "m.jsonl: expected at least one sentence, got none"},
      {"m.csv", good, "m.csv: expected CSV, got JSON"},
      {"m.json", "\x89PNG\r\n", "m.json: expected JSON, got a PNG picture"},
      {"m.npy", good, "m.npy: expected a NumPy array, got JSON"},
      {"m.npz", "PK", "m.npz: expected a zip archive, got no directory at the end"},
  };
  for (const Case& one : cases) {
    INFO(one.name << ": " << one.bytes.substr(0, 200));
    folder.write(one.name, one.bytes);
    check_refused(folder.run("render --out out.png --matrix " + one.name), 3, one.message);
    CHECK(!folder.has("out.png"));
  }
  const std::vector<Case> foreign_cases{
      {"marian", "a ||| 1,0 0,nix\n",
       "m.txt:1: row 2: weight 2: expected a finite number, got \"nix\""},
      {"nematus", "0 ||| a ||| 0 ||| b ||| 2 2\n1 0\n",
       "m.txt:1: expected 2 rows of weights, got 1"},
      {"npy", read_bytes(ATTNVIZ_SOURCE_DIR "/tests/data/foreign/object.npy"),
       "m.txt: header: expected numbers, got |O, a pickle of Python objects"},
      {"npz", read_bytes(ATTNVIZ_SOURCE_DIR "/tests/data/foreign/stored.npz").substr(0, 900),
       "m.txt: expected a zip archive, got no directory at the end; is the file cut short?"},
      {"tsv", "\ta\nx\tinf\n", "m.txt:2: column 2: expected a finite number"},
  };
  for (const Case& one : foreign_cases) {
    INFO(one.name);
    folder.write("m.txt", one.bytes);
    check_refused(folder.run("render --out out.png --matrix m.txt --input-format " + one.name), 3,
                  one.message);
    CHECK(!folder.has("out.png"));
  }
  check_refused(folder.run("render --out out.png --matrix nowhere.json"), 3,
                "nowhere.json: cannot read");
  check_refused(folder.run("render --out out.png --matrix m.txt"), 2,
                "m.txt: expected a file that ends in .json, .jsonl, .csv, .tsv, .npy, .npz or "
                ".safetensors, or --input-format");
}

TEST_CASE("attnviz render --matrix: files of other programs, and what they do not say") {
  const WorkFolder folder;
  const std::string data = ATTNVIZ_SOURCE_DIR "/tests/data/foreign/";
  folder.write("labels.txt", "x\r\ny z\n</s>\n");
  struct Case {
    std::string arguments, csv;
  };
  const std::vector<Case> cases{
      {"float16.npy --row-labels a,b --column-labels labels.txt",
       ",x,y z,</s>\na,0.5,0.25,0.25\nb,0.0625,0.9375,0\n"},
      {"stored.npz --array attention --index 1,2 --quiet",
       ",0,1,2,3\n0,1200,1201,1202,1203\n1,1210,1211,1212,1213\n2,1220,1221,1222,1223\n"
       "3,1230,1231,1232,1233\n"},
      {"one.npz --transpose --quiet", ",0,1\n0,0.5,0.0625\n1,0.25,0.9375\n2,0.25,0\n"},
      {"marian.txt --input-format marian --sentence 2 --column-labels caf,EOS",
       ",caf,EOS\ncaf\u00e9,0.9,0.1\n</s>,0.2,0.8\n"},
      {"nematus.txt --input-format nematus --sentence 2",
       ",yes,</s>\nja,0.75,0.25\n</s>,0.25,0.75\n"},
  };
  for (const Case& c : cases) {
    INFO(c.arguments);
    const auto result = folder.run("render --out - --format csv --matrix " + data + c.arguments);
    CHECK(result.exit_code == 0);
    CHECK(result.out == c.csv);
    CHECK(result.err.empty());
  }
  const auto piped = folder.run("render --matrix - --input-format npz --array other --out -",
                                read_bytes(data + "stored.npz"));
  CHECK(piped.exit_code == 0);
  CHECK(piped.out.starts_with(png_signature));

  const std::vector<std::pair<std::string, std::string>> refused{
      {"stacked.npy --index 0", "--index: expected 2 numbers for "},
      {"stacked.npy --index 0,x", "--index: expected for each axis a number, a range such as 0:4"},
      {"stacked.npy --index 0,", "--index: expected for each axis a number, a range such as 0:4"},
      {"stored.npz", "--array: needed for "},
      {"float16.npy --row-labels a,b,c", "--row-labels: expected 2, one a row, got 3"},
      {"one.npz --row-labels nowhere",
       "--row-labels: expected 2, one a row, got 1: \"nowhere\" is no file"},
      {"marian.txt --input-format marian --sentence 5", "--sentence: expected 1..4"},
      {"marian.txt", "or --input-format"},
      {"marian.txt --input-format maria", "--input-format: expected"},
  };
  for (const auto& [arguments, message] : refused) {
    INFO(arguments);
    check_refused(folder.run("render --out x.png --matrix " + data + arguments), 2, message);
    CHECK(!folder.has("x.png"));
  }
  check_refused(folder.run("render --out x.png --index 1"), 2, "--index requires --matrix");
}

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "attnviz/attention_file.h"
#include "catch.h"
#include "cli/run_program.h"
#include "json.h"

using namespace attnviz;

namespace {

using nlohmann::json;
using Rows = std::vector<std::vector<double>>;

/// The example of the issue, and of the README.
const std::string queries = R"(--query "1,0; 0,1; 0,0; 1,1" )";
const std::string example = queries + R"(--key "1,2; 3,4; 5,6" )";

/// The numbers that the command prints.
struct Printed {
  Rows weights;
  Rows output;
};

Printed attended(const WorkFolder& folder, const std::string& arguments) {
  const ProgramResult result = folder.run("attend --json " + arguments);
  INFO(arguments << "\n" << result.err);
  REQUIRE(result.exit_code == 0);
  const json printed = json::parse(result.out);
  return {printed.at("weights"), printed.at("output")};
}

Printed attended(const std::string& arguments) {
  return attended(WorkFolder(), arguments);
}

double farthest(const Rows& found, const Rows& expected) {
  if (found.size() != expected.size()) return INFINITY;
  double most = 0.0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i].size() != expected[i].size()) return INFINITY;
    for (std::size_t j = 0; j < found[i].size(); ++j) {
      most = std::max(most, std::abs(found[i][j] - expected[i][j]));
    }
  }
  return most;
}

}  // namespace

TEST_CASE("attnviz attend: exact numbers") {
  const double third = 1.0 / 3.0;
  const std::vector<std::pair<std::string, Printed>> cases{
      {"--score bilinear --weight '0.5846887,-0.5143404; 0,0'",
       {{{.0685481, .2207239, .7107281},
         {.6732787, .2406825, .0860388},
         {third, third, third},
         {.2876829, .3311447, .3811725}},
        {{4.28436, 5.28436}, {1.82552, 2.82552}, {3, 4}, {3.18698, 4.18698}}}},
      {"--score dot",
       {{{.0158762, .1173104, .8668133},
         {.0158762, .1173104, .8668133},
         {third, third, third},
         {.0003293, .0179803, .9816904}},
        {{4.7018742, 5.7018742}, {4.7018742, 5.7018742}, {3, 4}, {4.9627221, 5.9627221}}}},
      {"",
       {{{.0453884, .1866937, .7679179},
         {.0453884, .1866937, .7679179},
         {third, third, third},
         {.0032877, .0556237, .9410886}},
        {{4.4450591, 5.4450591}, {4.4450591, 5.4450591}, {3, 4}, {4.8756018, 5.8756018}}}},
  };
  for (const auto& [arguments, expected] : cases) {
    INFO(arguments);
    const Printed found = attended(example + arguments);
    CHECK(farthest(found.weights, expected.weights) < 1e-6);
    CHECK(farthest(found.output, expected.output) < 5e-6);
  }
  const Printed other =
      attended(example + "--score bilinear --weight '-0.3013372,-0.7066185; 0,0'");
  CHECK(farthest(other.output,
                 {{2.24154, 3.24154}, {1.55551, 2.55551}, {3, 4}, {1.29312, 2.29312}}) < 5e-6);
}

TEST_CASE("attnviz attend: PyTorch's numbers, with each mask") {
  const json fixture = json::parse(read_bytes(ATTNVIZ_SOURCE_DIR "/tests/data/attend.json"));
  CHECK(fixture.size() == 11);
  const WorkFolder folder;
  for (const json& c : fixture) {
    INFO(c.at("name"));
    folder.write("q.json", c.at("query").dump());
    folder.write("k.json", c.at("key").dump());
    folder.write("v.json", c.at("value").dump());
    std::string arguments = "--query q.json --key k.json --value v.json ";
    arguments += c.at("options").get<std::string>();
    if (!c.at("mask").is_null() && !arguments.ends_with("causal:2")) {
      folder.write("mask.json", c.at("mask").dump());
      arguments += " --mask mask.json";
    }
    const Printed found = attended(folder, arguments);
    CHECK(farthest(found.weights, c.at("weights")) < 1e-12);
    CHECK(farthest(found.output, c.at("output")) < 1e-12);
  }
}

TEST_CASE("attnviz attend: vectors from every kind of file") {
  const Printed expected = attended(example);
  const WorkFolder folder;
  folder.write("k.csv", "1,2\n3,4\n5,6\n");
  folder.write("k.tsv", "1\t2\n3\t4\n5\t6\n");
  folder.write("comma.csv", "1,0;2,0\n3,0;4,0\n5,0;6,0\n");
  folder.write("K.JSON", "[[1, 2], [3, 4.0], [5, 6]]");
  for (const std::string file : {"k.csv", "k.tsv", "comma.csv", "K.JSON"}) {
    CHECK(attended(folder, queries + "--key " + file).output == expected.output);
  }
  // NumPy's, of tests/data/foreign: 0.5 0.25 0.25 / 0.0625 0.9375 0, in double exactly
  const std::string data = ATTNVIZ_SOURCE_DIR "/tests/data/foreign/";
  const Printed numpy = attended("--query '1,2,3' --key '.5,.25,.25; .0625,.9375,0'");
  for (const std::string file : {"float64.npy", "fortran.npy", "float16.npy"}) {
    CHECK(attended("--query '1,2,3' --key " + data + file).output == numpy.output);
  }
  // Self-attention, and values of another size.
  CHECK(attended("--input '1,2; 3,4'").output ==
        attended("--query '1,2; 3,4' --key '1,2; 3,4'").output);
  const Printed wide = attended("--query '0,0' --key '1,2; 3,4' --value '1,2,3; 3,4,7'");
  CHECK(wide.output == Rows{{2, 3, 5}});
  const Printed additive =
      attended("--query '0.5' --key '1; 2' --score additive --weight '1; 2' '0.5; 1' '1, 3'");
  const double a = std::tanh(1.0) + 3 * std::tanh(2.0);
  const double b = std::tanh(1.5) + 3 * std::tanh(3.0);
  CHECK(std::abs(additive.weights[0][0] - 1 / (1 + std::exp(b - a))) < 1e-14);
}

TEST_CASE("attnviz attend: tables") {
  const ProgramResult result = run_program("attend --score dot --mask causal " + example);
  CHECK(result.err.empty());
  CHECK(result.out ==
        "output is 4 x 2: for each of 4 queries a weighted sum of 3 values; the weights are 4 x "
        "3\n"
        "\n"
        "  weights    {1, 2}    {3, 4}    {5, 6}\n"
        "  {1, 0}   1.000000         -         -\n"
        "  {0, 1}   0.119203  0.880797         -\n"
        "  {0, 0}   0.333333  0.333333  0.333333\n"
        "  {1, 1}   0.000329  0.017980  0.981690\n"
        "\n"
        "  output       [1]       [2]\n"
        "  {1, 0}         1         2\n"
        "  {0, 1}  2.761594  3.761594\n"
        "  {0, 0}         3         4\n"
        "  {1, 1}  4.962722  5.962722\n");
  const ProgramResult hard = run_program("attend --hard " + example);
  CHECK(hard.out.find("hard, 1 for the largest score of a row: chosen, not trained\n") !=
        std::string::npos);
  CHECK(hard.err ==
        "attnviz: note: several keys have the largest score in 1 of 4 rows, row 3 the first: the "
        "first of the keys is taken\n");
  const ProgramResult large = run_program(
      "attend --query \"$(seq -s ';' 40)\" --key \"$(seq -s ';' 9)\" --value 1,2,3,4,5");
  check_refused(large, 2, "--value: expected 9 vectors, one for each key, got 1");
  const ProgramResult cut =
      run_program("attend --query \"$(seq -s ';' 40)\" --key \"$(seq -s ';' 9)\"");
  CHECK(occurrences(cut.out, "\n") == 2 + 2 * (1 + 32 + 1) + 1);
  CHECK(occurrences(cut.out, "...\n") == 1 + 32 + 1 + 1);
  const ProgramResult long_vectors = run_program("attend --input 1,2,3,4,5 --out map.json");
  CHECK(long_vectors.out.find("{1, 2, 3, 4, ...}") != std::string::npos);
}

TEST_CASE("attnviz attend: maps and pictures") {
  const WorkFolder folder;
  const std::string command = "attend --score dot --mask causal:2 --quiet " + example;
  for (const std::string name : {"map.json", "map.npz"}) {
    INFO(name);
    REQUIRE(folder.run(command + "--out " + name).exit_code == 0);
    const AttentionMap map = read_attention_file((folder.work() / name).string());
    CHECK(map.source == std::vector<std::string>{"{1, 2}", "{3, 4}", "{5, 6}"});
    CHECK(map.target == std::vector<std::string>{"{1, 0}", "{0, 1}", "{0, 0}", "{1, 1}"});
    CHECK(is_masked(map.at(0, 1)));
    CHECK(is_masked(map.at(2, 0)));
    CHECK(map.at(0, 0) == 1.0F);
    CHECK(map.at(2, 1) == 0.5F);
    CHECK(map.metadata.at("title") == "dot attention");
  }
  const ProgramResult png = folder.run(command + "--out map.png");
  CHECK(png.exit_code == 0);
  CHECK(folder.read("map.png").starts_with(png_signature));
  REQUIRE(folder.run(command + "--out map.html").exit_code == 0);
  CHECK(folder.read("map.html").find("{1, 2}") != std::string::npos);
  const ProgramResult said = folder.run("attend " + example + "--out map.svg");
  CHECK(said.err.starts_with("wrote map.svg ("));
  CHECK(folder.read("map.svg").find("scaled-dot attention") != std::string::npos);
}

TEST_CASE("attnviz attend: what is refused") {
  const WorkFolder folder;
  folder.write("ragged.csv", "1,2\n3\n");
  folder.write("words.csv", "a,b\n1,2\n");
  folder.write("empty.json", "[]");
  folder.write("object.json", "{\"a\":1}");
  folder.write("mixed.json", "[[1],2]");
  folder.write("null.json", "[[1,null]]");
  folder.write("k.csv", "1\n");
  folder.write("mask.json", "[[2]]");
  const std::string data = ATTNVIZ_SOURCE_DIR "/tests/data/foreign/";
  const std::string endings = ".npy, .npz, .csv, .tsv or .json";
  const std::vector<std::tuple<std::string, int, std::string>> cases{
      {"", 2, "--query and --key, or --input, are required; see attnviz attend --help"},
      {"--query 1", 2, "--query requires --key"},
      {"--key 1", 2, "--key requires --query"},
      {"--input 1 --query 1 --key 1", 2, "--input"},
      {"--input ''", 2, "--input: expected numbers or a file, got nothing"},
      {"--input q.txt", 3,
       "--input: row 1: expected numbers, as in \"1,0; 0,1\", or a file that ends in " + endings +
           ", got \"q.txt\""},
      {"--input '1,2;3'", 3, "--input: row 2: expected 2 numbers, as in the first row, got 1"},
      {"--input '1;'", 3, "--input: row 2: expected numbers"},
      {"--input nan", 3, "got \"nan\""},
      {"--input 1e999", 3, "got \"1e999\""},
      {"--input=-inf", 3, "--input: row 1, column 1: expected a finite number, got -inf"},
      {"--input \"$(printf '\\033')\"", 3, "got \"\\x1b\""},
      {"--input none.npy", 3, "none.npy"},
      {"--input ragged.csv", 3, "ragged.csv:2: expected 2 numbers, as in the first row, got 1"},
      {"--input words.csv", 3, "words.csv:1: column 1: expected a finite number, got \"a\""},
      {"--input empty.json", 3, "empty.json: expected numbers, got none"},
      {"--input object.json", 3, "object.json: expected a list of lists of numbers"},
      {"--input mixed.json", 3, "mixed.json: row 2: expected a list of numbers"},
      {"--input null.json", 3,
       "null.json: row 1, column 2: expected a finite number, got -inf, or null"},
      {"--input " + data + "stacked.npy", 3,
       "expected numbers in rows and columns, got an array of shape (2, 3, 4, 4)"},
      {"--input " + data + "nan.npy", 3, "expected a finite number, got nan"},
      {"--input " + data + "text.npy", 3, "expected numbers in rows and columns, got texts"},
      {"--input " + data + "labelled.npz", 3, "expected an array input, or a single one, got "},
      {"--query 1,2 --key 1", 2, "--key: expected vectors of 2 numbers, as the queries are, got 1"},
      {"--query 1 --key '1;2' --value '1;2;3'", 2,
       "--value: expected 2 vectors, one for each key, got 3"},
      {"--input 1,2 --weight 1", 2, "--weight: --score scaled-dot takes none"},
      {"--input 1,2 --score bilinear", 2, "--weight: --score bilinear takes W, got none"},
      {"--input 1,2 --score bilinear --weight 1", 2,
       "--weight: expected W of 2 x 2, the sizes of a key and of a query, got 1 x 1"},
      {"--input 1 --score additive --weight 1 1", 2,
       "--weight: --score additive takes W_q, W_k, v or an .npz file of them, got 2"},
      {"--input 1 --score additive --weight 1 '1;2' 1", 2,
       "--weight: expected W_k of 1 x 1, units and size of a key, got 2 x 1"},
      {"--input 1,2 --score cosine", 2, "--score"},
      {"--input '1;2;3' --mask '0,2'", 2, "--mask: expected 3 x 3, queries and keys, got 1 x 2"},
      {"--input '1;2' --mask 'True,False; False,False'", 2,
       "--mask: expected at least one key for each query, got none in row 2"},
      {"--query '1;2;3' --key 1 --mask causal:2", 2, "got none in row 3"},
      {"--input 1 --mask causal:0", 2, "--mask: expected causal:N with N of 1 or more"},
      {"--input 1 --mask causal:x", 2, "--mask: expected causal:N with N of 1 or more"},
      {"--input '1;2' --mask 'True,0;1,1'", 3, "expected numbers, or True and False, got both"},
      {"--input '1,2;3,4' --mask " + data + "int8.npy", 3,
       "expected True and False, or real numbers to add to the scores, got integers"},
      {"--input 1 --hard --temperature 2", 2, "--hard"},
      {"--input 1 --temperature 0", 2, "--temperature: expected a number in 1e-09..1e+09"},
      {"--input 1 --out -", 2, "--out: expected a file"},
      {"--input 1 --out map.csv", 2, "--out: expected a file that ends in .png, .svg"},
      {"--input k.csv --mask mask.json --out mask.json", 2, "mask.json"},
      {"--input 1 --out none/map.png", 4, "none/map.png"},
      {"--query 1e200 --key 1e200", 3,
       "the score of query 1 and key 1: expected a finite number, got inf"},
  };
  for (const auto& [arguments, exit_code, message] : cases) {
    INFO(arguments);
    check_refused(folder.run("attend " + arguments), exit_code, message);
  }
  // Sizes are refused before they are allocated.
  folder.write("long.csv", [] {
    std::string text;
    for (int i = 0; i < 10'000; ++i) text += "1\n";
    return text;
  }());
  check_refused(folder.run("attend --input long.csv"), 5,
                "weights: expected at most 67108864 weights, got 10000 x 10000");
}

TEST_CASE("attnviz attend: a mask of 0 and 1 is added, and noted") {
  const WorkFolder folder;
  const std::string sees = "attend --query 1 --key '1;2' ";
  const ProgramResult added = folder.run(sees + "--mask 0,1");
  CHECK(added.err.starts_with("attnviz: note: the mask's 0 and 1 are added to the scores"));
  CHECK(folder.run(sees + "--mask True,False").err.empty());
  CHECK(folder.run(sees + "--mask 0,1 --quiet").err.empty());
}

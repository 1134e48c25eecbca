// Files as people have them: what is read, what is noted, what is refused in two readings.
#include <cmath>
#include <limits>

#include "attnviz/error.h"
#include "catch.h"
#include "formats/array_choice.h"
#include "formats/attention_io.h"
#include "formats/axis_range.h"
#include "formats/foreign.h"
#include "formats/npy.h"
#include "formats/read_map.h"
#include "formats/rollout.h"
#include "formats/safetensors.h"
#include "formats/zip.h"

namespace attnviz {
namespace {

using Labels = std::vector<std::string>;
using Weights = std::vector<float>;
using namespace std::string_literals;

constexpr float masked = std::numeric_limits<float>::quiet_NaN();

ReadOptions with_labels(LabelPlaces places) {
  ReadOptions options;
  options.label_places = places;
  return options;
}

ReadOptions with_index(const std::vector<std::string>& index) {
  ReadOptions options;
  options.array.index = index;
  return options;
}

ReadOptions with_sentence(const std::string& sentence) {
  ReadOptions options;
  options.sentence = sentence;
  return options;
}

/// A file of NumPy's.
std::string array(const std::string& descr, const std::string& shape, const std::string& items) {
  const std::string text =
      "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
  return "\x93NUMPY\x01\0"s + static_cast<char>(text.size()) + '\0' + text + items;
}

TEST_CASE("the only matrix of an archive is taken, and labels of one side are those of that side") {
  CHECK(read_map(foreign("foreign_names.npz"), "npz").source == Labels{"a", "b", "c"});
  CHECK(read_map(foreign("foreign_names.npz"), "npz").target == Labels{"0", "1"});
  ReadOptions named;
  named.labels.rows = {"words_out"};
  CHECK(read_map(foreign("foreign_names.npz"), "npz", named).target == Labels{"x", "y"});
  CHECK(read_map(foreign("one_side.npz"), "npz").source == Labels{"a", "b", "c"});
  CHECK(read_map(foreign("one_side.npz"), "npz").target == Labels{"0", "1"});
}

TEST_CASE("a table is read however its cells are separated") {
  const Weights numbers = {0.25F, 0.75F, 1, 0};
  for (const std::string text :
       {",a,b\nx,0.25,0.75\ny,1,0\n", ";a;b\nx;0,25;0,75\ny;1;0\n", ";a;b\nx;0.25;0.75\ny;1;0\n",
        "\ta\tb\nx\t0,25\t0,75\ny\t1\t0\n", ", a, b\nx, 0.25, 0.75\ny,\t1, 0\n",
        "a b\nx 0.25 0.75\ny 1 0\n", "  a    b\nx 0.25  0.75\ny    1     0 \n",
        "\"a\" \"b\"\n\"x\" 0.25 0.75\n\"y\" 1 0\n", ",a,b,\nx,0.25,0.75,\ny,1,0,\n",
        ",a,b\nx,0.25,0.75,\ny,1,0,\n", "# softmax\n#\n,a,b\nx,0.25,0.75\n# row\ny,1,0\n",
        "\"\",\"a\",\"b\"\r\n\"x\",0.25,0.75\r\n\"y\",1,0\r\n"}) {
    for (const std::string format : {"csv", "tsv"}) {
      INFO(format << '\n' << text);
      const AttentionMap map = read_map(text, format);
      CHECK(map.source == Labels{"a", "b"});
      CHECK(map.target == Labels{"x", "y"});
      CHECK(map.weights == numbers);
    }
  }
  for (const std::string text : {"0.25 0.75\n1 0\n", " 2.5e-01\t7.5e-01 \n1 0", "0,25;0,75\n1;0\n",
                                 "# a b\n0.25,0.75,\n1,0,\n"}) {
    INFO(text);
    CHECK(read_map(text, "csv").weights == numbers);
  }
  // Tokens that begin with #, or are a separator.
  const AttentionMap tokens = read_map(",the,;,#\n##t,0.1,0.2,0.7\n#,0.5,0.5,0\n", "csv");
  CHECK(tokens.source == Labels{"the", ";", "#"});
  CHECK(tokens.target == Labels{"##t", "#"});
  CHECK(read_map("1e-60,1\n", "csv").weights == Weights{0, 1});
  CHECK(read_map("x,0.5,0.5,\ny,1,0\n", "csv", with_labels(LabelPlaces::rows)).columns() == 2);
}

TEST_CASE("a table that can be read in two ways names both, and an option chooses") {
  const std::string no_labels = "a,b,c\n0,0.5,0.5\n0.5,0.5,0\n";
  CHECK_THROWS_WITH(read_map(no_labels, "csv"),
                    "labels: needed for m, which can be read in two ways: columns takes the first "
                    "row for labels and all 3 columns for weights, both the first column for row "
                    "labels as well (2 x 3 or 2 x 2)");
  const AttentionMap columns = read_map(no_labels, "csv", with_labels(LabelPlaces::columns));
  CHECK(columns.source == Labels{"a", "b", "c"});
  CHECK(columns.target == Labels{"0", "1"});
  CHECK(columns.weights == Weights{0, 0.5F, 0.5F, 0.5F, 0.5F, 0});
  const AttentionMap both = read_map(no_labels, "csv", with_labels(LabelPlaces::both));
  CHECK(both.source == Labels{"b", "c"});
  CHECK(both.target == Labels{"0", "0.5"});
  CHECK(both.weights == Weights{0.5F, 0.5F, 0.5F, 0});

  const std::string either = "x,1,2\ny,3,4\n";
  CHECK_THROWS_WITH(read_map(either, "csv"),
                    "labels: needed for m, which can be read in two ways: both takes the first row "
                    "for labels, rows for weights as the others");
  CHECK(read_map(either, "csv", with_labels(LabelPlaces::rows)).weights == Weights{1, 2, 3, 4});
  CHECK(read_map(either, "csv", with_labels(LabelPlaces::both)).source == Labels{"1", "2"});
  CHECK_THROWS_WITH(read_map(either, "csv", with_labels(LabelPlaces::none)),
                    "m: first column: expected finite numbers with a decimal point, got \"x\"");
  CHECK_THROWS_WITH(
      read_map("a b\nx 1 2\n", "csv", with_labels(LabelPlaces::rows)),
      "labels: expected both for m, whose first row has one cell less than the others");
}

TEST_CASE("numbers above or beside rows that sum to one are labels, with a note") {
  const AttentionMaps above = read_maps("0,1,2\n0.5,0.25,0.25\n0,0,1\n", "csv");
  CHECK(above.maps[0].source == Labels{"0", "1", "2"});
  CHECK(above.maps[0].weights == Weights{0.5F, 0.25F, 0.25F, 0, 0, 1});
  REQUIRE(above.notes.size() == 1);
  CHECK(above.notes[0].setting == "labels");
  CHECK(
      above.notes[0].text ==
      "the first row, of numbers, is taken for column labels: it does not sum to one as the others "
      "do");
  const AttentionMaps beside = read_maps("0,0.5,0.5\n1,0.25,0.75\n", "csv");
  CHECK(beside.maps[0].target == Labels{"0", "1"});
  CHECK(beside.maps[0].weights == Weights{0.5F, 0.5F, 0.25F, 0.75F});
  CHECK(notes_of(beside) ==
        "the first column, 0, 1, ..., is taken for row labels: the rows sum to one without it\n");
  const AttentionMaps words = read_maps("token,0,1,2\nx,0.5,0.25,0.25\ny,0,0,1\n", "csv");
  CHECK(words.maps[0].source == Labels{"0", "1", "2"});
  CHECK(words.notes.size() == 1);
  // All are weights.
  CHECK(read_maps("x,0.5,0.5\ny,0.25,0.75\n", "csv").maps[0].target == Labels{"x", "y"});
  CHECK(read_maps("1,0\n0,1\n", "csv").notes.empty());
  CHECK(notes_of(read_maps("0,1\n0.5,0.5\n", "csv")) ==
        "the first row, 0, 1, ..., is taken for weights\n");
  CHECK(read_map("0,1\n0.5,0.5\n", "csv", with_labels(LabelPlaces::columns)).weights ==
        Weights{0.5F, 0.5F});
}

TEST_CASE("numbers above a masked cell are labels too") {
  const AttentionMap map = read_map("0,1,2\n,.3,.7\n.2,.3,.5\n", "csv");
  CHECK(map.source == Labels{"0", "1", "2"});
  CHECK(same_weights(map.weights, {masked, 0.3F, 0.7F, 0.2F, 0.3F, 0.5F}));
}

TEST_CASE("masked cells of every format are NaN") {
  for (const std::string cell : {"", "nan", "NaN", "NA", "-inf", "-Infinity", "null", " "}) {
    INFO(cell);
    CHECK(same_weights(read_map(",a,b\nx,1," + cell + "\ny,0.5,0.5\n", "csv").weights,
                       {1, masked, 0.5F, 0.5F}));
  }
  for (const std::string cell : {"null", "NaN", "-Infinity", "-1e9", "-3.4028234663852886e38"}) {
    INFO(cell);
    const AttentionMaps maps = read_maps("[[1," + cell + "],[0.5,0.5]]", "json");
    CHECK(same_weights(maps.maps[0].weights, {1, masked, 0.5F, 0.5F}));
    CHECK(notes_of(maps) ==
          (cell[1] == '1' || cell[1] == '3' ? "1 weight of -1e9 or so is taken for masked\n" : ""));
  }
  CHECK(
      read_map(R"({"source":["NaN"],"target":["a\"-Infinity"],"weights":[[1]]})", "json").target ==
      Labels{"a\"-Infinity"});
  CHECK_THROWS_AS(read_map("[[1,Infinity]]", "json"), InputError);
  CHECK_THROWS_AS(read_map(",a\nx,inf\n", "csv"), InputError);
  CHECK(same_weights(read_map(foreign("nan.npy"), "npy").weights, {1, masked}));
  const float low = std::numeric_limits<float>::lowest();
  CHECK(same_weights(read_map(npy_of_floats({1, low, -1e9F - 64, 3}, {2, 2}), "npy").weights,
                     {1, masked, masked, 3}));
  // Beside others of such a size it is a weight.
  CHECK(read_map(npy_of_floats({1e8F, -1e9F}, {1, 2}), "npy").weights == Weights{1e8F, -1e9F});
  CHECK(same_weights(read_map("a ||| 1,nan 0,1\n", "marian").weights, {1, masked, 0, 1}));
}

TEST_CASE("JSON of other programs is read") {
  const AttentionMap three = read_map(
      R"({"source":["a","b","c"],"target":["x","y"],"weights":[[1,0,0],[0,0,1]]})", "json");
  CHECK(three.source == Labels{"a", "b", "c"});
  CHECK(three.weights == Weights{1, 0, 0, 0, 0, 1});
  const AttentionMap split =
      read_map(R"({"columns":["a","b"],"index":[0,1],"data":[[0.5,0.5],[1,0]]})", "json");
  CHECK(split.target == Labels{"0", "1"});
  CHECK(split.source == Labels{"a", "b"});
  CHECK(read_map("[[1,0],[0,1],[1,0]]", "json").rows() == 3);
  CHECK(read_map(R"({"tokens":["a","b"],"attention":[[1,0],[0,1]]})", "json").target ==
        Labels{"a", "b"});
  const std::string titled =
      R"({"source":["a"],"target":["x"],"weights":[[1]],"title":"Of a file","facts":{"task":"t"}})";
  CHECK(read_map(titled, "json").metadata ==
        std::map<std::string, std::string>{{"task", "t"}, {"title", "Of a file"}});
  CHECK(attention_to_json(read_map(titled, "json")).find(R"("title":"Of a file")") !=
        std::string::npos);

  const std::string sides = R"({"source":["a","b","c"],"target":["x","y"],"weights":)";
  const std::string turned = sides + "[[1,0],[0,0],[0,1]]}";
  CHECK_THROWS_WITH(
      read_map(turned, "json"),
      "transpose: needed for m: its weights are 3 x 2, and it has 2 target and 3 source "
      "labels");
  ReadOptions transpose;
  transpose.transpose = true;
  CHECK(read_map(turned, "json", transpose).source == three.source);
  CHECK(read_map(turned, "json", transpose).weights == three.weights);

  const AttentionMaps list =
      read_maps("[" + sides + "[[1,0,0],[0,0,1]]},\n" + sides + "[[0,1,0],[0,0,1]]}]", "json");
  CHECK(notes_of(list) == "sentence 1 of 2 is taken\n");
  CHECK(read_maps("[" + sides + "[[1,0,0],[0,0,1]]},{\"weights\":[[1]]}]", "json",
                  with_sentence("all"))
            .maps.size() == 2);
  struct {
    std::string text, message;
  } cases[] = {
      {"{\"the\":{\"the\":1}}",
       "m: unknown key \"the\"; a map has weights, source and target, and may have title, gold, "
       "expected and facts"},
      {"{\"source\":[\"a\"]}",
       "m: expected the keys source, target, weights, got no target, weights"},
      {"[[1,2],[3]]", "m: [1]: expected 2 numbers, got 1"},
      {"[[[1],[2]],[[3]]]", "m: [1]: expected 2 lists, got 1"},
      {"[[1],[[2]]]", "m: [1][0]: expected a finite number, got an array"},
      {"[[1],{}]", "m: [1]: expected a list of numbers, got an object"},
      {"[1,2]", "m: [0]: expected a list of numbers, got 1"},
      {"[[],[]]", "m: [0]: expected at least one number, got an empty list"},
      {"[]", "m: expected at least one row and one column"},
      {"[{}]", "m: map 1: expected one, got an empty object"},
      {R"({"data":[[1]],"weights":[[1]]})", "m: the key \"weights\" occurs twice"},
      {R"({"title":"a","facts":{"title":"b"},"weights":[[1]]})",
       "m: the key \"title\" occurs twice"},
      {R"({"attention":{"a":[[1]]}})", "m: map 1: expected an object, got an array"},
      {R"([{"weights":[[1]]},[1]])", "m: map 2: expected an object, got an array"},
      {R"({"title":1})", "m: title: expected a string, got 1"},
  };
  for (const auto& c : cases) {
    INFO(c.text);
    CHECK_THROWS_WITH(read_map(c.text, "json"), c.message);
  }
}

TEST_CASE("a name of maps is refused where the document has none") {
  ReadOptions options;
  options.array.array = "encoder";
  for (const std::string text : {"[[1]]", R"({"weights":[[1]]})", R"([{"weights":[[1]]}])"}) {
    INFO(text);
    CHECK_THROWS_WITH(read_map(text, "json", options),
                      "array: expected maps by name under \"attention\" in m, got none");
  }
}

TEST_CASE("the payload of BertViz is read, old and new") {
  const std::string part =
      R"("attn":[[[[1,0],[0,1]],[[0.5,0.5],[1,0]]]],"left_text":["x","y"],"right_text":["a","b"]})";
  const std::string page =
      R"(,"default_filter":"0","layer":null,"heads":[0,1],"include_layers":[0]})";
  const AttentionMaps maps =
      read_maps(R"({"attention":[{"name":null,)" + part + "]" + page, "json", with_index({"all"}));
  REQUIRE(maps.maps.size() == 2);
  CHECK(maps.maps[1].weights == Weights{0.5F, 0.5F, 1, 0});
  CHECK(maps.maps[1].target == Labels{"x", "y"});
  CHECK(maps.maps[1].source == Labels{"a", "b"});
  const std::string old = R"({"attention":{"aa":{)" + part + R"(,"ab":{)" + part + "}}";
  CHECK_THROWS_WITH(read_map(old, "json"),
                    "array: expected one of aa, ab, the parts of m, got \"\"");
  CHECK(read_map(R"({"attention":{"all":{"queries":[[1]],"att":[[[[1]]]],"left_text":["x"]}}})",
                 "json")
            .target == Labels{"x"});
  ReadOptions options = with_index({"1"});
  options.array.array = "ab";
  CHECK(read_map(old, "json", options).weights == Weights{0.5F, 0.5F, 1, 0});
}

/// 1000 layer + 100 head + 10 row + column, of 2 x 3 heads of 4 x 4.
std::string stacked() {
  return foreign("stacked.npy");
}

TEST_CASE("an index chooses maps of an array") {
  struct {
    std::vector<std::string> index;
    Labels names, rows, columns;
    Weights firsts;
  } cases[] = {
      {{"1,2"}, {"layer 1, head 2"}, {}, {}, {1200}},
      {{"-1,-3"}, {"layer 1, head 0"}, {}, {}, {1000}},
      {{"0,1:"},
       {"layer 0, head 1", "layer 0, head 2"},
       {"layer 0"},
       {"head 1", "head 2"},
       {100, 200}},
      {{":,0"},
       {"layer 0, head 0", "layer 1, head 0"},
       {"layer 0", "layer 1"},
       {"head 0"},
       {0, 1000}},
      {{":,0:2"},
       {"layer 0, head 0", "layer 0, head 1", "layer 1, head 0", "layer 1, head 1"},
       {"layer 0", "layer 1"},
       {"head 0", "head 1"},
       {0, 100, 1000, 1100}},
      {{"mean,2"}, {"mean of 2 layers, head 2"}, {}, {}, {700}},
      {{":,mean"},
       {"layer 0, mean of 3 heads", "layer 1, mean of 3 heads"},
       {"layer 0", "layer 1"},
       {"mean of 3 heads"},
       {100, 1100}},
      {{"mean,mean"}, {"mean of 2 layers, mean of 3 heads"}, {}, {}, {600}},
      {{"0,1", "1,0"}, {"layer 0, head 1", "layer 1, head 0"}, {}, {}, {100, 1000}},
      {{"0,1,k,q"}, {"layer 0, head 1"}, {}, {}, {100}},
      {{"q,1,0,k"}, {"layer 1, head 0"}, {}, {}, {100}},
  };
  for (const auto& c : cases) {
    INFO(c.index.front());
    const AttentionMaps maps = read_maps(stacked(), "npy", with_index(c.index));
    CHECK(maps.names == c.names);
    CHECK(maps.row_names == c.rows);
    CHECK(maps.column_names == c.columns);
    REQUIRE(maps.maps.size() == c.firsts.size());
    for (std::size_t i = 0; i < c.firsts.size(); ++i) CHECK(maps.maps[i].at(0, 0) == c.firsts[i]);
    CHECK(maps.notes.empty());
  }
  CHECK(read_maps(stacked(), "npy", with_index({"all"})).maps.size() == 6);
  CHECK(read_map(stacked(), "npy", with_index({"0,1,k,q"})).at(0, 1) == 110);  // row 1, column 0
  const AttentionMaps first = read_maps(stacked(), "npy");
  CHECK(first.maps[0].at(0, 0) == 0);
  CHECK(first.notes[0].setting == "index");
  CHECK(first.notes[0].text == "map 1 of 6, of shape (2, 3, 4, 4), is taken");
  const std::string of = " for m of shape (2, 3, 4, 4), got ";
  struct {
    std::string index, message;
  } refused[] = {
      {"0", "index: expected 2 numbers" + of + "\"0\""},
      {"", "index: expected places with commas between them, got nothing"},
      {"0,0:9", "index: expected a number below 3 at place 2" + of + "\"0,0:9\""},
      {"0,-4", "index: expected a number below 3 at place 2" + of + "\"0,-4\""},
      {"0,2:1", "index: expected a number below 3 at place 2" + of + "\"0,2:1\""},
      {"0,1.5",
       "index: expected for each axis a number, a range such as 0:4, a colon for all, or mean" +
           of + "\"0,1.5\""},
      {"q,0,0,0",
       "index: expected both q, the axis of the rows, and k, that of the columns, or neither" + of +
           "\"q,0,0,0\""},
      {"q,k", "index: expected 4 places with q and k" + of + "\"q,k\""},
  };
  for (const auto& c : refused) {
    CHECK_THROWS_WITH(read_maps(stacked(), "npy", with_index({c.index})), c.message);
  }
}

TEST_CASE("axes of size one need no place") {
  const std::string bytes = npy_of_floats({1, 0, 0, 1, 0.5F, 0.5F, 1, 0}, {1, 2, 1, 2, 2});
  for (const std::string index : {"1", "0,1,0"}) {
    const AttentionMaps maps = read_maps(bytes, "npy", with_index({index}));
    CHECK(maps.maps[0].weights == Weights{0.5F, 0.5F, 1, 0});
    CHECK(maps.names == Labels{"index 1"});
  }
  const AttentionMaps all = read_maps(bytes, "npy", with_index({":"}));
  CHECK(all.names == Labels{"index 0", "index 1"});
  CHECK(all.column_names.empty());
  CHECK(read_maps(npy_of_floats({1, 0}, {1, 1, 1, 2}), "npy").names == Labels{""});
  CHECK(read_maps(npy_of_floats(Weights(16, 0.5F), {2, 2, 2, 1, 2}), "npy", with_index({"1,0,:"}))
            .names == Labels{"axis 0: 1, axis 1: 0, axis 2: 0", "axis 0: 1, axis 1: 0, axis 2: 1"});
}

TEST_CASE("rollout is the product of the layers with the residual connection") {
  // By hand: rows of (A + I) / 2.
  const std::string bytes = npy_of_floats({1, 0, 0.5F, 0.5F, /* layer 0, head 1 */ 1, 0, 1, 0,
                                           /* layer 1 */ 0, 1, 0, 1, 1, 0, 0, 1},
                                          {2, 2, 2, 2});
  ReadOptions options;
  options.array.rollout = true;
  const AttentionMaps maps = read_maps(bytes, "npy", options);
  CHECK(maps.names == Labels{"rollout of 2 layers, mean of 2 heads"});
  // (A0 + I)/2 = [[1, 0], [.375, .625]], (A1 + I)/2 = [[.75, .25], [0, 1]]
  CHECK(maps.maps[0].weights == Weights{0.84375F, 0.15625F, 0.375F, 0.625F});
  options.array.index = {"0:1,1"};
  CHECK(read_maps(bytes, "npy", options).maps[0].weights == Weights{1, 0, 0.5F, 0.5F});
  CHECK(read_maps(bytes, "npy", options).names == Labels{"rollout of 1 layer"});
  options.array.index = {};
  CHECK_THROWS_WITH(read_maps(npy_of_floats(Weights(12), {2, 2, 3}), "npy", options),
                    "combine: expected maps of one sequence over itself, got 2 x 3 in m");
  CHECK_THROWS_WITH(read_maps(npy_of_floats(Weights(32), {2, 2, 2, 2, 2}), "npy", options),
                    "combine: expected axes of layers and heads before the rows, got 3");
  CHECK_THROWS_WITH(read_maps("1,2\n", "csv", options),
                    "combine: expected a file of arrays, got m");
  // A mask counts as nothing, and stays one.
  const Weights causal = {1, -std::numeric_limits<float>::infinity(), 0.5F, 0.5F};
  CHECK(same_weights(read_maps(npy_of_floats(causal, {1, 2, 2}), "npy", options).maps[0].weights,
                     {1, masked, 0.25F, 0.75F}));
}

TEST_CASE("what is averaged or rolled out is masked and checked before") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  ReadOptions rollout;
  rollout.array.rollout = true;
  const auto file = [](const Weights& weights, std::size_t maps) {
    return npy_of_floats(weights, {maps, 2, 2});
  };
  const std::string infinite = file({1, infinity, 0.5F, 0.5F, 1, 0, 0, 1}, 2);
  for (const ReadOptions& options : {rollout, with_index({"mean"})}) {
    CHECK_THROWS_WITH(
        read_maps(infinite, "npy", options),
        "m: row 1, column 2: expected a finite number in the range of float, got inf");
  }
  const AttentionMaps mean =
      read_maps(file({1, -1e9F, 0.5F, 0.5F, 0.5F, 0.5F, 0, 1}, 2), "npy", with_index({"mean"}));
  CHECK(mean.maps[0].weights == Weights{0.75F, 0.5F, 0.25F, 0.75F});
  CHECK(notes_of(mean) == "1 weight of -1e9 or so is taken for masked\n");
  CHECK(same_weights(read_maps(file({1, -1e9F, 0.5F, 0.5F}, 1), "npy", rollout).maps[0].weights,
                     {1, masked, 0.25F, 0.75F}));
  CHECK_THROWS_WITH(read_maps(file({1, 0, -1.5F, 0.5F}, 1), "npy", rollout),
                    "combine: expected weights of 0 or more for a rollout, got -1.5 in row 2, "
                    "column 1 of a layer of m");
}

TEST_CASE("a rollout that would take minutes is refused before it takes memory") {
  CHECK_NOTHROW(Rollout(48, 1024, "m"));
  CHECK_THROWS_WITH(Rollout(1, 8192, "m"),
                    "m: a rollout takes at most 2^37 multiplications, 1 layers of 8192 x 8192 take "
                    "more");
}

TEST_CASE("an axis that sums to one in place of the last is named") {
  Weights weights;  // (q, k, heads) of 3 x 4 x 2
  for (int i = 0; i < 12; ++i) weights.insert(weights.end(), {0.25F, i % 4 == 0 ? 1.0F : 0.0F});
  const std::string bytes = npy_of_floats(weights, {3, 4, 2});
  const AttentionMaps maps = read_maps(bytes, "npy", with_index({"0"}));
  REQUIRE(maps.notes.size() == 1);
  CHECK(maps.notes[0].setting == "axes");
  CHECK(
      maps.notes[0].text ==
      "axis 1 of shape (3, 4, 2) sums to one, not the last: if it is that of the inputs, call it k "
      "and that of the outputs q, as in q,k,0");
  const AttentionMaps heads = read_maps(bytes, "npy", with_index({"q,k,:"}));
  REQUIRE(heads.maps.size() == 2);
  CHECK(heads.notes.empty());
  CHECK(heads.maps[1].weights == Weights{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0});
}

TEST_CASE("bfloat16, byte strings and integers as labels") {
  const std::string bf16 = "{'descr': '|V2', 'fortran_order': False, 'shape': (1, 2), }";
  std::string bytes = "\x93NUMPY\x01\0"s;
  bytes += {static_cast<char>(bf16.size()), '\0'};
  bytes += bf16 + "\x80\x3f\x40\xbe"s;
  CHECK(read_map(bytes, "npy").weights == Weights{1, -0.1875F});

  const std::string weights = npy_of_floats({1, 0, 0, 1}, {2, 2});
  const auto archive = [&](const std::string& name, const std::string& labels) {
    return write_zip({{"attention.npy", weights}, {name + ".npy", labels}});
  };
  CHECK(read_map(archive("source", array("|S2", "(2,)", "ab\xc3\xa9"s)), "npz").source ==
        Labels{"ab", "\u00e9"});
  CHECK(read_map(archive("target", array("<i2", "(2,)", "\x05\0\xff\xff"s)), "npz").target ==
        Labels{"5", "-1"});
  const AttentionMap both = read_map(archive("tokens", npy_of_texts({"a", "b"}, {2})), "npz");
  CHECK(both.source == Labels{"a", "b"});
  CHECK(both.target == Labels{"a", "b"});
  CHECK_THROWS_AS(read_map(archive("tokens", array("|S1", "(2,)", "\xff\xfe")), "npz"), InputError);
  // Any name will do when it is given.
  ReadOptions given;
  given.array.array = "attention";
  given.labels.columns = {"cols"};
  CHECK(read_map(archive("cols", npy_of_texts({"p", "q"}, {2})), "npz", given).source ==
        Labels{"p", "q"});
}

TEST_CASE("arrays of one shape are the places of a further axis") {
  std::vector<std::pair<std::string, std::string>> members;
  for (int layer = 0; layer < 11; ++layer) {
    members.emplace_back("arr_" + std::to_string(layer) + ".npy",
                         npy_of_floats(Weights(8, static_cast<float>(layer)), {1, 2, 2, 2}));
  }
  std::ranges::sort(members);  // arr_10 before arr_2
  ReadOptions options = with_index({"all"});
  options.array.array = "all";
  const AttentionMaps maps = read_maps(write_zip(members), "npz", options);
  REQUIRE(maps.maps.size() == 22);
  CHECK(maps.names.back() == "layer 10, head 1");
  CHECK(maps.maps[4].at(0, 0) == 2);
  CHECK(maps.row_names.size() == 11);
  members.back().second = npy_of_floats({1}, {1, 1});
  CHECK_THROWS_WITH(read_maps(write_zip(members), "npz", options),
                    "array: all: expected arrays of one shape and type in C order in m, got (1, 2, "
                    "2, 2) of <f4 for arr_0 and (1, 1) of <f4 for arr_9");
}

TEST_CASE("more labels or facts than a map may have are refused before they are kept") {
  const auto archive = [](const std::string& name, const std::string& bytes) {
    return write_zip({{"weights.npy", npy_of_floats({1}, {1, 1})}, {name + ".npy", bytes}});
  };
  CHECK_THROWS_WITH(
      read_map(archive("tokens", array("|u1", "(1048577,)", std::string(1048577, 'a'))), "npz"),
      "m: tokens: expected at most 1048576 texts, got 1048577");
  CHECK_THROWS_WITH(
      read_map(archive("facts", array("|u1", "(65537, 2)", std::string(131074, 'a'))), "npz"),
      "m: facts: expected at most 65536, got 65537");
}

TEST_CASE("each array of a file is read once") {
  const std::string vector = npy_of_floats({1, 2}, {2});
  const std::string matrix = npy_of_floats({1, 0}, {1, 2});
  std::string read;
  ArrayFile arrays;
  arrays.names = {"a", "b"};
  arrays.file = "m";
  arrays.read = [&](const std::string& name) {
    read += name;
    return read_npy(name == "a" ? vector : matrix, name);
  };
  const ReadOptions options;
  ChosenMaps maps("m", options);
  add_array_file(arrays, maps);
  CHECK(maps.take().maps[0].weights == Weights{1, 0});
  CHECK(read == "ab");
}

TEST_CASE("the maps of several sentences are no grid of layers and heads") {
  const std::string lines = "[[[[1]],[[1]]],[[[1]],[[1]]]]\n[[[[1]],[[1]]],[[[1]],[[1]]]]\n";
  ReadOptions options = with_index({"all"});
  CHECK(read_maps(lines, "jsonl", options).row_names == Labels{"layer 0", "layer 1"});
  options.sentence = "all";
  const AttentionMaps all = read_maps(lines, "jsonl", options);
  CHECK(all.maps.size() == 8);
  CHECK(all.row_names.empty());
  CHECK(all.column_names.empty());
}

TEST_CASE("the largest place is no place of an axis") {
  CHECK(parse_axis_range("9223372036854775806")->is_single);
  CHECK_FALSE(parse_axis_range("9223372036854775807"));
}

TEST_CASE("tensors of safetensors are read by name") {
  TensorFile file;
  file.tensors.push_back({"attention", {2, 1, 2}, {0.5F, 0.5F, 1, 0}});
  const std::string bytes = write_safetensors(file);
  CHECK(read_map(bytes, "safetensors", with_index({"1"})).weights == Weights{1, 0});
  const auto half = [](const std::string& dtype, const std::string& items) {
    std::string header = R"({"a":{"dtype":")" + dtype + R"(","shape":[1,2],"data_offsets":[0,)" +
                         std::to_string(items.size()) + "]}}";
    return std::string(1, static_cast<char>(header.size())) + std::string(7, '\0') + header + items;
  };
  CHECK(read_map(half("BF16", "\x80\x3f\0\0"s), "safetensors").weights == Weights{1, 0});
  CHECK(read_map(half("F16", "\0\x3c\0\0"s), "safetensors").weights == Weights{1, 0});
  CHECK_THROWS_WITH(read_map(half("F8_E4M3", "ab"), "safetensors"),
                    "m: a: dtype: expected F16 to F64, BF16, integers or BOOL, got \"F8_E4M3\"");
  CHECK_THROWS_AS(read_map(half("F16", "abc"), "safetensors"), InputError);
  CHECK_THROWS_WITH(read_map("{}", "safetensors"), "m: expected a safetensors model, got 2 bytes");
}

TEST_CASE("labels given for a text of words may be sentences, one a line") {
  const std::string maps = "x y ||| 1,0,0 0,1,0 0,0,1\nz ||| .5,.5 0,1\nq ||| 1,0,0 0,1,0\n";
  ReadOptions options;
  options.sentence = "all";
  options.labels.columns = {"the cat", "big", "a b c"};
  const AttentionMaps read = attention_from_bytes(maps, *attention_format("marian"), "m", options);
  REQUIRE(read.maps.size() == 3);
  CHECK(read.maps[0].source == Labels{"the", "cat", end_label});
  CHECK(read.maps[1].source == Labels{"big", end_label});
  CHECK(read.maps[2].source == Labels{"a", "b", "c"});
  options.labels.columns = {"the cat", "big"};
  CHECK_THROWS_WITH(
      attention_from_bytes(maps, *attention_format("marian"), "m", options),
      Catch::Matchers::StartsWith("column_labels: expected a line of words for each sentence "
                                  "up to 3, got 2"));
  options.sentence = "1";
  options.labels.columns = {"the", "cat", "."};  // a label a line
  CHECK(attention_from_bytes(maps, *attention_format("marian"), "m", options).maps[0].source ==
        options.labels.columns);
}

TEST_CASE("words may hold END or not, and the counts of Nematus need not be right") {
  CHECK(read_map("a b </s> ||| 1,0 0,1 0,1\n", "marian").target == Labels{"a", "b", end_label});
  CHECK(read_map("a b ||| 1,0 0,1\n", "marian").target == Labels{"a", "b"});
  CHECK(read_map("a b ||| 0-0 2-1\n", "marian").weights == Weights{1, 0, 0, 0, 0, 1});
  const std::string rows = "0.9 0.1 \n0.2 0.8\n";
  for (const std::string counts : {"2 2", "0 0", "7 1"}) {
    const AttentionMap map =
        read_map("0 ||| x y ||| 0 ||| a </s> ||| " + counts + "\n" + rows, "nematus");
    CHECK(map.target == Labels{"x", "y"});
    CHECK(map.source == Labels{"a", end_label});
  }
  const AttentionMaps two = read_maps(
      "0 ||| x y ||| 0 ||| a b ||| 0 0\n" + rows + "1 ||| z ||| 0 ||| c ||| 0 0\n1 0\n0 1\n",
      "nematus", with_sentence("all"));
  CHECK(two.names == Labels{"sentence 1", "sentence 2"});
  CHECK(two.maps[1].target == Labels{"z", end_label});
  CHECK_THROWS_WITH(read_map("0 ||| x ||| 0 ||| a ||| 2 ||| 2\n" + rows, "nematus"),
                    "m:1: expected number ||| output words ||| score ||| source words ||| columns "
                    "rows, got \"0 ||| x ||| 0 ||| a ||| 2 ||| 2\": this is Sockeye's form");
}

TEST_CASE("Sockeye's matrices are turned, with a note") {
  const AttentionMaps maps =
      read_maps("3 ||| x y z ||| -1.5 ||| a b ||| 2 ||| 3\n0.9 0.2 0\n0.1 0.8 1\n\n", "sockeye");
  CHECK(maps.maps[0].target == Labels{"x", "y", "z"});
  CHECK(maps.maps[0].source == Labels{"a", "b"});
  CHECK(maps.maps[0].weights == Weights{0.9F, 0.1F, 0.2F, 0.8F, 0, 1});
  CHECK(notes_of(maps) == "Sockeye writes a row for each source word: its matrices are turned\n");
  CHECK_THROWS_WITH(read_map("3 ||| x y z ||| -1.5 ||| a b ||| 2 ||| 3\n0.9 0.2 0\n", "sockeye"),
                    "m:1: expected 2 rows of weights, got 1");
  ReadOptions transpose;
  transpose.transpose = true;
  CHECK_THROWS_AS(read_map("3 ||| x ||| -1 ||| a ||| 1 ||| 1\n1\n", "sockeye", transpose),
                  UsageError);
}

TEST_CASE("fairseq's lines of a sentence belong together") {
  const std::string log =
      "2021-05-01 | INFO | fairseq\nS-7\ta b\nT-7\tx\nH-7\t-0.5\tx y\nD-7\t-0.5\tx y\nP-7\t-0.1 "
      "-0.2\n";
  const AttentionMaps soft = read_maps(log + "A-7\t0.8,0.1,0.1 0,1,0 0.0,0.0,1.0\n", "fairseq");
  CHECK(soft.maps[0].source == Labels{"a", "b", end_label});
  CHECK(soft.maps[0].target == Labels{"x", "y", end_label});
  CHECK(soft.maps[0].at(0, 0) == 0.8F);
  CHECK(soft.names == Labels{"S-7"});
  const AttentionMap hard = read_map(log + "A-7\t1-0 0-1\n", "fairseq");
  CHECK(hard.weights == Weights{0, 1, 1, 0});
  CHECK(hard.target == Labels{"x", "y"});
  CHECK(read_map(log + "A-7\t1 0 2\n", "fairseq").weights == Weights{0, 1, 0, 1, 0, 0, 0, 0, 1});
  const AttentionMaps two =
      read_maps(log + "A-7\t1-0\nS-2\tc\nH-2\t-1\tz\nA-2\t0-0\n", "fairseq", with_sentence("all"));
  CHECK(two.names == Labels{"S-7", "sentence 2, S-2"});
  CHECK(two.maps[1].source == Labels{"c"});
  CHECK(read_map("\t--7\nA\t1\n" + log + "A-7\t0-0\n", "fairseq").rows() == 2);
  CHECK_THROWS_WITH(read_map(log, "fairseq"), "m: expected at least one sentence, got none");
  CHECK_THROWS_WITH(read_map(log + "A-7\t0.5,0.5 1.0\n", "fairseq"),
                    "m:7: row 2: expected 2 weights, got 1");
  CHECK_THROWS_WITH(read_map("S-7\ta\nH-7\t0\tx\nA-7\t0.5,0.5,0 1,0,0\n", "fairseq"),
                    "m:3: S: expected 2 words and END, or 3 words, got 1 words");
}

TEST_CASE("OpenNMT-py's tables are found in the log") {
  const std::string table =
      "                    a          b \n         x *0.9000000  0.1000000 \n"
      "      </s>  0.2500000 *0.7500000 \n";
  const std::string log = "SENT 1: ['a', 'b']\nPRED 1: x\nPRED SCORE: -0.1000\n\n";
  const AttentionMaps maps =
      read_maps(log + "[2020-01-02 03:04:05,678 INFO] " + table + "\n" + log + table, "opennmt",
                with_sentence("all"));
  REQUIRE(maps.maps.size() == 2);
  CHECK(maps.maps[0].source == Labels{"a", "b"});
  CHECK(maps.maps[1].target == Labels{"x", end_label});
  CHECK(maps.maps[1].weights == Weights{0.9F, 0.1F, 0.25F, 0.75F});
  CHECK_THROWS_WITH(read_map(log, "opennmt"), "m: expected at least one sentence, got none");
  CHECK_THROWS_WITH(read_map(table + "         y  1.0000000 \n", "opennmt"),
                    "m:4: expected a word and 2 weights");
}

TEST_CASE("links alone are a map of 0 and 1") {
  const AttentionMaps maps =
      read_maps("0-0 1-1 2-2\n\n0-0 0-1 1-2\n", "pharaoh", with_sentence("3"));
  CHECK(maps.maps[0].weights == Weights{1, 0, 1, 0, 0, 1});
  ReadOptions given;
  given.labels = {{"x", "y", "z"}, {"a", "b", "c"}};
  CHECK(read_map("0-0\n", "pharaoh", given).weights == Weights{1, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK_THROWS_WITH(read_map("\n0-0\n", "pharaoh"), "m:1: expected links, got none");
  CHECK_THROWS_WITH(read_map("3-3\n", "pharaoh", given),
                    "row_labels: expected 4, one a row, got 3");
  CHECK_THROWS_AS(read_map("0-0 1:1\n", "pharaoh"), InputError);
  CHECK_THROWS_AS(read_map("4294967295-0\n", "pharaoh"), LimitError);
  CHECK(read_maps("0-0 0?1\n", "pharaoh").maps[0].weights == Weights{1, 0.5F});
}

TEST_CASE("several sentences are chosen, and one of several is noted") {
  const std::string lines = "[[1]]\n[[2]]\n[[3]]\n";
  CHECK(notes_of(read_maps(lines, "jsonl")) == "sentence 1 of 3 is taken\n");
  CHECK(read_maps(lines, "jsonl", with_sentence("1")).notes.empty());
  for (const std::string sentence : {"2:4", "2:"}) {
    const AttentionMaps maps = read_maps(lines, "jsonl", with_sentence(sentence));
    CHECK(maps.names == Labels{"sentence 2", "sentence 3"});
    CHECK(maps.maps[1].weights == Weights{3});
  }
  for (const std::string sentence : {"all", ":"}) {
    CHECK(read_maps(lines, "jsonl", with_sentence(sentence)).maps.size() == 3);
  }
  for (const std::string sentence : {"0", "-1", "x", "2:2", "0:2", "1:2:3"}) {
    INFO(sentence);
    CHECK_THROWS_WITH(
        read_maps(lines, "jsonl", with_sentence(sentence)),
        "sentence: expected a number from 1, a range such as 2:5, which is 2, 3 and 4, "
        "or all, got \"" +
            sentence + '"');
  }
  CHECK_THROWS_WITH(read_maps(lines, "jsonl", with_sentence("2:9")),
                    "sentence: expected 1..3, the sentences in m, got 2:9");
}

TEST_CASE("a single empty label stands for a side without labels") {
  ReadOptions options;
  options.labels.rows = {""};
  CHECK(read_map("[[1,0],[0,1]]", "json", options).target == Labels{"", ""});
}

}  // namespace
}  // namespace attnviz

#include "formats/attention_file.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "attnviz/error.h"
#include "catch.h"
#include "formats/attention_io.h"
#include "formats/foreign.h"
#include "formats/npy.h"
#include "formats/read_map.h"
#include "formats/zip.h"

namespace attnviz {
namespace {

using Labels = std::vector<std::string>;

/// A file that is removed at the end of the test.
class File {
 public:
  File(const std::string& name, const std::string& bytes) {
    std::string folder = (std::filesystem::temp_directory_path() / "attnviz-test-XXXXXX").string();
    REQUIRE(::mkdtemp(folder.data()) != nullptr);
    folder_ = folder;
    path_ = folder + '/' + name;
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~File() { std::filesystem::remove_all(folder_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string folder_;
  std::string path_;
};

AttentionMap full_map() {
  return {{"a", "\u0915\u094d\u0937", "</s>"},
          {"x", "y"},
          {0.5F, 0.25F, 0.25F, 1e-8F, 1.0F, 0.0F},
          {{0, 2}, {}},
          {"x", "z"},
          {{"task", "reverse"}, {"title", "two\nlines"}}};
}

AttentionMap read(const std::string& bytes, const std::string& format,
                  const ReadOptions& options = {}) {
  return read_map(bytes, format, options);
}

TEST_CASE("every written format comes back by its ending, with all that it can hold") {
  AttentionMap map = full_map();
  map.kind = MapKind::attribution;
  map.copied = {0.25F, 1.0F};
  for (const std::string& name : written_format_names()) {
    INFO(name);
    const File file("m." + name, attention_to_bytes(map, *attention_format(name)));
    const AttentionMap back = read_attention_file(file.path());
    CHECK(back.weights == map.weights);
    const bool has_labels = name != "npy";
    CHECK(back.source == (has_labels ? map.source : Labels{"0", "1", "2"}));
    CHECK(back.target == (has_labels ? map.target : Labels{"0", "1"}));
    const bool has_all = name == "json" || name == "jsonl" || name == "npz";
    CHECK(back.gold == (has_all ? map.gold : GoldAlignment{}));
    CHECK(back.expected == (has_all ? map.expected : Labels{}));
    CHECK(back.metadata == (has_all ? map.metadata : decltype(map.metadata){}));
    CHECK(back.kind == (has_all ? map.kind : MapKind::attention));
    CHECK(back.copied == (has_all ? map.copied : std::vector<float>{}));
  }
}

TEST_CASE("an .npz is read by name and index") {
  const auto choose = [](const std::string& array, const std::string& index = "") {
    ReadOptions options;
    options.array.array = array;
    if (!index.empty()) options.array.index = {index};
    return options;
  };
  const std::string stored = foreign("stored.npz");
  CHECK(read(stored, "npz", choose("other")).weights[4] == 0.9375F);
  CHECK(read(stored, "npz", choose("attention", "1,2")).weights[5] == 1211.0F);
  CHECK(read(foreign("deflated.npz"), "npz", choose("attention", "1,2")).weights[5] == 1211.0F);
  CHECK(read(foreign("one.npz"), "npz").columns() == 3);
  const AttentionMap labelled = read(foreign("labelled.npz"), "npz");
  CHECK(labelled.source == Labels{"a", "b\u0915", "</s>"});
  CHECK(labelled.target == Labels{"x", "yy"});
  CHECK(labelled.gold == GoldAlignment{{0}, {2}});

  CHECK_THROWS_WITH(read(stored, "npz"),
                    "array: needed for m, which holds attention, other; all "
                    "takes those of one shape as a further axis");
  CHECK_THROWS_WITH(read(stored, "npz", choose("none")),
                    "array: expected attention, other, the arrays in m, got \"none\"");
  CHECK_THROWS_WITH(read(stored, "npz", choose("attention", "1")),
                    "index: expected 2 numbers for m: attention of shape (2, 3, 4, 4), got \"1\"");
  CHECK_THROWS_WITH(read(foreign("float32.npy"), "npy", choose("x")),
                    "array: expected an .npz file, which has names, got m");
  CHECK_THROWS_WITH(read("1,2\n", "csv", choose("x")), "array: expected a file of arrays, got m");
  CHECK_THROWS_WITH(read("1,2\n", "csv", choose("", "0")),
                    "index: expected a file of arrays, got m");
}

TEST_CASE("an .npz that disagrees with itself is refused") {
  using Members = std::vector<std::pair<std::string, std::string>>;
  const auto texts = [](std::size_t count) { return npy_of_texts(Labels(count, "t"), {count}); };
  const auto with = [&](const std::string& name, const std::string& bytes) {
    Members members = {{"weights.npy", npy_of_floats({1, 2, 3, 4, 5, 6}, {2, 3})},
                       {"source.npy", texts(3)},
                       {"target.npy", texts(2)}};
    const auto same = std::find_if(members.begin(), members.end(),
                                   [&](const auto& member) { return member.first == name; });
    if (same != members.end()) members.erase(same);
    members.emplace_back(name, bytes);
    return write_zip(members);
  };
  struct {
    std::string bytes, message;
  } cases[] = {
      {write_zip({}), "m: expected an array, got none"},
      {write_zip({{"readme", "hello"}}),
       "m: expected NumPy's arrays, got readme and no file that ends in .npy"},
      {write_zip({13, {"a.npy", ""}}), "m: a.npy: occurs twice"},
      {with("source.npy", texts(2)), "m: weights: expected 3 labels, one a column, got 2"},
      {with("target.npy", npy_of_floats({1, 2}, {2})), "m: target: expected an array of text"},
      {with("gold.npy", npy_of_bools(std::vector<bool>(4), {2, 2})),
       "m: gold: expected the shape of the weights, got another"},
      {with("gold.npy", npy_of_bools(std::vector<bool>(9), {3, 3})),
       "m: gold: expected the shape of the weights, got another"},
      {with("expected.npy", texts(1)), "m: weights: expected 2 texts in expected, got 1"},
      {with("facts.npy", texts(2)), "m: facts: expected rows of key and value"},
      {with("facts.npy", npy_of_texts(Labels(3, "t"), {1, 3})),
       "m: facts: expected rows of key and value"},
      {with("facts.npy", npy_of_texts(Labels(4, "t"), {2, 2})),
       "m: facts: the key \"t\" occurs twice"},
  };
  for (const auto& c : cases) CHECK_THROWS_WITH(read(c.bytes, "npz"), c.message);
  Members many;
  for (char c = 'a'; c < 'n'; ++c) many.emplace_back(std::string(1, c) + ".npy", "");
  CHECK_THROWS_WITH(read(write_zip(many), "npz"),
                    "array: needed for m, which holds a, b, c, d, e, f, g, h, i, j, k, l, ...; all "
                    "takes those of one shape as a further "
                    "axis");
  CHECK_THROWS_WITH(read(write_zip({{"weights.txt", "1 2"}}), "npz"),
                    "m: expected NumPy's arrays, got weights.txt and no file that ends in .npy");
  // Keys and values by turns only if rows are what lies together.
  std::string columns = npy_of_texts({"a", "b", "c", "d"}, {2, 2});
  columns.replace(columns.find("False"), 5, "True ");
  CHECK_THROWS_WITH(read(with("facts.npy", columns), "npz"),
                    "m: facts: expected rows of key and value");
  // One side may have labels.
  const auto bare =
      write_zip({{"weights.npy", npy_of_floats({1, 2}, {1, 2})}, {"source.npy", texts(2)}});
  CHECK(read(bare, "npz").source == Labels{"t", "t"});
  const auto alone = write_zip({{"weights.npy", npy_of_floats({1, 2}, {1, 2})}});
  CHECK(read(alone, "npz").source == Labels{"0", "1"});
}

TEST_CASE("bare numbers get positions as labels, or those that are given") {
  const AttentionMap bare = read("0.5,0.25,0.25\n1,0,0\n", "csv");
  CHECK(bare.source == Labels{"0", "1", "2"});
  CHECK(bare.target == Labels{"0", "1"});
  CHECK(bare.weights == std::vector<float>{0.5F, 0.25F, 0.25F, 1, 0, 0});
  CHECK(read("0.5\t0.5\n", "tsv").columns() == 2);
  CHECK(read("\tb\tc,d\na\t0.5\t0.5\n", "tsv").source == Labels{"b", "c,d"});

  ReadOptions options;
  options.labels = {{"A", "B"}, {"x", "y", "z"}};
  const AttentionMap given = read("0.5,0.25,0.25\n1,0,0\n", "csv", options);
  CHECK(given.source == options.labels.columns);
  CHECK(given.target == options.labels.rows);
  options.labels.columns.pop_back();
  CHECK_THROWS_WITH(read("0.5,0.25,0.25\n1,0,0\n", "csv", options),
                    "column_labels: expected 3, one a column, got 2");
  options.labels = {{"A"}, {}};
  CHECK_THROWS_WITH(read("0.5,0.25,0.25\n1,0,0\n", "csv", options),
                    "row_labels: expected 2, one a row, got 1");
}

TEST_CASE("a matrix is turned where nothing says which side is which") {
  ReadOptions options;
  options.transpose = true;
  const AttentionMap map = read(",a,b,c\nx,1,2,3\ny,4,5,6\n", "csv", options);
  CHECK(map.source == Labels{"x", "y"});
  CHECK(map.target == Labels{"a", "b", "c"});
  CHECK(map.weights == std::vector<float>{1, 4, 2, 5, 3, 6});
  options.labels = {{"p", "q", "r"}, {"s", "t"}};  // of the picture
  CHECK(read("1,2,3\n4,5,6\n", "csv", options).target == Labels{"p", "q", "r"});
  options.labels = {};
  CHECK(read(foreign("float32.npy"), "npy", options).rows() == 3);
  for (const std::string name : {"json", "jsonl", "npz"}) {
    const std::string bytes = attention_to_bytes(full_map(), *attention_format(name));
    CHECK_THROWS_WITH(read(bytes, name, options), "transpose: m says that its rows are outputs");
  }
  // Its entries about the map suffice.
  AttentionMap small{{"a"}, {"A"}, {1.0F}, {}, {}, {{"model", "m"}}};
  CHECK_THROWS_AS(read(attention_to_npz(small), "npz", options), UsageError);
  small.metadata.clear();
  CHECK(read(attention_to_npz(small), "npz", options).source == Labels{"A"});
  small.expected = {"B"};
  CHECK_THROWS_AS(read(attention_to_npz(small), "npz", options), UsageError);
  CHECK_THROWS_AS(read(foreign("marian.txt"), "marian", options), UsageError);
  CHECK_THROWS_AS(read(foreign("nematus.txt"), "nematus", options), UsageError);
}

TEST_CASE("one of several maps is taken") {
  const std::string lines = attention_to_json(full_map()) + "\n\n" +
                            attention_to_json({{"q"}, {"r"}, {1.0F}, {}, {}, {}}) + '\n';
  ReadOptions options;
  options.sentence = "2";
  CHECK(read(lines, "jsonl", options).source == Labels{"q"});
  CHECK_THROWS_WITH(read("1,2\n", "csv", options),
                    "sentence: expected 1..1, the sentences in m, got 2");
  options.sentence = "3";
  CHECK_THROWS_WITH(read(lines, "jsonl", options),
                    "sentence: expected 1..2, the sentences in m, got 3");
  CHECK_THROWS_WITH(read("\n", "jsonl"), "m: expected at least one sentence, got none");
}

TEST_CASE("an input without an answer has an entry among the maps, which is refused") {
  AttentionMap missing;
  missing.metadata = {{"error", "input: too\nlong"}, {"input", "1"}};
  const std::string one = attention_to_json(missing) + '\n';
  const std::string lines = one + attention_to_json(full_map()) + '\n';
  ReadOptions options;
  options.sentence = "2";
  CHECK(read(lines, "jsonl", options).source == full_map().source);
  const std::string reason = "an input without an answer, and so without a map: input: too\\nlong";
  CHECK_THROWS_WITH(read(lines, "jsonl"), "m:1: " + reason);
  CHECK_THROWS_WITH(read(one, "json"), "m: " + reason);
}

TEST_CASE("content of another kind than the ending says is named") {
  const std::string json = attention_to_json(full_map());
  const std::string pickle = "\x80\x04\x95";
  struct {
    std::string format, bytes, message;
  } cases[] = {
      {"json", "\x89PNG\r\n", "m: expected JSON, got a PNG picture"},
      {"json", foreign("float32.npy"), "m: expected JSON, got a NumPy array"},
      {"jsonl", foreign("stored.npz"),
       "m: expected JSON lines, got a zip archive, such as PyTorch or npz files are"},
      {"csv", json, "m: expected CSV, got JSON"},
      {"csv", "GGUF\x03", "m: expected CSV, got a GGUF file"},
      {"tsv", "%PDF-1.7", "m: expected TSV, got a PDF document"},
      {"npy", json, "m: expected a NumPy array, got JSON"},
      {"npy", pickle, "m: expected a NumPy array, got a Python pickle"},
      {"npz", foreign("float32.npy"),
       "m: expected a zip archive of NumPy arrays, got a NumPy array"},
      {"npz", pickle, "m: expected a zip archive of NumPy arrays, got a Python pickle"},
      {"marian", json, "m: expected Marian's text, got JSON"},
      {"nematus", "\x1f\x8b\x08", "m: expected Nematus' text, got a gzip file"},
      {"csv", std::string("\x40\0\0\0\0\0\0\0{}", 10), "m: expected CSV, got a safetensors model"},
      {"npy", "1,2", "m: expected a NumPy array, got something else"},
      {"npz", "1,2",
       "m: expected a zip archive, got no directory at the end; is the file cut short?"},
      {"json", "1,2", "m: expected an object or a list, got 1"},
  };
  for (const auto& c : cases) {
    INFO(c.format << ' ' << printable(c.bytes));
    CHECK_THROWS_WITH(read(c.bytes, c.format), c.message);
    CHECK_THROWS_AS(read(c.bytes, c.format), InputError);
  }
}

TEST_CASE("what is only read is not written") {
  for (const char* format :
       {"safetensors", "marian", "nematus", "sockeye", "fairseq", "opennmt", "pharaoh"}) {
    CHECK_THROWS_WITH(attention_to_bytes(full_map(), *attention_format(format)),
                      std::string("format: expected one that is written, got ") + format);
  }
}

TEST_CASE("files of no known ending need a format") {
  for (const std::string name : {"m.txt", "m", "json", ".json", "m.json.gz"}) {
    const File file(name, "1,2\n");
    CHECK_THROWS_WITH(read_attention_file(file.path()),
                      file.path() +
                          ": expected a file that ends in .json, .jsonl, .csv, .tsv, "
                          ".npy, .npz or .safetensors");
    ReadOptions options;
    options.format = attention_format("csv");
    CHECK(read_attention_file(file.path(), options).columns() == 2);
  }
  CHECK_THROWS_AS(read_attention_file("/nowhere/m.csv"), InputError);
  const File large("m.json", "");
  REQUIRE(::truncate(large.path().c_str(), (off_t{1} << 28U) + 1) == 0);
  CHECK_THROWS_AS(read_attention_file(large.path()), LimitError);
}

TEST_CASE("an infinite weight is never written, in any format, a masked one in every") {
  AttentionMap map{{"a", "b"}, {"A"}, {0.5F, std::numeric_limits<float>::infinity()}, {}, {}, {}};
  for (const std::string& name : written_format_names()) {
    CHECK_THROWS_WITH(attention_to_bytes(map, *attention_format(name)),
                      "attention: weights[0][1]: expected a finite number, got inf");
  }
  map.weights[1] = std::nanf("");
  for (const std::string& name : written_format_names()) {
    INFO(name);
    const AttentionMap back = read(attention_to_bytes(map, *attention_format(name)), name);
    CHECK(same_weights(back.weights, map.weights));
  }
}

}  // namespace
}  // namespace attnviz

#include <cmath>
#include <cstring>
#include <limits>

#include "attnviz/error.h"
#include "base/random.h"
#include "catch.h"
#include "formats/attention_io.h"
#include "formats/read_map.h"

namespace attnviz {
namespace {

using namespace std::string_literals;

const std::string head =
    R"("format":"attnviz-attention","version":1,"orientation":"rows=output,columns=input",)";
const std::string labels = R"("source":["a","b"],"target":["B","A","</s>"],)";
const std::string weights = R"("weights":[[0,1],[1,0],[0.5,0.25]])";
const std::string wanted =
    "; a map has weights, source and target, and may have title, gold, expected and facts";
const std::string whole = '{' + head + labels + weights + '}';

// A map with everything that a file may hold and every kind of character a label may have.
AttentionMap full_map() {
  AttentionMap map;
  map.source = {"a", " ", "\u0915\u094d\u0937", "\"\\/\n\t\x01", "", end_label};
  map.target = {"\U0001f468\u200d\U0001f469", ",", end_label};
  map.weights.assign(18, 0.0F);
  Random random(1);
  for (float& weight : map.weights) weight = static_cast<float>(random.uniform());
  map.weights[0] = std::numeric_limits<float>::denorm_min();
  map.weights[1] = std::numeric_limits<float>::max();
  map.gold = {{0, 5}, {}, {2}};
  map.expected = {"x", "", end_label};
  map.copied = {0.0F, 1.0F, 0.1F};
  map.metadata = {{"task", "reverse"}, {"title", "two\nlines \"quoted\""}};
  return map;
}

AttentionMap read_json(std::string_view text, const std::string& name) {
  return read_map(text, "json", {}, name);
}

std::vector<AttentionMap> read_lines(const std::string& text, const std::string& name) {
  ReadOptions options;
  options.sentence = "all";
  return read_maps(text, "jsonl", options, name).maps;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

void check_equal(const AttentionMap& a, const AttentionMap& b) {
  CHECK(a.source == b.source);
  CHECK(a.target == b.target);
  CHECK(same_bits(a.weights, b.weights));
  CHECK(a.gold == b.gold);
  CHECK(a.expected == b.expected);
  CHECK(a.copied == b.copied);
  CHECK(a.metadata == b.metadata);
  CHECK(a.kind == b.kind);
}

TEST_CASE("JSON of a map, literally") {
  AttentionMap map{{"a", "b"}, {"B"}, {0.1F, 1.0F}, {}, {}, {}};
  const std::string start =
      R"({"format":"attnviz-attention","version":1,"orientation":"rows=output,columns=input",)"
      R"("source":["a","b"],"target":["B"],"weights":[[0.1,1]])";
  CHECK(attention_to_json(map) == start + "}");
  map.gold = {{0, 1}};
  map.expected = {"\"C\"\n"};
  map.metadata = {{"task", "sort"}, {"caption", "c"}};
  CHECK(attention_to_json(map) ==
        start + R"(,"gold":[[0,1]],"expected":["\"C\"\n"],"facts":{"caption":"c","task":"sort"}})");
}

// A document with these keys before the labels.
std::string with_keys(const std::string& keys) {
  return '{' + head + keys + labels + weights + '}';
}

TEST_CASE("JSON names the kind of a map that is no attention") {
  AttentionMap map{{"a", "b", "c"}, {"B"}, {-0.5F, std::nanf(""), 2.0F}, {}, {}, {}};
  map.kind = MapKind::attribution;
  const std::string json = attention_to_json(map);
  CHECK(json ==
        R"({"format":"attnviz-attention","version":1,"orientation":"rows=output,columns=input",)"
        R"("kind":"attribution","source":["a","b","c"],"target":["B"],"weights":[[-0.5,null,2]]})");
  const AttentionMap back = read_json(json, "m");
  CHECK(back.kind == MapKind::attribution);
  CHECK(same_weights(back.weights, map.weights));
  CHECK(read_lines(json + '\n' + whole, "m")[0].kind == MapKind::attribution);
  CHECK(read_lines(json + '\n' + whole, "m")[1].kind == MapKind::attention);
  CHECK(read_json(with_keys(R"("kind":"attention",)"), "m").kind == MapKind::attention);
  CHECK(read_json('{' + labels + weights + R"(,"kind":"attribution"})", "m").kind ==
        MapKind::attribution);
}

TEST_CASE("JSON says how far each output was copied; other numbers are refused") {
  AttentionMap map{{"a", "b"}, {"B"}, {0.1F, 1.0F}, {}, {}, {}};
  map.copied = {0.25F};
  CHECK(attention_to_json(map).ends_with(R"("weights":[[0.1,1]],"copied":[0.25]})"));
  const auto refused = [](const std::string& copied, const std::string& why) {
    CHECK_THROWS_WITH(read_json(with_keys("\"copied\":" + copied + ','), "m"), "m: copied" + why);
  };
  refused("[0.5,1.5,0]", "[1]: expected a number in 0..1, got 1.5");
  refused("[-0.5,1,0]", "[0]: expected a number in 0..1, got -0.5");
  refused("[0,null,0]", "[1]: expected a number in 0..1, got null");
  refused("[0,[1],0]", "[1]: expected a number in 0..1, got an array");
  refused("0.5", ": expected a list of numbers, got 0.5");
  refused("{}", ": expected a list of numbers, got an object");
  refused("[0.5,1]", ": expected 3 numbers, got 2");
}

TEST_CASE("kinds of maps that are none are refused") {
  const auto refused = [](const std::string& kind, const std::string& got) {
    CHECK_THROWS_WITH(read_json(with_keys("\"kind\":" + kind + ','), "m"),
                      "m: kind: expected \"attention\" or \"attribution\", got " + got);
  };
  refused("\"saliency\"", "\"saliency\"");
  refused("\"\\u001b\"", "\"\\u001b\"");
  refused("1", "1");
  refused("null", "null");
  refused("[\"attention\"]", "an array");
  CHECK_THROWS_WITH(read_json(with_keys(R"("kind":"attention","kind":"attention",)"), "m"),
                    "m: the key \"kind\" occurs twice");
}

TEST_CASE("of attributions no number is a mask, and no axis need sum to one") {
  const std::string start = R"({"kind":"attribution","weights":)";
  const AttentionMap low = read_json(start + "[[-3e9,0.5],[null,1]]}", "m");
  CHECK(low.weights[0] == -3e9F);
  CHECK(is_masked(low.weights[2]));
  // As attention, the first number is a mask, and the axis before the last is that of the inputs.
  ReadOptions all;
  all.array.index = {"all"};
  const std::string turned = "[[[0.25,0.25],[0.75,0.75]],[[0.5,0.5],[0.5,0.5]]]}";
  CHECK(notes_of(read_maps(start + turned, "json", all)).empty());
  CHECK_FALSE(notes_of(read_maps("{\"weights\":" + turned, "json", all)).empty());
  CHECK(notes_of(read_maps("[[-3e9,0.5],[0,1]]", "json")) ==
        "1 weight of -1e9 or so is taken for masked\n");
  ReadOptions rollout;
  rollout.array.rollout = true;
  CHECK_THROWS_WITH(read_maps(start + turned, "json", rollout),
                    "combine: expected attention for a rollout, got attribution in m");
  all.array.index = {"mean"};
  CHECK(read_map(start + "[[[-3e9,1]],[[-1e9,3]]]}", "json", all).weights ==
        std::vector<float>{-2e9F, 2});
}

TEST_CASE("a map comes back from its JSON, to the bit") {
  check_equal(read_json(attention_to_json(full_map()), "m"), full_map());
  AttentionMap plain = full_map();
  plain.gold.clear();
  plain.expected.clear();
  plain.copied.clear();
  plain.metadata.clear();
  check_equal(read_json(attention_to_json(plain), "m"), plain);
}

TEST_CASE("any float comes back from JSON, to the bit") {
  Random random(3);
  AttentionMap map{
      std::vector<std::string>(100, "s"), std::vector<std::string>(100, "t"), {}, {}, {}, {}};
  while (map.weights.size() < 10000) {
    const auto bits = static_cast<std::uint32_t>(random.bits());
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (std::isfinite(value)) map.weights.push_back(value);
  }
  CHECK(same_bits(read_json(attention_to_json(map), "m").weights, map.weights));
  // By way of double this would come out as 1.
  const auto near = read_json('{' + head + R"("source":["a"],"target":["b"],)" +
                                  R"("weights":[[1.00000005960464477539062500000001]]})",
                              "m");
  CHECK(near.weights[0] == std::nextafter(1.0F, 2.0F));
}

TEST_CASE("an infinite weight is never written") {
  AttentionMap map{{"a", "b"}, {"A"}, {0.5F, -std::numeric_limits<float>::infinity()}, {}, {}, {}};
  const char* message = "attention: weights[0][1]: expected a finite number, got -inf";
  CHECK_THROWS_WITH(attention_to_json(map), message);
  CHECK_THROWS_WITH(attention_to_csv(map), message);
  CHECK_THROWS_AS(attention_to_json(map), OutputError);
}

TEST_CASE("JSON of any layout is read") {
  check_equal(read_json("\xef\xbb\xbf \r\n\t{\r\n" + weights + ",\n" + labels + head +
                            "\n\"facts\":{}}\n\n",
                        "m"),
              read_json(whole, "m"));
  const AttentionMap map = read_json(whole, "m");
  CHECK(map.weights == std::vector<float>{0, 1, 1, 0, 0.5F, 0.25F});
  CHECK(map.gold.empty());
}

TEST_CASE("malformed maps are refused with the place") {
  const auto nested = [](int levels) {
    std::string place;
    for (int i = 0; i < levels; ++i) place += "[0]";
    return place;
  };
  const std::string start = '{' + head + labels;
  const std::string rest = head + labels + weights + '}';
  struct {
    std::string text, message;
  } cases[] = {
      // Not JSON.
      {"", "m.json: not valid JSON: it ends too early"},
      {" \n", "m.json: not valid JSON: it ends too early"},
      {whole.substr(0, 50), "m.json: not valid JSON: it ends too early"},
      {"{\"format\":\n x}", "m.json:2: column 2: not valid JSON at \"x}\""},
      {"{\"format\":\"attnviz-attention\",}", "m.json: column 31: not valid JSON at \"}\""},
      {"{'format':1}", "m.json: column 2: not valid JSON at \"'format':1}\""},
      {start + "\"weights\":[[nan,1]]}", "m.json: column 143: not valid JSON at \"an,1]]}\""},
      {"\x89PNG\r\n", "m.json: expected JSON, got a PNG picture"},
      {"{\"a\xff\":1}", "m.json: column 4: expected UTF-8, got the byte \\xff"},
      {"/* */" + whole, "m.json: column 1: not valid JSON at \"/* */{\"format\":\"attn...\""},
      {whole + " x", "m.json: column 166: expected nothing after the JSON document, got \"x\""},
      {whole + "{}", "m.json: column 165: expected nothing after the JSON document, got \"{}\""},
      {whole + "\0"s, "m.json: column 165: not valid JSON at \"\\x00\""},
      {"[\0]"s, "m.json: column 2: not valid JSON at \"\\x00\""},
      {"{\"version\":1," + rest, "m.json: the key \"version\" occurs twice"},
      {'{' + head + labels + weights + R"(,"facts":{"a":"","a":""}})",
       "m.json: the key \"a\" occurs twice"},
      {std::string(64, '[') + std::string(64, ']'),
       "m.json: " + nested(63) + ": expected at least one number, got an empty list"},
      {std::string(65, '['), "m.json: expected at most 64 levels of nesting, got more"},
      {std::string(100000, '['), "m.json: expected at most 64 levels of nesting, got more"},
      {start + "\"weights\":" + std::string(100000, '['),
       "m.json: expected at most 64 levels of nesting, got more"},
      {start + "\"source\":[[]]", "m.json: the key \"source\" occurs twice"},
      {"{\"source\":null", "m.json: source: expected a list of strings, got null"},
      {"{\"source\":[[", "m.json: source[0]: expected a string, got an array"},
      {"{\"facts\":{\"a\":{", "m.json: facts: a: expected a string, got an object"},
      {"{\"version\":[", "m.json: version: expected 1, got an array"},
      {R"({"gold":[[1],[7]],"source":["a"],)" + head + R"("target":["b","c"],"weights":[[1],[1]]})",
       "m.json: gold[0][0]: expected an integer in 0..0, got 1"},
      // Not a map.
      {"3", "m.json: expected an object or a list, got 3"},
      {"{}", "m.json: expected the keys source, target, weights, got no source, target, weights"},
      {"{\"wieghts\":[]," + rest, "m.json: unknown key \"wieghts\"; did you mean \"weights\"?"},
      {"{\"\\u001b\":[]," + rest, "m.json: unknown key \"\\x1b\"" + wanted},
      {R"({"format":"attnviz-model"})",
       "m.json: format: expected \"attnviz-attention\", got \"attnviz-model\""},
      {R"({"format":"attnviz-attention","version":2})", "m.json: version: expected 1, got 2"},
      {R"({"format":"attnviz-attention","version":"1"})", "m.json: version: expected 1, got \"1\""},
      {R"({"format":"attnviz-attention","version":1,"orientation":"rows=input,columns=output"})",
       "m.json: orientation: expected \"rows=output,columns=input\", got "
       "\"rows=input,columns=output\""},
      {'{' + head + R"("source":["a"],"target":["b"]})",
       "m.json: expected the keys format, version, orientation, source, target, weights, got no "
       "weights"},
      // Labels.
      {'{' + head + R"("source":"ab","target":["b"]})",
       "m.json: source: expected a list of strings, got \"ab\""},
      {'{' + head + R"("source":["a"],"target":["b",1]})",
       "m.json: target[1]: expected a string, got 1"},
      {'{' + head + R"("source":[],"target":["b"],"weights":[]})",
       "m.json: source: expected at least one label, got none"},
      {'{' + head + R"("source":["a"],"target":[],"weights":[]})",
       "m.json: target: expected at least one label, got none"},
      // Weights.
      {start + R"("weights":[[0,1],[1,0]]})", "m.json: weights: expected 3 rows, got 2"},
      {start + R"("weights":[[0,1],[1,0],[1]]})", "m.json: weights[2]: expected 2 numbers, got 1"},
      {start + R"("weights":[[0,1],[1,0,0],[1,1]]})",
       "m.json: weights[1]: expected 2 numbers, got 3"},
      {start + R"("weights":[0,1,2]})", "m.json: weights[0]: expected a list of numbers, got 0"},
      {start + R"("weights":{"a":1}})", "m.json: weights: expected a list of rows, got an object"},
      {start + R"("weights":[[0,1],["0.5",0],[1,1]]})",
       "m.json: weights[1][0]: expected a finite number, got \"0.5\""},
      {start + R"("weights":[[0,1],[true,0],[1,1]]})",
       "m.json: weights[1][0]: expected a finite number, got true"},
      {start + R"("weights":[[1e39,1]]})",
       "m.json: column 145: expected a number in the range of float, got \"1e39\""},
      {start + R"("weights":[[1e999,1]]})",
       "m.json: column 146: expected a number in the range of float, got \"1e999\""},
      // What may be left out.
      {start + weights + R"(,"gold":[[1],[0]]})", "m.json: gold: expected 3 rows, got 2"},
      {start + weights + R"(,"gold":[]})", "m.json: gold: expected 3 rows, got 0"},
      {start + weights + R"(,"gold":[[1],[2],[]]})",
       "m.json: gold[1][0]: expected an integer in 0..1, got 2"},
      {start + weights + R"(,"gold":[[1],[0,-1],[]]})",
       "m.json: gold[1][1]: expected an integer in 0..1, got -1"},
      {start + weights + R"(,"gold":[[1],[4294967296],[]]})",
       "m.json: gold[1][0]: expected an integer in 0..1, got 4294967296"},
      {start + weights + R"(,"gold":[[1],[0.5],[]]})",
       "m.json: gold[1][0]: expected an integer in 0..1, got 0.5"},
      {start + weights + R"(,"gold":[[1,0],[],[]]})",
       "m.json: gold[0][1]: expected an integer in 0..1, ascending, got 0"},
      {start + weights + R"(,"gold":[[1,1],[],[]]})",
       "m.json: gold[0][1]: expected an integer in 0..1, ascending, got 1"},
      {start + weights + R"(,"gold":[1,0,1]})",
       "m.json: gold[0]: expected a list of source positions, got 1"},
      {start + weights + R"(,"expected":["x"]})", "m.json: expected: expected 3 strings, got 1"},
      {start + weights + R"(,"expected":["x","y",null]})",
       "m.json: expected[2]: expected a string, got null"},
      {start + weights + R"(,"facts":[]})", "m.json: facts: expected an object, got an array"},
      {start + weights + R"(,"facts":{"seed":7}})",
       "m.json: facts: seed: expected a string, got 7"},
  };
  for (const auto& c : cases) {
    INFO(printable(c.text, 300));
    CHECK_THROWS_WITH(read_json(c.text, "m.json"), c.message);
    CHECK_THROWS_AS(read_json(c.text, "m.json"), InputError);
  }
}

TEST_CASE("maps of too many weights are refused before any is stored") {
  std::string source = "[\"\"";
  for (int i = 1; i < 8193; ++i) source += ",\"\"";
  std::string target = source.substr(0, source.size() - 3) + ']';  // 8192 labels
  source += ']';
  const auto document = [](const std::string& s, const std::string& t) {
    return '{' + head + "\"source\":" + s + ",\"target\":" + t + ",\"weights\":[]}";
  };
  CHECK_THROWS_WITH(read_json(document(source, target), "m"),
                    "m: expected at most 67108864 weights, got 8192 x 8193");
  CHECK_THROWS_AS(read_json(document(source, target), "m"), LimitError);
  CHECK_THROWS_WITH(read_json(document(target, target), "m"),
                    "m: weights: expected 8192 rows, got 0");
}

// The parser of the library, left to itself, would need minutes for these.
TEST_CASE("hostile JSON takes no more than linear time") {
  std::string objects = "[";
  for (int i = 0; i < 300000; ++i) objects += "{},";
  CHECK_THROWS_WITH(read_json(objects + "{}]", "m"), "m: map 1: expected one, got an empty object");
  std::string keys = "{";
  for (int i = 0; i < 100000; ++i) keys += '"' + std::to_string(i) + "\":0,";
  CHECK_THROWS_WITH(read_json(keys + "\"x\":0}", "m"), "m: unknown key \"0\"" + wanted);
}

TEST_CASE("every truncation of a document is refused") {
  const std::string text = attention_to_json(full_map());
  for (std::size_t length = 0; length < text.size(); ++length) {
    INFO(length);
    REQUIRE_THROWS_AS(read_json(std::string_view(text).substr(0, length), "m"), InputError);
  }
}

TEST_CASE("a document with any byte changed is read or refused, never worse") {
  const std::string text = attention_to_json(full_map());
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char byte : {'\0', '"', '[', '}', ',', '-', '9', '\xff'}) {
      std::string changed = text;
      changed[i] = byte;
      try {
        const AttentionMap map = read_json(changed, "m");
        REQUIRE(map.weights.size() == map.rows() * map.columns());
      } catch (const InputError& error) {
        REQUIRE(std::string(error.what()).find('\n') == std::string::npos);
      }
    }
  }
}

TEST_CASE("a map that is missing has no weights") {
  const auto text = [](const std::string& rest) {
    return R"({"format":"attnviz-attention","version":1,"orientation":"rows=output,columns=input",)"
           R"("source":[],"target":[],)" +
           rest + R"("facts":{"error":"too long"}})";
  };
  const std::string reason = "an input without an answer, and so without a map: too long";
  CHECK_THROWS_WITH(read_lines(text(""), "m"), "m:1: " + reason);
  CHECK_THROWS_WITH(read_lines(text("\"weights\":[],"), "m"), "m:1: " + reason);
  CHECK_THROWS_WITH(read_json(text(""), "m"), "m: " + reason);
  ReadOptions all;
  all.sentence = "all";
  const AttentionMaps maps = read_maps(text("") + '\n' + whole + '\n', "jsonl", all);
  CHECK(maps.names == std::vector<std::string>{"sentence 2"});
  CHECK(notes_of(maps) ==
        "1 of the sentences chosen is left out: the last of them: m:1: " + reason + '\n');
  CHECK_THROWS_WITH(read_lines(text("\"weights\":[[0.5]],"), "m"),
                    "m:1: source: expected at least one label, got none");
}

TEST_CASE("JSON lines hold one map each") {
  const std::string other = attention_to_json(full_map());
  const auto maps = read_lines("\xef\xbb\xbf" + whole + "\r\n\n  \r\n" + other, "m");
  REQUIRE(maps.size() == 2);
  check_equal(maps[0], read_json(whole, "m"));
  check_equal(maps[1], full_map());
  CHECK(read_lines(whole + '\n', "m").size() == 1);
  CHECK_THROWS_WITH(read_lines("\n\n", "m"), "m: expected at least one sentence, got none");
}

TEST_CASE("JSON lines name the line in messages") {
  const std::string lines = whole + "\n\n";
  CHECK_THROWS_WITH(read_lines(lines + "[]\n" + whole, "m.jsonl"),
                    "m.jsonl:3: expected at least one row and one column");
  CHECK_THROWS_WITH(read_lines(lines + "{x", "m.jsonl"),
                    "m.jsonl:3: column 2: not valid JSON at \"x\"");
  CHECK_THROWS_WITH(read_lines(lines + whole + " {}", "m.jsonl"),
                    "m.jsonl:3: column 166: expected nothing after the JSON document, got \"{}\"");
}

}  // namespace
}  // namespace attnviz

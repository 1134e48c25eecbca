// What is JSON (RFC 8259) and what is not, for the reader below all formats.
#include "formats/strict_json.h"

#include "attnviz/error.h"
#include "catch.h"

namespace attnviz {
namespace {

using namespace std::string_literals;

TEST_CASE("documents that are JSON are taken, with their value") {
  struct {
    std::string text, value;  // as the library writes it
  } cases[] = {
      // Any value may be a document.
      {"null", "null"},
      {"true", "true"},
      {"false", "false"},
      {"0", "0"},
      {"\"\"", "\"\""},
      {"[]", "[]"},
      {"{}", "{}"},
      // White space: blank, tab, line feed, carriage return.
      {" \t\r\n1 \t\r\n", "1"},
      {"[ 1 ,\n2 ]", "[1,2]"},
      {"{ \"a\" : 1 , \"b\" : 2 }", R"({"a":1,"b":2})"},
      {"\xef\xbb\xbf[]", "[]"},  // a byte order mark
      // Numbers.
      {"-0", "0"},
      {"-1", "-1"},
      {"1e2", "100.0"},
      {"1E+2", "100.0"},
      {"125e-3", "0.125"},
      {"0.5", "0.5"},
      {"-0.0", "-0.0"},
      {"0e0", "0.0"},
      {"1e-400", "0.0"},
      {"18446744073709551615", "18446744073709551615"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"18446744073709551616", "1.8446744e+19"},  // as a float
      {"3.4028235e38", "3.4028235e+38"},
      // Texts.
      {R"("\"\\\/\b\f\n\r\t")", R"("\"\\/\b\f\n\r\t")"},
      {R"("\u0041\u00e9\u0915")", "\"A\u00e9\u0915\""},
      {R"("\uD83D\uDE00")", "\"\U0001f600\""},
      {R"("\u0000")", R"("\u0000")"},
      {"\"\x7f\"", "\"\x7f\""},
      {"\"\u2028\uffff\U0010ffff\"", "\"\u2028\uffff\U0010ffff\""},
      // Containers.
      {"[[],{},[[]]]", "[[],{},[[]]]"},
      {R"({"":0})", R"({"":0})"},
      {R"({"a":{"a":[{"a":0}]}})", R"({"a":{"a":[{"a":0}]}})"},
      {R"([{"a":1},{"a":2}])", R"([{"a":1},{"a":2}])"},  // one key in two objects
      {std::string(64, '[') + std::string(64, ']'), std::string(64, '[') + std::string(64, ']')},
  };
  for (const auto& c : cases) {
    INFO(printable(c.text));
    CHECK(parse_strict_json<FloatJson>(c.text, "j").dump() == c.value);
  }
}

TEST_CASE("documents that are not JSON are refused") {
  const std::vector<std::string> documents = {
      // Nothing, or not all.
      "", " ", "\n", "\xef\xbb\xbf", "[", "]", "{", "}", "[1", "[1,", "{\"a\"",
      "{\"a\":", "{\"a\":1", "{\"a\":1,", "\"", "\"a", "-", "tru", "nul", "falsy", "t",
      // Something after it.
      "1 2", "[] []", "{}x", "null,", "[]]", "{}}", "1\0"s, "[]\0"s, "\0"s, "\0[]"s,
      // Commas and colons.
      "[,]", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1:2]", "{,}", "{\"a\":1,}", "{\"a\" 1}",
      "{\"a\"::1}", "{\"a\",1}", "{\"a\":1 \"b\":2}", "{\"a\":1,,\"b\":2}",
      // Keys.
      "{1:1}", "{a:1}", "{'a':1}", "{null:1}", "{[]:1}", "{\"a\":1,\"a\":1}",
      "{\"a\":1,\"\\u0061\":2}",
      // Numbers.
      "+1", "01", "-01", "00", ".5", "5.", "1.e1", "1e", "1e+", "1e1.5", "0x10", "1_000", "1,5",
      "--1", "- 1", "NaN", "nan", "Infinity", "-Infinity", "inf", "1e39", "-1e39", "1e999", "1f",
      "1L", "\uff11",
      // Texts.
      "'a'", "\"\n\"", "\"\t\"", "\"\x01\"", "\"\0\""s, "\"\\\"", "\"\\x41\"", "\"\\a\"", "\"\\u\"",
      "\"\\u12\"", "\"\\u123g\"", "\"\\U00000041\"", "\"\\'\"", "\"\\ud800\"", "\"\\udc00\"",
      "\"\\ud800\\u0041\"", "\"\\udc00\\ud800\"", "\"a\" \"b\"",
      // Not UTF-8: a lone byte, overlong, a surrogate, outside Unicode, cut short, UTF-16.
      "\"\xff\"", "\"\x80\"", "\"\xc0\x80\"", "\"\xc1\xbf\"", "\"\xe0\x80\x80\"",
      "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe0\xa4\"", "\"\xf5\"", "\xff\xfe[\0]\0"s,
      "\xfe\xff\0[\0]"s,
      // Extensions of others.
      "// comment\n1", "/* comment */1", "1 // comment", "[1] # comment", "True", "None",
      "undefined", "{\"a\":undefined}", "TRUE", "\v1", "\f1",
      "\u00a0"
      "1",
      "\u2028"
      "1",
      "[1,...]", "(1)", "<1>", "=1", "`a`", "\"a\"+\"b\"", "\xef\xbb\xbf\xef\xbb\xbf[]",
      // Too deep.
      std::string(65, '[') + std::string(65, ']'), std::string(100'000, '['),
      std::string(65, '[') + "1"};
  for (const std::string& document : documents) {
    INFO(printable(document));
    CHECK_THROWS_AS(parse_strict_json<FloatJson>(document, "j"), InputError);
  }
}

TEST_CASE("with doubles, keys keep their order and numbers their digits") {
  using nlohmann::ordered_json;
  const std::string text =
      R"({"b":0.1,"a":{"b":[1e300,{"b":-1}]},"c":18446744073709551615,"d":[null,true,"\u0041"]})";
  const std::string again =
      R"({"b":0.1,"a":{"b":[1e+300,{"b":-1}]},"c":18446744073709551615,"d":[null,true,"A"]})";
  CHECK(parse_strict_json<ordered_json>(text, "j").dump() == again);
  const std::pair<std::string, std::string> cases[] = {
      {R"({"a":{"b":1},"b":2,"a":3})", "j: the key \"a\" occurs twice"},
      {"1e999", "j: column 5: expected a number in the range of double, got \"1e999\""},
      {"[1]\n]", "j:2: column 1: expected nothing after the JSON document, got \"]\""},
      {"", "j: not valid JSON: it ends too early"},
      {"}", "j: column 1: not valid JSON at \"}\""},
      {"[1\0]"s, "j: column 3: not valid JSON at \"\\x00\""},
      {std::string(65, '['), "j: expected at most 64 levels of nesting, got more"}};
  for (const auto& [document, message] : cases) {
    CHECK_THROWS_WITH(parse_strict_json<ordered_json>(document, "j"), message);
  }
}

TEST_CASE("a document of too many values is refused while it is read") {
  const auto list = [](std::size_t count) {
    std::string text = "[0";
    for (std::size_t i = 2; i < count; ++i) text += ",0";
    return text + ']';
  };
  CHECK(parse_strict_json<FloatJson>(list(max_json_values), "j").size() == max_json_values - 1);
  const char* message = "j: expected at most 131072 values, got more";
  CHECK_THROWS_WITH(parse_strict_json<FloatJson>(list(max_json_values + 1), "j"), message);
  CHECK_THROWS_AS(parse_strict_json<FloatJson>(list(max_json_values + 1), "j"), LimitError);
  CHECK_THROWS_WITH(parse_strict_json<FloatJson>(list(4 * max_json_values) + '"', "j"), message);
}

TEST_CASE("a list of texts is read as such, and nothing else") {
  using Texts = std::vector<std::string>;
  CHECK(parse_json_texts(R"(["a","\u0041",""])", "j") == Texts{"a", "A", ""});
  CHECK(parse_json_texts("[]", "j") == Texts{});
  for (const std::string document : {"\"a\"", "{}", "[1]", R"(["a",1,"b"])", R"([["a"],"b"])",
                                     R"({"a":"b"})", R"(["a",[],"b"])", "[[]]", "null"}) {
    INFO(document);
    CHECK_FALSE(parse_json_texts(document, "j"));
  }
  CHECK_THROWS_AS(parse_json_texts("[\"a\"", "j"), InputError);
}

TEST_CASE("an integer is one, within its limit") {
  CHECK(json_integer(0U, 7) == 0);
  CHECK(json_integer(7U, 7) == 7);
  const std::vector<nlohmann::ordered_json> others = {
      8U,          -1,         7.0,
      4294967303U, UINT64_MAX, true,
      "7",         nullptr,    nlohmann::ordered_json::array({7U})};
  for (const auto& other : others) {
    INFO(other.dump());
    CHECK_THROWS_WITH(json_integer(other, 7), "expected an integer in 0..7");
  }
}

// Minutes, if each key were looked for among those before it.
TEST_CASE("an object of many ordered keys takes no more than linear time") {
  std::string text = "{";
  for (int i = 0; i < 40'000; ++i) text += '"' + std::to_string(i) + "\":[{}],";
  const auto json = parse_strict_json<nlohmann::ordered_json>(text + "\"last\":0}", "j");
  CHECK(json.size() == 40'001);
  CHECK(json.back() == 0);
}

}  // namespace
}  // namespace attnviz

#include "render/page/page.h"
#include "json.h"

#include <limits>
#include <string>
#include <vector>

#include "attnviz/error.h"
#include "catch.h"
#include "render/maps.h"
#include "render/page/sha256.h"

using namespace attnviz;

namespace {

using Json = nlohmann::json;

PageMap page_map(AttentionMap map) {
  PageMap one;
  one.map = std::move(map);
  return one;
}

PageMap small_map() {
  return page_map(map_of({"a", "b", "</s>"}, {"b", "a", "</s>"}));
}

/// What is between two texts, the last time that the first occurs.
std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t start = text.rfind(from) + from.size();
  return text.substr(start, text.find(to, start) - start);
}

Json data_of(const std::string& page) {
  return Json::parse(between(page, "id=\"data\">", "</script>"));
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

std::string hash_of(const std::string& text) {
  return "'sha256-" + base64(sha256(text)) + "'";
}

}  // namespace

TEST_CASE("sha256: the examples of its standard") {
  CHECK(base64(sha256("abc")) == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  CHECK(base64(sha256("")) == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

TEST_CASE("page: refers to nothing outside of it") {
  PageMap one = small_map();
  one.trace = "[]";
  const std::string page = write_page({one});
  CHECK(page.starts_with("<!doctype html>"));
  for (const std::string part :
       {"://", "src=", "url(", "@import", "import(", "fetch(", "XMLHttp", "style=", "eval",
        "@data@", "@sum@", "@page", "innerHTML", "document.write"}) {
    INFO(part);
    CHECK(page.find(part) == std::string::npos);
  }
}

TEST_CASE("page: its policy allows its own scripts and style alone") {
  PageMap one = small_map();
  for (const std::string trace : {"", "[]"}) {
    one.trace = trace;
    const std::string page = write_page({one});
    const std::string policy = between(page, "Content-Security-Policy\" content=\"", "\"");
    const std::string script = between(page, "\n<script>", "</script>");
    CHECK(script.starts_with("\"use strict\";"));
    CHECK(script.find("//") == std::string::npos);  // a comment would swallow the line after it
    CHECK(count(page, "<script") == (trace.empty() ? 2 : 3));
    CHECK(policy.find("script-src " + hash_of(script)) != std::string::npos);
    CHECK(policy.find("style-src " + hash_of(between(page, "<style>", "</style>"))) !=
          std::string::npos);
    if (!trace.empty()) {
      const std::size_t first = page.find("<script>") + 8;
      const std::string sum = page.substr(first, page.find("</script>", first) - first);
      CHECK(policy.find(' ' + hash_of(sum) + ';') != std::string::npos);
    }
    CHECK(policy.starts_with("default-src 'none'; "));
    CHECK(policy.ends_with("; base-uri 'none'; form-action 'none'"));
  }
}

TEST_CASE("page: the data holds the maps, with five digits") {
  PageMap one = small_map();
  one.map.weights[0] = 0.123456789f;
  one.map.weights[1] = std::numeric_limits<float>::quiet_NaN();
  one.map.weights[2] = 1.5e-8f;
  one.map.gold = {{1}, {0}, {}};
  one.map.expected = {"a", "a", "</s>"};
  one.title = "first\nline";
  one.caption = "caption";
  one.at = {"5", "mono"};
  one.scale = {0, 0.5, ScaleKind::root};
  PageOptions options;
  options.axes = {"step", "input"};
  options.numbers = NumberStyle{1, true};
  const Json data = data_of(write_page({one, one}, options));
  CHECK(data["axes"] == Json({"step", "input"}));
  CHECK(data["decimals"] == 1);
  CHECK(data["percent"] == true);
  REQUIRE(data["maps"].size() == 2);
  const Json& map = data["maps"][1];
  CHECK(map["source"] == Json({"b", "a", "</s>"}));
  CHECK(map["at"] == Json({"5", "mono"}));
  CHECK(map["weights"].size() == 9);
  CHECK(map["weights"][0] == 0.12346);
  CHECK(map["weights"][1].is_null());
  CHECK(map["weights"][2] == 1.5e-8);
  CHECK(map["gold"] == Json::parse("[[1],[0],[]]"));
  CHECK(map["expected"][1] == "a");
  CHECK(map["scale"] == Json::parse("[0,0.5,\"sqrt\"]"));
  CHECK(map["title"] == "first\nline");
  CHECK(!map.contains("kind"));
  // viridis begins and ends with these
  const std::string palette = data["palettes"]["viridis"];
  CHECK(palette.starts_with("440154"));
  CHECK(palette.ends_with("fde725"));
  CHECK(palette.size() % 6 == 0);
}

TEST_CASE("page: an attribution is said to be one") {
  PageMap one = small_map();
  one.map.kind = MapKind::attribution;
  one.colormap = Colormap::difference;
  one.scale = {-2, 2};
  const Json map = data_of(write_page({one}))["maps"][0];
  CHECK(map["kind"] == "attribution");
  CHECK(map["palette"] == "difference");
}

TEST_CASE("page: the same maps give the same bytes") {
  CHECK((write_page({small_map()}) == write_page({small_map()})));
}

TEST_CASE("page: no label can leave the data") {
  const std::vector<std::string> hostile = {"</script><img onerror=alert(1)>",
                                            "<!--<script>",
                                            "\"'\\",
                                            "\u202eabc",
                                            "\u05d0\u05d1",
                                            "a\u0301\u0302",
                                            std::string("a\0b", 3),
                                            "\xff\xfe",
                                            "\u2028",
                                            "@data@",
                                            "]]>",
                                            "\r\n\t\x1b[31m"};
  PageMap one = page_map(map_of(hostile, hostile));
  one.map.expected = hostile;
  one.title = one.caption = hostile[0] + hostile[2] + hostile[6] + hostile[7];
  one.at = {hostile[0]};
  PageOptions options;
  options.axes = {hostile[1]};
  options.row_title = options.column_title = hostile[0];
  const std::string page = write_page({one}, options);
  CHECK(count(page, "</script>") == 2);
  CHECK(count(page, "<!--") == 0);
  CHECK(page.find("<img") == std::string::npos);
  CHECK(page.find('\0') == std::string::npos);
  CHECK(page.find('\x1b') == std::string::npos);
  const Json data = data_of(page);
  const Json& labels = data["maps"][0]["source"];
  CHECK(labels[0] == hostile[0]);
  CHECK(labels[2] == hostile[2]);
  CHECK(labels[4] == hostile[4]);
  CHECK(labels[6] == "a\\x00b");
  CHECK(labels[9] == "@data@");
  CHECK(data["axes"][0] == hostile[1]);
}

TEST_CASE("page: a small map takes at most 30 kB, ten maps little more") {
  PageMap one =
      page_map(map_of(std::vector<std::string>(10, "n"), std::vector<std::string>(10, "n")));
  for (float& weight : one.map.weights) weight = 0.123456f * weight + 1e-6f;
  one.map.gold = GoldAlignment(10, {3});
  CHECK(write_page({one}).size() <= 30'000);
  CHECK(write_page(std::vector<PageMap>(10, one)).size() <= 42'000);
}

TEST_CASE("page: what cannot be a page is refused") {
  CHECK_THROWS_WITH(write_page({}), "page: expected at least one map, got none");
  CHECK_THROWS_AS(write_page({page_map({})}), UsageError);
  PageMap one = small_map();
  one.map.weights.pop_back();
  CHECK_THROWS_WITH(write_page({one}), "page: expected rows x columns weights, got 8 for 3 x 3");
  one = small_map();
  one.at = {"x"};
  CHECK_THROWS_WITH(write_page({one}), "page: expected a value for each of 0 axes, got 1");
  one = small_map();
  one.map.weights[4] = std::numeric_limits<float>::infinity();
  CHECK_THROWS_AS(write_page({one}), OutputError);
  AttentionMap large;
  large.source = repeated(512, "a");
  large.target = repeated(512, "b");
  large.weights.assign(max_page_weights, 0.5f);
  CHECK_NOTHROW(write_page({page_map(large)}));
  CHECK_THROWS_WITH(write_page({page_map(large), small_map()}),
                    "page: expected at most 262144 weights in all, got more");
}

#include <string>
#include <vector>

#include "catch.h"
#include "cli/run_program.h"
#include "json.h"

using namespace attnviz;

namespace {

using Json = nlohmann::json;

const WorkFolder& trained() {
  static const WorkFolder folder;
  static const int once = folder.run(std::string("train --task reverse") + tiny).exit_code +
                          folder.run("predict abc abcd abcde --attention maps.jsonl").exit_code;
  REQUIRE(once == 0);
  return folder;
}

/// The data of the page that render writes with these options.
Json page(const WorkFolder& folder, const std::string& options) {
  const auto result = folder.run("render --quiet --out page.html " + options);
  INFO(options << ": " << result.output);
  REQUIRE(result.exit_code == 0);
  const std::string bytes = folder.read("page.html");
  const std::string start = "id=\"data\">";
  const std::size_t from = bytes.find(start) + start.size();
  return Json::parse(bytes.substr(from, bytes.find("</script>", from) - from));
}

std::vector<std::string> values(const Json& data, const std::string& axis) {
  const auto& axes = data["axes"];
  const auto at = std::find(axes.begin(), axes.end(), axis) - axes.begin();
  std::vector<std::string> found;
  for (const Json& map : data["maps"]) found.push_back(map["at"].at(static_cast<std::size_t>(at)));
  return found;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("attnviz render: a page of a model's map, the same bytes each time") {
  const auto result = trained().run("render --out map.html");
  INFO(result.output);
  CHECK(result.exit_code == 0);
  CHECK(result.err == "wrote map.html\n");
  CHECK(trained().run("render --format html --out -").out == trained().read("map.html"));
  const Json data = page(trained(), "");
  REQUIRE(data["maps"].size() == 1);
  CHECK(data["maps"][0]["source"].size() == 11);
  CHECK(data["maps"][0]["gold"].size() == data["maps"][0]["target"].size());
  CHECK(data["axes"].empty());
  CHECK(std::string(data["maps"][0]["title"]).starts_with("reverse: monojitcnn"));
  CHECK(!data.contains("theme"));
  CHECK(page(trained(), "--theme dark")["theme"] == "dark");
  CHECK(page(trained(), "--annotate=.1%")["decimals"] == 1);
  CHECK(page(trained(), "--x-title letters --title T")["columns"] == "letters");
}

TEST_CASE("attnviz render: a selector for each axis on which the maps of a page differ") {
  const WorkFolder& folder = trained();
  CHECK(values(page(folder, "--input abc abcd"), "input") == Texts{"abc", "abcd"});
  CHECK(values(page(folder, "--matrix maps.jsonl --sentence all"), "input") ==
        Texts{"abc", "abcd", "abcde"});
  const Json models =
      page(folder, "--model runs/reverse/model.safetensors runs/reverse --input abc");
  CHECK(models["axes"] == Json({"model"}));
  CHECK(values(models, "model") == Texts{"runs/reverse/model.safetensors", "runs/reverse"});
  folder.write("heads.json", R"({"source":["a","b"],"target":["c"],"weights":)"
                             R"([[[[1,0]],[[0,1]]],[[[0.5,0.5]],[[0.1,0.9]]]]})");
  const Json heads = page(folder, "--matrix heads.json --index all");
  CHECK(heads["axes"] == Json({"layer", "head"}));
  CHECK(values(heads, "layer") == Texts{"0", "0", "1", "1"});
  CHECK(values(heads, "head") == Texts{"0", "1", "0", "1"});
  const std::string line = R"({"source":["a"],"target":["b"],"weights":[[1]],"facts":{"step":")";
  folder.write("film.jsonl", line + "0\"}}\n" + line + "10\"}}\n" + line + "20\"}}\n");
  const Json film = page(folder, "--matrix film.jsonl --sentence all");
  CHECK(film["axes"] == Json({"step"}));
  CHECK(values(film, "step") == Texts{"0", "10", "20"});
  // Alike maps are numbered.
  CHECK(values(page(folder, "--input abc abc"), "map") == Texts{"1", "2"});
}

TEST_CASE("attnviz render: a page of a difference, and of rows upwards") {
  const WorkFolder& folder = trained();
  const Json difference =
      page(folder, "--model runs/reverse/model.safetensors runs/reverse --input abc --difference");
  REQUIRE(difference["maps"].size() == 1);
  CHECK(difference["maps"][0]["palette"] == "difference");
  CHECK(difference["maps"][0]["scale"] == Json::parse("[-1,1,\"linear\"]"));
  const Json upwards = page(folder, "--input abc --upwards");
  CHECK(upwards["upwards"] == true);
  CHECK(upwards["maps"] == page(folder, "--input abc")["maps"]);
}

TEST_CASE("attnviz render: what does not fit into a page is said with what to do") {
  const WorkFolder folder;
  std::string rows;
  for (int row = 0; row < 513; ++row) {
    for (int column = 0; column < 512; ++column) rows += column > 0 ? ",0" : "1";
    rows += '\n';
  }
  folder.write("large.csv", rows);
  check_refused(folder.run("render --matrix large.csv --labels none --out large.html"), 5,
                "--out: expected at most 262144 weights in a page, got 262656; a picture holds "
                "more: --out map.png");
  CHECK(!folder.has("large.html"));
  check_refused(folder.run("render --curve runs/reverse --out curve.html"), 2,
                "--curve: expected a file that ends in .png or .svg as --out, got html");
}

TEST_CASE("attnviz render: the sum is in pages of a model's own maps alone") {
  const WorkFolder& folder = trained();
  const Json map = page(folder, "--input abc")["maps"][0];
  REQUIRE(map.contains("trace"));
  CHECK(map["trace"].size() == map["target"].size() + 1);
  CHECK(map["trace"][0]["h"].size() == map["source"].size());
  CHECK(page(folder, "--input abc --target cba")["maps"][0].contains("trace"));
  CHECK(!page(folder, "--input abc --replace-unk")["maps"][0].contains("trace"));
  CHECK(!page(folder, "--matrix maps.jsonl")["maps"][0].contains("trace"));
}

TEST_CASE("attnviz predict: traces into files") {
  const WorkFolder& folder = trained();
  const auto result = folder.run("predict abcd abcde --trace trace.jsonl");
  INFO(result.output);
  CHECK(result.exit_code == 0);
  CHECK(result.err == "wrote trace.jsonl\n");
  CHECK(result.out == folder.run("predict abcd abcde").out);
  CHECK(occurrences(folder.read("trace.jsonl"), "\"shapes\"") == 2);
  CHECK(folder.run("predict - --trace lines.jsonl", "abcd\nabcde\n").exit_code == 0);
  CHECK((folder.read("lines.jsonl") == folder.read("trace.jsonl")));
  CHECK(folder.run("predict abcd --trace-full trace.npz").exit_code == 0);
  CHECK(folder.read("trace.npz").starts_with("PK"));
  check_refused(folder.run("predict abcd abcde --trace-full two.npz"), 2,
                "--trace-full: a file holds one answer, got several inputs; --trace takes them");
  check_refused(folder.run("predict abcd --trace trace.json"), 2,
                "--trace: expected a file that ends in .jsonl, got \"trace.json\"");
  check_refused(folder.run("predict abcd --trace -"), 2, "--trace: expected a file, got -");
  check_refused(folder.run("predict abcd --trace no/trace.jsonl"), 4,
                "no/trace.jsonl: cannot write");
  check_refused(folder.run("predict abcd --beam 2 --n-best 2 --trace t.jsonl"), 2, "--n-best");
  check_refused(folder.run("predict abcd --trace runs/reverse/model.safetensors"), 2, "--trace");
}

TEST_CASE("attnviz render: a page of a run that was watched goes through its steps") {
  const WorkFolder folder;
  REQUIRE(folder.run(std::string("train --task reverse --watch") + tiny).exit_code == 0);
  const Json film = page(folder, "--film runs/reverse");
  CHECK(film["axes"] == Json({"step"}));
  CHECK(values(film, "step").front() == "0");
  CHECK(film["maps"].size() > 1);
  CHECK(film["maps"][0]["expected"].size() == film["maps"][0]["target"].size());
}

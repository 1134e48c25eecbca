#include <string>
#include <vector>

#include "catch.h"
#include "cli/run_program.h"

using namespace attnviz;

namespace {

/// A folder with a small model, and maps of three inputs.
const WorkFolder& trained() {
  static const WorkFolder folder;
  static const int once = folder.run(std::string("train --task reverse") + tiny).exit_code +
                          folder.run("predict abc abcd abcde --attention maps.jsonl").exit_code +
                          folder.run("predict abc --attention map.json").exit_code;
  REQUIRE(once == 0);
  return folder;
}

/// Not ==, with which a failure would print the bytes.
bool same(const std::string& picture, const std::string& other) {
  return picture == other;
}

bool holds_text(const std::string& png, const std::string& text) {
  return png.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("attnviz render: the newest model on its sample input, the same bytes each time") {
  const auto result = trained().run("render --out heat.png");
  INFO(result.output);
  CHECK(result.exit_code == 0);
  CHECK(result.out.empty());
  CHECK(result.err.starts_with("wrote heat.png ("));
  const std::string picture = trained().read("heat.png");
  CHECK(picture.starts_with(png_signature));
  CHECK(holds_text(picture, "reverse: monojitcnn"));
  CHECK(holds_text(picture, "attnviz 0."));

  CHECK(trained().run("render --quiet --out again.png").output.empty());
  CHECK(same(trained().read("again.png"), picture));
  const auto piped = trained().run("render --out -");
  CHECK(piped.exit_code == 0);
  CHECK(same(piped.out, picture));
  CHECK(piped.err.empty());
  CHECK(same(trained().run("render --model runs/reverse --input monojitcnn --out -").out, picture));
  for (const std::string option : {"--input abc", "--title Mine", "--title ''", "--cell 20"}) {
    INFO(option);
    const auto other = trained().run("render --out - " + option);
    CHECK(other.exit_code == 0);
    CHECK(other.out.starts_with(png_signature));
    CHECK(!same(other.out, picture));
  }
  CHECK(holds_text(trained().run("render --out - --title 'Mine'").out, "Mine"));
}

TEST_CASE("attnviz render: a map is converted by the ending of --out") {
  const WorkFolder& folder = trained();
  for (const std::string ending : {"json", "npz", "csv", "tsv", "npy", "jsonl"}) {
    INFO(ending);
    const auto result = folder.run("render --matrix map.json --out converted." + ending);
    CHECK(result.exit_code == 0);
    CHECK(result.err == "wrote converted." + ending + "\n");
    CHECK(folder.run("render --out drawn.png --matrix converted." + ending).exit_code == 0);
  }
  CHECK(folder.read("converted.json") == folder.read("map.json"));
  CHECK(folder.run("render --matrix converted.npz --out - --format json").out ==
        folder.read("map.json"));
  CHECK(folder.run("render --matrix map.json map.json --out - --format jsonl").out ==
        folder.read("map.json") + folder.read("map.json"));
  check_refused(folder.run("render --matrix map.json map.json --out two.json"), 2,
                "--out: a .json file holds one map");
  CHECK(folder.run("render --input abc --out - --format json").out ==
        folder.read("map.json"));  // the model's
  check_refused(folder.run("render --curve runs/reverse --out curve.csv"), 2,
                "--curve: expected a file that ends in .png or .svg as --out, got csv");
}

TEST_CASE("attnviz render --format terminal: blocks where there is no terminal") {
  const WorkFolder folder;
  folder.write("map.csv", ",a,b\nx,0,1\n\x1b[31m,1,0\n");
  const auto result = folder.run("render --matrix map.csv --format terminal");
  CHECK(result.exit_code == 0);
  CHECK(result.err.empty());
  CHECK(result.out.find('\x1b') == std::string::npos);
  CHECK(result.out.find("│██  │\n") != std::string::npos);
  CHECK(result.out.find("\\x1b[31m") != std::string::npos);
  CHECK(folder.run("render --matrix map.csv --format terminal --out map.txt").err ==
        "wrote map.txt\n");
  CHECK(folder.read("map.txt") == result.out);
}

TEST_CASE("attnviz render: places it cannot write to") {
  const WorkFolder& folder = trained();
  std::filesystem::create_directory(folder.work() / "folder.png");
  std::filesystem::create_symlink("/dev/full", folder.work() / "full.png");
  const std::vector<std::tuple<std::string, int, std::string>> cases{
      {"heat.jpg", 2,
       "--out: expected a file that ends in .png, .svg, .html, .json, .jsonl, .csv, .tsv, .npy or "
       ".npz, "
       "got "
       "\"heat.jpg\""},
      {"''", 2, "--out: expected a file that ends in .png, "},
      {"/dev/full", 2, "--out: expected a file that ends in .png, "},
      {"heat.png --format json", 2, "--format: expected png for heat.png, got json"},
      {"heat.svgz --format jpeg", 2, "--format: expected one of"},
      {"no/heat.png", 4, "no/heat.png: cannot write: the directory no does not exist"},
      {"map.json/heat.png", 4, "map.json/heat.png: cannot write: Not a directory"},
      {"folder.png", 4, "folder.png: cannot write: Is a directory"},
      {"full.png", 4, "full.png: cannot write: No space left on device"},
      {"/proc/heat.png", 4, "/proc/heat.png: cannot write: "},
      {"- >/dev/full", 4, "standard output: cannot write: No space left on device"},
      {"- >&-", 4, "standard output: cannot write: Bad file descriptor"},
  };
  for (const auto& [out, exit_code, message] : cases) {
    INFO(out);
    check_refused(folder.run("render --out " + out), exit_code, message);
  }
}

TEST_CASE("attnviz render: what else it refuses") {
  const std::vector<std::tuple<std::string, int, std::string>> cases{
      {"--matrix maps.jsonl --sentence 4", 2,
       "--sentence: expected 1..3, the sentences in maps.jsonl, got 4"},
      {"--matrix map.json --sentence 2", 2, "--sentence: expected 1..1"},
      {"--matrix map.json --sentence 0", 2,
       "--sentence: expected a number from 1, a range such as 2:5"},
      {"--sentence 1", 2, "--sentence requires --matrix"},
      {"--matrix map.json --input abc", 2, "--input excludes --matrix"},
      {"--matrix map.json --model runs/reverse", 2, "--model excludes --matrix"},
      {"--matrix map.json --beam 3", 2, "--matrix excludes --beam"},
      {"--matrix map.json --replace-unk", 2, "--matrix excludes --replace-unk"},
      {"--input abc --target cba --replace-unk", 2, "--target excludes --replace-unk"},
      {"--cell 257", 2, "--cell: expected an integer in 1..256"},
      {"--title \"$(printf 'a\\nb\\377')\"", 2,
       R"(--title: expected UTF-8, got "a\nb\xff", invalid at byte 4)"},
      {"--input ''", 3, "input: expected at least one character"},
      {"--input ABC", 3, "the model has never seen \"A\" (\"a\" is known), \"B\" ("},
      {"--input " + std::string(10000, 'a'), 5,
       "input: expected at most 1000 characters, got 10000"},
      {"--model nowhere", 3, "nowhere: cannot read"},
  };
  for (const auto& [arguments, exit_code, message] : cases) {
    INFO(arguments.substr(0, 100));
    check_refused(trained().run("render --out x.png " + arguments), exit_code, message);
    CHECK(!trained().has("x.png"));
  }
}

// An output never replaces an input.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "attnviz/png.h"
#include "catch.h"
#include "cli/run_program.h"
#include "render/small_font.h"
#include "render/text/embedded_font.h"

namespace attnviz {
namespace {

namespace fs = std::filesystem;

constexpr const char* map_json =
    R"({"format":"attnviz-attention","version":1,"orientation":"rows=output,columns=input",)"
    R"("source":["a","b"],"target":["x","y"],"weights":[[1,0],[0,1]]})";

/// A folder with every kind of input.
void fill(const WorkFolder& folder) {
  fs::copy(trained_on_sort().work() / "runs", folder.work() / "runs", fs::copy_options::recursive);
  folder.write("m.json", map_json);
  const auto font = embedded_font();
  folder.write("labels", "a\nb\n");
  folder.write("photo.png", encode_png(Canvas(4, 4, {200, 100, 50})));
  folder.write("font.ttf", std::string(font.begin(), font.end()));
  std::string pairs;
  for (int i = 0; i < 60; ++i) pairs += "a b\tb a\n";
  for (const char* name : {"pairs.tsv", "dev.tsv", "test.tsv"}) folder.write(name, pairs);
  folder.write("sides", "a b\nb a\n");
  folder.write("in.txt", "cab\n");
}

/// Every file below a folder with its bytes.
std::map<std::string, std::string> state_of(const WorkFolder& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder.work())) {
    if (entry.is_regular_file()) files[entry.path().string()] = read_bytes(entry.path());
  }
  return files;
}

struct Case {
  std::string arguments;  // with OUT for the output
  std::string input;      // the file that is read
  std::string ending;     // of the output, where it decides on the format
};

const std::string labelled = "render --matrix m.json --row-labels labels --column-labels labels ";
const std::string model = "runs/sort/model.safetensors";
const std::string curves = "render --curve runs/sort --curve-of training --out OUT --format png";

const Case cases[] = {
    {"render --matrix m.json --out OUT --format json", "m.json", ".json"},
    {"render --matrix m.json --out OUT", "m.json", ".svg"},
    {"render --matrix labels m.json --input-format json --out OUT --format png", "labels", ""},
    {"render --matrix - --out OUT --format json <m.json", "m.json", ".json"},
    {"render --matrix /dev/stdin --input-format json --out OUT <m.json", "m.json", ".csv"},
    {labelled + "--out OUT --format csv", "labels", ""},
    {"render --matrix m.json --font font.ttf --out OUT --format png", "font.ttf", ""},
    {"render --matrix m.json --grid 1x2 --over photo.png --out OUT", "photo.png", ".png"},
    {"render --model runs/sort --out OUT --format png", model, ""},
    {"render --model " + model + " --out OUT --format npy", model, ""},
    {"render --model " + model + " --out OUT --format png", "runs/sort/last.safetensors", ""},
    {"eval --model " + model + " --count 5 --out OUT", "runs/sort/last.safetensors", ""},
    {"predict --model " + model + " abc --attention OUT", "runs/sort/metrics.jsonl", ".jsonl"},
    {"render --out OUT --format png", model, ""},
    {"render --out OUT --format npz", "runs/latest", ""},
    {"render --model runs/sort --out OUT --format png", "runs/sort/last.safetensors", ""},
    {curves, "runs/sort/metrics.jsonl", ".png"},
    {curves, "runs/sort/config.json", ".png"},
    {"render --matrix m.json --format terminal >>OUT", "m.json", ""},
    {"render --matrix m.json --out - --format csv >>OUT", "m.json", ""},
    {"predict --model runs/sort abc --attention OUT", "runs/sort/config.json", ".json"},
    {"predict --model runs/sort abc --attention OUT", model, ".npz"},
    {"predict - --attention OUT <in.txt", "in.txt", ".jsonl"},
    {"predict abc >>OUT", model, ""},
    {"predict - <in.txt >>OUT", "in.txt", ""},
    {"info >>OUT", model, ""},
    {"info --json runs/sort 1<>OUT", "runs/sort/config.json", ""},
    {"eval --count 5 >>OUT", model, ""},
    {"eval --data pairs.tsv >>OUT", "pairs.tsv", ""},
    {"eval --source sides --target sides >>OUT", "sides", ""},
    {"train --data pairs.tsv --out new >>OUT", "pairs.tsv", ""},
    {"train --data pairs.tsv --dev dev.tsv --out new >>OUT", "dev.tsv", ""},
    {"train --resume runs/sort >>OUT", "runs/sort/metrics.jsonl", ""},
};

void check_same_refused(const WorkFolder& folder, const std::string& arguments) {
  const auto result = folder.run(arguments);
  INFO(arguments << '\n' << result.output);
  CHECK(result.exit_code == 2);
  CHECK(result.err.find(": expected another file than ") != std::string::npos);
}

}  // namespace

TEST_CASE("no command writes over a file that it reads, by any name") {
  const WorkFolder folder;
  fill(folder);
  const auto before = state_of(folder);
  const fs::path other = folder.work() / "other";
  for (const Case& each : cases) {
    fs::create_directory(other);
    fs::create_symlink(fs::path("..") / each.input, other / ("link" + each.ending));
    fs::create_symlink("link" + each.ending, other / ("twice" + each.ending));
    fs::create_hard_link(folder.work() / each.input, other / ("hard" + each.ending));
    std::vector<std::string> names;
    for (const char* name : {"link", "twice", "hard"}) {
      names.push_back("other/" + (name + each.ending));
    }
    if (each.ending.empty() || each.input.ends_with(each.ending)) {
      names.insert(names.end(), {each.input, "./" + each.input, "other/../" + each.input});
    }
    for (const std::string& name : names) {
      std::string arguments = each.arguments;
      check_same_refused(folder, arguments.replace(arguments.find("OUT"), 3, name));
    }
    fs::remove_all(other);
  }
  CHECK((state_of(folder) == before));
}

TEST_CASE("standard input is read once") {
  const WorkFolder folder;
  fill(folder);
  for (const char* command :
       {"predict --model - -", "predict --model /dev/stdin -", "render --matrix - - --out o.png",
        "render --matrix - --row-labels /dev/stdin --out o.png", "eval --source - --target -"}) {
    check_refused(folder.run(std::string(command) + " <sides"), 2,
                  ": standard input can be read once, and ");
  }
  check_refused(folder.run("eval --model runs/sort --held-out --data - <pairs.tsv"), 2,
                "--held-out");
}

TEST_CASE("a run that is resumed does not write its report into its pairs") {
  const WorkFolder folder;
  fill(folder);
  std::string pairs;
  for (const char* word : {"a", "b", "c", "d", "e", "f"}) pairs += std::string(word) + "\tx\n";
  folder.write("pairs.tsv", pairs);
  REQUIRE(folder.run("train --data pairs.tsv --out p --steps 2 --hidden 4 --quiet").exit_code == 0);
  check_same_refused(folder, "train --resume p --steps 3 >>pairs.tsv");
}

TEST_CASE("no training writes over what it starts from") {
  const WorkFolder folder;
  fill(folder);
  fs::create_directory_symlink("runs/sort", folder.work() / "link");
  fs::create_directory(folder.work() / "hard");
  fs::create_hard_link(folder.work() / model, folder.work() / "hard/config.json");
  fs::create_directory(folder.work() / "inside");
  for (const char* name : {"metrics.jsonl", "last.safetensors", ".lock"}) {
    fs::copy_file(folder.work() / "pairs.tsv", folder.work() / "inside" / name);
  }
  const auto before = state_of(folder);
  const std::string task = std::string("train --task sort --force") + tiny;
  for (const std::string& arguments :
       {task + "--init-from runs/sort --out runs/sort", task + "--init-from link --out runs/sort",
        task + "--init-from runs/sort --out ./link", task + "--init-from " + model,
        task + "--init-from runs/sort --out hard",
        task + "--init-from hard/config.json --out runs/sort",
        std::string("train --out inside --data inside/metrics.jsonl"),
        std::string("train --out inside --force --data pairs.tsv --dev inside/last.safetensors"),
        std::string("train --out inside --force --data pairs.tsv --test inside/.lock"),
        std::string("train --data runs/latest")}) {
    check_same_refused(folder, arguments);
  }
  CHECK((state_of(folder) == before));
  // Another folder, or the same without a model to start from.
  CHECK(folder.run(task + "--init-from runs/sort --out runs/other").exit_code == 0);
  CHECK(folder.run(task + "--out runs/sort").exit_code == 0);
}

TEST_CASE("what is beside a run in its folder may be written again") {
  const WorkFolder folder;
  fill(folder);
  std::string pairs;
  for (int i = 0; i < 60; ++i)
    pairs += "a " + std::to_string(i) + "\t" + std::to_string(i) + " a\n";
  folder.write("runs/sort/p.tsv", pairs);
  for (const std::string& arguments :
       {std::string("render --model runs/sort --out runs/sort/heat.png"),
        std::string("render --curve runs/sort --curve-of training --out runs/sort/curve.svg"),
        std::string("predict --model runs/sort 194 --attention runs/sort/map.json"),
        std::string("info runs/sort >runs/sort/info.txt"),
        std::string("train --resume runs/sort >>runs/sort/log"),
        "train --data runs/sort/p.tsv --out runs/sort --force >runs/sort/log" +
            std::string(tiny)}) {
    for (int time = 0; time < 2; ++time) {
      const auto result = folder.run(arguments);
      INFO(arguments << '\n' << result.output);
      CHECK(result.exit_code == 0);
    }
  }
  CHECK(folder.read("runs/sort/p.tsv") == pairs);
}

TEST_CASE("a font found in a folder is not replaced by what is drawn with it") {
  const WorkFolder folder;
  fs::create_directory(folder.work() / "fonts");
  const std::string font = small_font({"", square_glyph()});
  folder.write("fonts/f.ttf", font);
  folder.write("m.csv", ",\xee\x80\x80\nb,1\n");
  folder.write("n.csv", ",a\nb,1\n");
  const std::string run = "--version >/dev/null; ATTNVIZ_FONT_PATH=fonts '" ATTNVIZ_PROGRAM
                          "' render --format png --out fonts/f.ttf --matrix ";
  const auto result = folder.run(run + "m.csv");
  CHECK(result.exit_code == 2);
  CHECK(
      result.err ==
      "attnviz: error: --out: expected another file than \"fonts/f.ttf\" (a font), which is read, "
      "got \"fonts/f.ttf\"\n");
  CHECK((folder.read("fonts/f.ttf") == font));
  // No letter needs it here, so it is not read.
  CHECK(folder.run(run + "n.csv").exit_code == 0);
  CHECK(folder.read("fonts/f.ttf").starts_with(png_signature));
}

}  // namespace attnviz

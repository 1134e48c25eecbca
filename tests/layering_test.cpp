// A file includes its own folder and the floors below it, and libraries where they belong. This
// reads the #include lines of the whole program.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"

namespace attnviz {
namespace {

namespace fs = std::filesystem;

using Floors = std::set<std::string>;

// Each floor and those that it may see.
const std::map<std::string, Floors> visible = {
    {"base", {}},
    {"text", {"base"}},
    {"tasks", {"base"}},
    {"render", {"base"}},
    {"nn", {"base"}},
    {"model", {"nn", "text", "base"}},
    {"infer", {"model", "nn", "text", "tasks", "base"}},
    {"train", {"infer", "model", "nn", "text", "tasks", "base"}},
    {"cli", {"train", "infer", "model", "nn", "text", "tasks", "render", "base"}},
};

struct File {
  std::string path;       // "src/nn/gru.cpp"
  std::string floor;      // "nn"
  std::string extension;  // ".cpp"
};

// What is wrong with including `header` in a file, or "".
std::string fault(const File& file, const std::string& header) {
  const auto starts = [&](const char* prefix) { return header.rfind(prefix, 0) == 0; };
  const auto stands_in = [&](const std::set<std::string>& allowed, const std::string& where) {
    return allowed.count(where) > 0 ? "" : "may not include " + header;
  };
  if (header == "attnviz/base/strict_json.h" && file.extension != ".cpp") {
    return "may not include " + header;  // it brings the library for JSON
  }
  if (starts("attnviz/")) {
    const std::string floor = fs::path(header.substr(8)).begin()->string();
    const Floors& seen = visible.at(file.floor);
    return floor == file.floor || seen.count(floor) > 0 ? "" : file.floor + " may not see " + floor;
  }
  if (starts("stb")) return stands_in({"src/render/png.cpp", "src/render/face.cpp"}, file.path);
  if (starts("hb")) return stands_in({"src/render/shaper.cpp"}, file.path);
  if (starts("CLI/")) {
    return stands_in({"cli src"}, file.floor + ' ' + fs::path(file.path).begin()->string());
  }
  if (starts("Eigen/") || starts("unsupported/Eigen/")) {
    return stands_in({"nn", "model", "train", "infer"}, file.floor);
  }
  if (starts("nlohmann/")) {
    return file.path == "include/attnviz/base/strict_json.h" ? ""
                                                             : stands_in({".cpp"}, file.extension);
  }
  return header.find("..") == std::string::npos ? "" : "leaves its folder by " + header;
}

// One message a fault: "src/nn/gru.cpp:3: nn may not see render".
std::vector<std::string> faults(const std::string& path, const std::string& text) {
  const fs::path parts(path);
  auto part = parts.begin();
  if (*part++ == "include") ++part;  // include/attnviz/nn/gru.h, but src/nn/gru.cpp
  // include/attnviz/render.h is the floor's front door.
  const File file{path, part->stem().string(), parts.extension().string()};
  if (visible.count(file.floor) == 0) return {path + ": " + file.floor + " is no floor"};

  std::vector<std::string> found;
  const std::regex include("\\s*#\\s*include\\s*[<\"]([^>\"]*)[>\"].*");
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::smatch match;
    if (!std::regex_match(line, match, include)) continue;
    const std::string what = fault(file, match[1]);
    if (!what.empty()) found.push_back(path + ':' + std::to_string(number) + ": " + what);
  }
  return found;
}

TEST_CASE("no file includes what its floor may not see") {
  const fs::path root = ATTNVIZ_SOURCE_DIR;
  Floors floors_found;
  for (const char* folder : {"include/attnviz", "src"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (!entry.is_regular_file()) continue;
      const fs::path path = entry.path().lexically_relative(root);
      std::ifstream file(entry.path());
      REQUIRE(file);
      const std::string text(std::istreambuf_iterator<char>(file), {});
      for (const std::string& message : faults(path.generic_string(), text)) {
        FAIL_CHECK(message);
      }
      const fs::path folder_of_file = entry.path().parent_path().filename();
      if (folder_of_file != "attnviz") floors_found.insert(folder_of_file.string());
    }
  }
  // The walk went everywhere.
  for (const auto& [floor, seen] : visible) CHECK(floors_found.count(floor) == 1);
}

TEST_CASE("an include that breaks the rules is reported with file and line") {
  CHECK(faults("src/nn/gru.cpp", "// x\n\n#include \"attnviz/render/png.h\"\n") ==
        std::vector<std::string>{"src/nn/gru.cpp:3: nn may not see render"});
  struct {
    std::string path, line, message;
  } cases[] = {
      {"include/attnviz/base/file.h", "#include \"attnviz/text/batch.h\"", "base may not see text"},
      {"src/text/x.cpp", "#include \"attnviz/tasks/task.h\"", "text may not see tasks"},
      {"src/tasks/x.cpp", "#include \"attnviz/text/batch.h\"", "tasks may not see text"},
      {"src/render/x.cpp", "#include \"attnviz/model/model.h\"", "render may not see model"},
      {"include/attnviz/render.h", "#include \"attnviz/nn/types.h\"", "render may not see nn"},
      {"include/attnviz/render.h", "#include <Eigen/Core>", "may not include Eigen/Core"},
      {"src/nn/x.cpp", "#include \"attnviz/text/batch.h\"", "nn may not see text"},
      {"src/model/x.cpp", "#include \"attnviz/infer/decode.h\"", "model may not see infer"},
      {"src/model/x.cpp", "#include \"attnviz/tasks/task.h\"", "model may not see tasks"},
      {"src/infer/x.cpp", "#include \"attnviz/train/adam.h\"", "infer may not see train"},
      {"src/infer/x.cpp", "#include \"attnviz/render/png.h\"", "infer may not see render"},
      {"src/train/x.cpp", "#include \"attnviz/render/png.h\"", "train may not see render"},
      {"src/train/x.cpp", "#include \"attnviz/cli/options.h\"", "train may not see cli"},
      {"src/text/x.cpp", "  #  include  <attnviz/nn/gru.h>  // why", "text may not see nn"},
      {"src/text/x.cpp", "#include \"attnviz/bas/file.h\"", "text may not see bas"},
      {"src/render/heatmap.cpp", "#include <stb_image_write.h>",
       "may not include stb_image_write.h"},
      {"include/attnviz/render/png.h", "#include <stb/stb_truetype.h>",
       "may not include stb/stb_truetype.h"},
      {"src/train/x.cpp", "#include <CLI/CLI.hpp>", "may not include CLI/CLI.hpp"},
      {"include/attnviz/cli/x.h", "#include <CLI/CLI.hpp>", "may not include CLI/CLI.hpp"},
      {"src/text/x.cpp", "#include <Eigen/Core>", "may not include Eigen/Core"},
      {"src/cli/x.cpp", "#include <Eigen/Dense>", "may not include Eigen/Dense"},
      {"src/base/x.cpp", "#include <unsupported/Eigen/FFT>",
       "may not include unsupported/Eigen/FFT"},
      {"include/attnviz/base/x.h", "#include <nlohmann/json.hpp>",
       "may not include nlohmann/json.hpp"},
      {"include/attnviz/model/x.h", "#include \"attnviz/base/strict_json.h\"",
       "may not include attnviz/base/strict_json.h"},
      {"src/cli/x.h", "#include <nlohmann/json_fwd.hpp>", "may not include nlohmann/json_fwd.hpp"},
      {"src/text/x.cpp", "#include \"../nn/x.h\"", "leaves its folder by ../nn/x.h"},
  };
  for (const auto& c : cases) {
    CHECK(faults(c.path, c.line) == std::vector<std::string>{c.path + ":1: " + c.message});
  }
  CHECK(faults("src/extra/x.cpp", "") ==
        std::vector<std::string>{"src/extra/x.cpp: extra is no floor"});
}

TEST_CASE("an include that keeps the rules is not reported") {
  struct {
    std::string path, text;
  } cases[] = {
      {"src/base/file.cpp", "#include \"attnviz/base/file.h\"\n#include <fcntl.h>\n"},
      {"src/base/x.cpp", "#include <nlohmann/json.hpp>\n"},
      {"include/attnviz/base/strict_json.h", "#include <nlohmann/json.hpp>"},
      {"include/attnviz/render.h", "#include \"attnviz/render/png.h\""},
      {"src/render/png.cpp", "#include <stb_image_write.h>"},
      {"src/render/face.cpp", "#include <stb/stb_truetype.h>"},
      {"include/attnviz/nn/types.h", "#include <Eigen/Core>"},
      {"src/train/x.cpp", "#include <Eigen/Core>\n#include \"attnviz/infer/decode.h\"\n"},
      {"src/cli/main.cpp",
       "#include <CLI/CLI.hpp>\n#include \"attnviz/render/png.h\"\n"
       "#include \"attnviz/train/adam.h\"\n#include \"options.h\"\n"},
      {"src/text/x.cpp", "// #include \"attnviz/nn/gru.h\"\nconst char* s = \"attnviz/nn\";\n"},
  };
  for (const auto& c : cases) CHECK(faults(c.path, c.text).empty());
}

}  // namespace
}  // namespace attnviz

// A file includes its own room and those below it, and libraries where they belong. This reads the
// #include lines of the whole program.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"

namespace attnviz {
namespace {

namespace fs = std::filesystem;

using Rooms = std::set<std::string>;

// Each room and those that it may see. A room is a folder of src/, in render/ a folder of that.
const std::map<std::string, Rooms> visible = {
    {"base", {}},
    {"formats", {"base"}},
    {"text", {"formats", "base"}},
    {"tasks", {"formats", "base"}},
    {"render/raster", {"formats", "base"}},
    {"render/text", {"render/raster", "formats", "base"}},
    {"render/paint", {"render/text", "render/raster", "formats", "base"}},
    {"render/figure", {"render/paint", "render/text", "render/raster", "formats", "base"}},
    {"render/page",
     {"render/figure", "render/paint", "render/text", "render/raster", "formats", "base"}},
    {"nn/kernels", {}},
    {"nn", {"nn/kernels", "base"}},
    {"model", {"nn", "nn/kernels", "text", "formats", "base"}},
    {"infer", {"model", "nn", "nn/kernels", "text", "tasks", "formats", "base"}},
    {"score", {"infer", "model", "nn", "nn/kernels", "text", "tasks", "formats", "base"}},
    {"explain",
     {"score", "infer", "model", "nn", "nn/kernels", "text", "tasks", "formats", "base"}},
    {"train", {"score", "infer", "model", "nn", "nn/kernels", "text", "tasks", "formats", "base"}},
    {"cli",
     {"train", "explain", "score", "infer", "model", "nn", "nn/kernels", "text", "tasks",
      "render/page", "render/figure", "render/paint", "render/text", "render/raster", "formats",
      "base"}},
};

// The installed interface: the room that each of its headers belongs to.
const std::map<std::string, std::string> installed = {
    {"attnviz/error.h", "base"},
    {"attnviz/attention_map.h", "formats"},
    {"attnviz/attention_file.h", "formats"},
    {"attnviz/color.h", "render/raster"},
    {"attnviz/colormap.h", "render/raster"},
    {"attnviz/canvas.h", "render/raster"},
    {"attnviz/picture_text.h", "render/raster"},
    {"attnviz/png.h", "render/raster"},
    {"attnviz/font.h", "render/text"},
    {"attnviz/look.h", "render/figure"},
    {"attnviz/heatmap.h", "render/figure"},
    {"attnviz/render.h", "render/figure"},
};

// The room of a path below src/ or include/, "" for none: "nn" of "nn/recurrent.h".
std::string room_of(const std::string& path) {
  const auto interface = installed.find(path);
  if (interface != installed.end()) return interface->second;
  for (fs::path room = fs::path(path).parent_path(); !room.empty(); room = room.parent_path()) {
    if (visible.count(room.generic_string()) > 0) return room.generic_string();
  }
  return "";
}

struct File {
  std::string path;       // "src/nn/recurrent.cpp"
  std::string room;       // "nn"
  std::string extension;  // ".cpp"
};

struct Include {
  std::string header;  // "nn/recurrent.h"
  bool quoted = false;
};

// What an #include line names; nothing for another line.
std::optional<Include> include_of(const std::string& line) {
  std::istringstream words(line);
  char hash = 0;
  std::string directive;
  char open = 0;
  if (!(words >> hash) || hash != '#' || !std::getline(words >> std::ws, directive, 'e')) return {};
  if (directive != "includ" || !(words >> open) || (open != '"' && open != '<')) return {};
  std::string header;
  std::getline(words, header, open == '<' ? '>' : '"');
  return Include{header, open == '"'};
}

// What is wrong with an include in a file, or "".
std::string fault(const File& file, const Include& include) {
  const std::string& header = include.header;
  const std::string refused = "may not include " + header;
  const auto starts = [&](const char* prefix) { return header.rfind(prefix, 0) == 0; };
  const auto only_in = [&](const std::set<std::string>& allowed, const std::string& where) {
    return allowed.count(where) > 0 ? "" : refused;
  };
  if (header.find("..") != std::string::npos) return "leaves its folder by " + header;
  // Installed headers include only each other.
  const bool is_installed = installed.count(file.path.substr(file.path.find('/') + 1)) > 0;
  if (is_installed && installed.count(header) == 0 && header.find('.') != std::string::npos) {
    return refused;
  }
  if (starts("stb")) {
    return only_in(
        {"src/render/raster/png.cpp", "src/render/raster/photo.cpp", "src/render/text/face.cpp"},
        file.path);
  }
  if (starts("hb")) return only_in({"src/render/text/shaper.cpp"}, file.path);
  if (starts("fmt/")) return only_in({".cpp"}, file.extension);
  if (starts("CLI/")) return only_in({"src/cli/options.cpp"}, file.path);
  if (starts("Eigen/") || starts("unsupported/Eigen/")) {
    return only_in({"nn", "model", "infer", "score", "explain", "train"}, file.room);
  }
  if (starts("nlohmann/")) {
    return only_in({"src/formats/json.h", "src/formats/json.cpp"}, file.path);
  }
  // What is compiled several times may have no code of others in it.
  if (file.room == "nn/kernels" && !include.quoted) {
    return only_in({"cstddef", "type_traits", "utility", "immintrin.h", "arm_neon.h"}, header);
  }
  const std::string room = room_of(header);
  if (room.empty()) return include.quoted ? refused : "";
  // They bring the library for JSON.
  if ((header == "formats/strict_json.h" || header == "formats/json.h") &&
      file.extension != ".cpp" && file.path != "src/formats/strict_json.h") {
    return refused;
  }
  return room == file.room || visible.at(file.room).count(room) > 0
             ? ""
             : file.room + " may not see " + room;
}

// One message a fault: "src/nn/recurrent.cpp:3: nn may not see render/figure".
std::vector<std::string> faults(const std::string& path, const std::string& text) {
  const std::string below = path.substr(path.find('/') + 1);
  const File file{path, room_of(below), fs::path(path).extension().string()};
  if (file.room.empty()) return {path + ": is in no room"};

  std::vector<std::string> found;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const auto include = include_of(line);
    const std::string what = include ? fault(file, *include) : "";
    if (!what.empty()) found.push_back(path + ':' + std::to_string(number) + ": " + what);
  }
  return found;
}

// The texts of all files below include/ and src/, by path.
std::map<std::string, std::string> all_files() {
  const fs::path root = ATTNVIZ_SOURCE_DIR;
  std::map<std::string, std::string> files;
  for (const char* folder : {"include", "src"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path());
      REQUIRE(file);
      files[entry.path().lexically_relative(root).generic_string()] =
          std::string(std::istreambuf_iterator<char>(file), {});
    }
  }
  return files;
}

// The text of a line for people: its string literals and its comment.
std::string words_of(const std::string& line) {
  std::string words;
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (!quoted && line.compare(i, 2, "//") == 0) return words + line.substr(i);
    if (quoted && line[i] == '\\') {
      ++i;
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (quoted) {
      words += line[i];
    }
  }
  return words;
}

// Where a file speaks of options or commands of the program: "src/nn/recurrent.cpp:3: --query".
std::vector<std::string> spoken_options(const std::string& path, const std::string& text) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::string words = words_of(line);
    const auto report = [&](std::size_t at) {
      const std::string what = words.substr(at, words.find_first_of(" .,;:)`'\"", at + 1) - at);
      found.push_back(path + ':' + std::to_string(number) + ": " + what);
    };
    for (std::size_t at = words.find("--"); at != std::string::npos;
         at = words.find("--", at + 2)) {
      const bool is_option = at + 2 < words.size() && words[at + 2] >= 'a' && words[at + 2] <= 'z';
      const bool of_others = words.compare(at, 16, "--alignment soft") == 0 ||  // Marian's
                             words.compare(at, 18, "--output_alignment") == 0;  // Nematus'
      if (is_option && !of_others) report(at);
    }
    for (const char* command : {"train", "render", "predict", "eval", "info", "tasks"}) {
      const std::size_t at = words.find(std::string("attnviz ") + command);
      if (at != std::string::npos) report(at);
    }
  }
  return found;
}

TEST_CASE("only cli/ knows the names of options and commands") {
  for (const auto& [path, text] : all_files()) {
    if (path.rfind("src/cli/", 0) == 0) continue;
    for (const std::string& message : spoken_options(path, text)) FAIL_CHECK(message);
  }
  CHECK(spoken_options("x.h", "int i;\n/// With --query current\n") ==
        std::vector<std::string>{"x.h:2: --query"});
  CHECK(spoken_options("x.h", "say(\"a \\\" --out\");") ==
        std::vector<std::string>{"x.h:1: --out"});
  CHECK(spoken_options("x.h", "f();  // as `attnviz train` does").size() == 1);
  CHECK(spoken_options("x.h", "for (; n > 0; --n) m = n --left;").empty());
  CHECK(spoken_options("x.h", "// marian-decoder --alignment soft").empty());
}

TEST_CASE("no file includes what its room may not see") {
  Rooms rooms_found;
  for (const auto& [path, text] : all_files()) {
    for (const std::string& message : faults(path, text)) FAIL_CHECK(message);
    rooms_found.insert(room_of(path.substr(path.find('/') + 1)));
  }
  // The walk went everywhere.
  for (const auto& [room, seen] : visible) CHECK(rooms_found.count(room) == 1);
}

TEST_CASE("an include that breaks the rules is reported with file and line") {
  CHECK(faults("src/nn/recurrent.cpp", "// x\n\n#include \"render/raster/stroke.h\"\n") ==
        std::vector<std::string>{"src/nn/recurrent.cpp:3: nn may not see render/raster"});
  struct {
    std::string path, line, message;
  } cases[] = {
      {"src/base/file.h", "#include \"formats/npy.h\"", "base may not see formats"},
      {"src/formats/npy.h", "#include \"text/batch.h\"", "formats may not see text"},
      {"src/text/x.cpp", "#include \"tasks/task.h\"", "text may not see tasks"},
      {"src/tasks/x.cpp", "#include \"text/batch.h\"", "tasks may not see text"},
      {"src/render/figure/x.cpp", "#include \"model/model.h\"", "render/figure may not see model"},
      {"src/render/text/x.cpp", "#include \"render/paint/svg.h\"",
       "render/text may not see render/paint"},
      {"src/render/raster/x.h", "#include \"render/text/font.h\"",
       "render/raster may not see render/text"},
      {"include/attnviz/render.h", "#include \"nn/types.h\"", "may not include nn/types.h"},
      {"include/attnviz/png.h", "#include \"render/raster/canvas.h\"",
       "may not include render/raster/canvas.h"},
      {"include/attnviz/png.h", "#include <zlib.h>", "may not include zlib.h"},
      {"include/attnviz/png.h", "#include \"attnviz/look.h\"",
       "render/raster may not see render/figure"},
      {"include/attnviz/render.h", "#include <Eigen/Core>", "may not include Eigen/Core"},
      {"src/base/x.h", "#include \"attnviz/render.h\"", "base may not see render/figure"},
      {"src/nn/x.cpp", "#include \"text/batch.h\"", "nn may not see text"},
      {"src/nn/kernels/x.cpp", "#include \"nn/types.h\"", "nn/kernels may not see nn"},
      {"src/nn/kernels/x.cpp", "#include <algorithm>", "may not include algorithm"},
      {"src/model/x.cpp", "#include \"infer/decode.h\"", "model may not see infer"},
      {"src/model/x.cpp", "#include \"tasks/task.h\"", "model may not see tasks"},
      {"src/infer/x.cpp", "#include \"score/scores.h\"", "infer may not see score"},
      {"src/score/x.cpp", "#include \"train/adam.h\"", "score may not see train"},
      {"src/score/x.cpp", "#include \"render/raster/stroke.h\"", "score may not see render/raster"},
      {"src/train/x.cpp", "#include \"render/raster/stroke.h\"", "train may not see render/raster"},
      {"src/train/x.cpp", "#include \"cli/options.h\"", "train may not see cli"},
      {"src/text/x.cpp", "  #  include  <nn/recurrent.h>  // why", "text may not see nn"},
      {"src/text/x.cpp", "#include \"bas/file.h\"", "may not include bas/file.h"},
      {"src/cli/x.cpp", "#include \"options.h\"", "may not include options.h"},
      {"src/render/figure/x.cpp", "#include <stb_image_write.h>",
       "may not include stb_image_write.h"},
      {"src/render/raster/stroke.h", "#include <stb/stb_truetype.h>",
       "may not include stb/stb_truetype.h"},
      {"src/render/text/font.cpp", "#include <hb-ot.h>", "may not include hb-ot.h"},
      {"src/cli/options.h", "#include <CLI/CLI.hpp>", "may not include CLI/CLI.hpp"},
      {"src/text/x.cpp", "#include <Eigen/Core>", "may not include Eigen/Core"},
      {"src/cli/x.cpp", "#include <Eigen/Dense>", "may not include Eigen/Dense"},
      {"src/base/x.cpp", "#include <unsupported/Eigen/FFT>",
       "may not include unsupported/Eigen/FFT"},
      {"src/train/x.cpp", "#include <nlohmann/json.hpp>", "may not include nlohmann/json.hpp"},
      {"src/train/x.h", "#include \"formats/json.h\"", "may not include formats/json.h"},
      {"src/base/x.h", "#include <fmt/core.h>", "may not include fmt/core.h"},
      {"src/model/x.h", "#include \"formats/strict_json.h\"",
       "may not include formats/strict_json.h"},
      {"src/cli/x.h", "#include <nlohmann/json_fwd.hpp>", "may not include nlohmann/json_fwd.hpp"},
      {"src/text/x.cpp", "#include \"../nn/x.h\"", "leaves its folder by ../nn/x.h"},
  };
  for (const auto& c : cases) {
    CHECK(faults(c.path, c.line) == std::vector<std::string>{c.path + ":1: " + c.message});
  }
  CHECK(faults("src/extra/x.cpp", "") ==
        std::vector<std::string>{"src/extra/x.cpp: is in no room"});
  CHECK(faults("src/render/x.cpp", "") ==
        std::vector<std::string>{"src/render/x.cpp: is in no room"});
  CHECK(faults("include/attnviz/x.h", "") ==
        std::vector<std::string>{"include/attnviz/x.h: is in no room"});
}

TEST_CASE("an include that keeps the rules is not reported") {
  struct {
    std::string path, text;
  } cases[] = {
      {"src/base/file.cpp",
       "#include \"base/file.h\"\n#include <fcntl.h>\n#include <sys/stat.h>\n"},
      {"src/formats/json.h", "#include <nlohmann/json.hpp>\n"},
      {"src/formats/strict_json.h", "#include \"formats/json.h\""},
      {"src/cli/x.cpp", "#include \"formats/json.h\""},
      {"include/attnviz/render.h", "#include \"attnviz/png.h\"\n#include <string>\n"},
      {"src/render/raster/png.cpp", "#include <stb_image_write.h>"},
      {"src/render/raster/photo.cpp", "#include <stb_image.h>"},
      {"src/render/text/face.cpp", "#include <stb/stb_truetype.h>"},
      {"src/nn/types.h", "#include <Eigen/Core>"},
      {"src/cli/options.cpp", "#include <CLI/CLI.hpp>"},
      {"src/train/x.cpp", "#include <Eigen/Core>\n#include \"infer/decode.h\"\n"},
      {"src/cli/render/x.cpp",
       "#include \"render/raster/stroke.h\"\n#include \"train/adam.h\"\n#include "
       "\"cli/options.h\"\n"},
      {"src/text/x.cpp", "// #include \"nn/recurrent.h\"\nconst char* s = \"nn/recurrent.h\";\n"},
  };
  for (const auto& c : cases) CHECK(faults(c.path, c.text).empty());
}

}  // namespace
}  // namespace attnviz

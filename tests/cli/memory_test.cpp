// Memory is bounded by a small multiple of the input.
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "attnviz/png.h"
#include "catch.h"
#include "cli/run_program.h"
#include "formats/attention_io.h"
#include "formats/npy.h"
#include "formats/safetensors.h"
#include "formats/zip.h"
#include "infer/small_model.h"
#include "model/checkpoint.h"
#include "render/small_font.h"

using namespace attnviz;

#ifndef ATTNVIZ_SANITIZED  // a sanitizer's own memory does not fit

namespace {

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

/// Whether the program is done, or refuses its input for another reason, with so much memory.
bool suffices(const WorkFolder& folder, const std::string& arguments, std::size_t kibibytes) {
  const auto result = folder.run("--version >/dev/null; ( ulimit -v " + std::to_string(kibibytes) +
                                 "; exec '" ATTNVIZ_PROGRAM "' " + arguments + " >/dev/null )");
  const bool ran = result.exit_code == 0 || result.exit_code == 2 || result.exit_code == 3 ||
                   (result.exit_code == 5 && result.err.find("memory") == std::string::npos);
  return ran && result.err.find("memory") == std::string::npos;
}

/// The least memory with which the program runs, to a MiB.
std::size_t least_memory(const WorkFolder& folder, const std::string& arguments) {
  std::size_t low = 4 * mib, high = 2048 * mib;
  REQUIRE(suffices(folder, arguments, high / kib));
  while (high - low > mib) {
    const std::size_t middle = low + (high - low) / 2;
    (suffices(folder, arguments, middle / kib) ? high : low) = middle;
  }
  return high;
}

/// A text of about `size` bytes: `start`, `piece` again and again, `end`.
std::string filled(std::size_t size, const std::string& start, const std::string& piece,
                   const std::string& end) {
  std::string text = start;
  while (text.size() < size) text += piece;
  return text + end;
}

const std::string head =
    R"({"format":"attnviz-attention","version":1,"orientation":"rows=output,columns=input",)";

/// A map of one row whose document has `size` bytes.
std::string json_of(std::size_t size) {
  const std::size_t columns = size / 8;
  std::string labels = "\"\"", weights = "0";
  for (std::size_t i = 1; i < columns; ++i) {
    labels += ",\"\"";
    weights += ",0.5";
  }
  return head + "\"source\":[" + labels + "],\"target\":[\"\"],\"weights\":[[" + weights + "]]}";
}

std::string csv_of(std::size_t size) {
  std::string row = "0";
  for (int i = 0; i < 999; ++i) row += ",0";
  return filled(size, "", row + '\n', "");
}

std::string npz_of(std::size_t size) {
  const std::size_t side = 1024;
  return write_zip({{"weights.npy", npy_of_bools(std::vector<bool>(size), {size / side, side})}});
}

std::string model_of(std::size_t size) {
  Model model = small_model();
  model.metadata["padding"] = std::string(size, 'x');
  return write_model(model);
}

std::string safetensors_header(const std::string& header) {
  std::string length;
  for (int i = 0; i < 8; ++i) length += static_cast<char>(header.size() >> (8 * i));
  return length + header;
}

struct Reader {
  const char* file;
  const char* arguments;  // `render` to a format that needs little, or what refuses
  std::function<std::string(std::size_t)> make;
  std::size_t most;  // times the input
};

const std::vector<Reader>& readers() {
  static const std::vector<Reader> all = {
      {"m.json", "info m.json", json_of, 4},  // no model: known by its first bytes
      {"m.json", "render --matrix m.json --out o.npy", json_of, 16},
      {"m.jsonl", "render --matrix m.jsonl --out o.npy", json_of, 16},
      {"m.json", "render --matrix m.json --out o.npy",
       [](std::size_t size) { return filled(size, "[", "[],", "[]]"); }, 4},
      {"m.json", "render --matrix m.json --out o.npy",
       [](std::size_t size) { return filled(size, "{\"x\":[", "{},", "0]}"); }, 4},
      {"m.json", "render --matrix m.json --out o.npy",
       [](std::size_t size) { return filled(size, head + "\"weights\":[", "[],", "[]]}"); }, 16},
      {"m.json", "render --matrix m.json --out o.npy",
       [](std::size_t size) { return filled(size, head + "\"gold\":[", "[],", "[]]}"); }, 16},
      {"m.csv", "render --matrix m.csv --out o.npy", csv_of, 16},
      {"m.npy", "render --matrix m.npy --out o.npy",
       [](std::size_t size) {
         return npy_of_bools(std::vector<bool>(size), {size / 1024, 1024});
       },
       16},
      {"m.npz", "render --matrix m.npz --out o.npy", npz_of, 16},
      {"m.txt", "render --matrix m.txt --input-format marian --out o.npy",
       [](std::size_t size) { return filled(size, "a b ||| 1", ",0", "\n"); }, 24},
      {"m.txt", "render --matrix m.txt --input-format nematus --out o.npy",
       [](std::size_t size) { return filled(size, "", "0 ||| a ||| 0 ||| b ||| 1 1\n0\n", ""); },
       8},
      {"m.safetensors", "info m.safetensors", model_of, 16},
      {"m.safetensors", "info m.safetensors",
       [](std::size_t size) { return safetensors_header(filled(size, "{\"x\":[", "[],", "[]]}")); },
       16},
      {"labels", "render --matrix m.csv --row-labels labels --out o.npy",
       [](std::size_t size) { return filled(size, "", "a\n", ""); }, 24},
      {"f.ttf", "render --matrix small.csv --font f.ttf --out o.svg",
       [](std::size_t size) {
         return small_font({"", square_glyph(), std::string(size, '\0')});
       },
       8},
  };
  return all;
}

}  // namespace

TEST_CASE("every reader takes a small multiple of its input in memory", "[memory]") {
  const WorkFolder folder;
  folder.write("small.csv", ",\xee\x80\x80\na,1\n");
  folder.write("small.safetensors", model_of(0));
  // With inputs of a few bytes.
  const std::map<std::string, std::size_t> base = {
      {"render", least_memory(folder, "render --matrix small.csv --out o.npy")},
      {"info", least_memory(folder, "info small.safetensors")}};
  for (const Reader& reader : readers()) {
    const std::string arguments = reader.arguments;
    const std::string bytes = reader.make(8 * mib);
    folder.write("m.csv", ",a\na,1\n");
    folder.write(reader.file, bytes);
    const std::size_t enough =
        base.at(arguments.substr(0, arguments.find(' '))) + reader.most * (bytes.size() - mib);
    INFO(arguments << ' ' << bytes.substr(0, 60) << ": " << enough / mib << " MiB");
    CHECK(suffices(folder, arguments, enough / kib));
  }
}

TEST_CASE("a picture that memory does not suffice for is not called damaged") {
  const WorkFolder folder;
  folder.write("one.csv", ",1\nword,1\n");
  folder.write("photo.png", encode_png(Canvas(5000, 5000, {1, 2, 3})));
  const auto result = folder.run("--version >/dev/null; ( ulimit -v 150000; exec '" ATTNVIZ_PROGRAM
                                 "' render --matrix one.csv --grid 1x1 --over photo.png "
                                 "--out o.png )");
  CHECK(result.exit_code == 5);
  CHECK(result.err.find("photo.png: not enough memory") != std::string::npos);
}

TEST_CASE("a small file that declares a large size takes little memory", "[memory]") {
  const WorkFolder folder;
  folder.write("m.csv", ",\xee\x80\x80\na,1\n");
  std::string npy = npy_of_bools({true}, {1, 1});
  npy.replace(npy.find("(1, 1)"), 7, "(99999,9)");
  const std::string header =
      R"({"t":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}})";
  const std::pair<std::string, std::string> files[] = {
      {"a.npy", npy},
      {"a.npz", write_zip({{"weights.npy", npy}})},
      {"a.json", head + R"("source":["a"],"target":["b"],"weights":[[1e9]]})"},
      {"a.txt", "0 ||| a ||| 0 ||| b ||| 1000000000 1000000000\n0\n"},
      {"a.ttf", font_file({{"maxp", be32(0x10000) + be16(65535)}})},
      {"a.safetensors", safetensors_header(header)},
      {"b.safetensors", std::string("\0\0\0\4\0\0\0\0{", 9)}};
  for (const auto& [name, bytes] : files) {
    INFO(name);
    folder.write(name, bytes);
    const std::string arguments = name.ends_with(".safetensors") ? "info " + name
                                  : name.ends_with(".ttf")
                                      ? "render --matrix m.csv --out o.png --font " + name
                                      : "render --out o.csv --matrix " + name +
                                            (name == "a.txt" ? " --input-format nematus" : "");
    CHECK(suffices(folder, arguments, 48 * kib));
  }
  // A file of a gigabyte that takes no room on the disk and is none of these.
  folder.write("hole", "");
  std::filesystem::resize_file(folder.work() / "hole", std::size_t{1} << 30U);
  std::filesystem::create_directory(folder.work() / "run");
  std::filesystem::create_hard_link(folder.work() / "hole", folder.work() / "run/last.safetensors");
  for (const std::string arguments :
       {"train --resume run", "predict abc --model run", "info hole",
        "render --matrix hole --input-format npy --out o.csv",
        "render --matrix hole --input-format npz --out o.csv", "predict abc --model hole",
        "render --matrix m.csv --font hole --out o.png"}) {
    INFO(arguments);
    CHECK(suffices(folder, arguments, 48 * kib));
  }
}

#endif

// A machine that has never seen the program reads its labels: Debian's tesseract-ocr.
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "attnviz/png.h"
#include "catch.h"
#include "render/decode_png.h"
#include "render/figure/heatmap.h"
#include "render/maps.h"

namespace attnviz {
namespace {

// The pixels in the boxes, moved together into a word: readers of words fail on letters that are
// far apart. Nothing comes from a box but its pixels.
Canvas moved_together(const Picture& picture, const std::vector<Box>& boxes) {
  constexpr int margin = 20;
  constexpr int gap = 8;
  int width = 2 * margin;
  int height = 0;
  std::vector<Box> inked;
  for (const Box& box : boxes) {
    int first = box.x + box.width;
    int end = box.x;
    for (int x = box.x; x < box.x + box.width; ++x) {
      for (int y = box.y; y < box.y + box.height; ++y) {
        if (picture.at(x, y).green > 200) continue;
        first = std::min(first, x);
        end = std::max(end, x + 1);
      }
    }
    REQUIRE(first < end);
    inked.push_back({first, box.y, end - first, box.height});
    width += end - first + gap;
    height = std::max(height, box.height);
  }
  Canvas canvas(width, height + 2 * margin, {255, 255, 255});
  int left = margin;
  for (const Box& box : inked) {
    for (int y = 0; y < box.height; ++y) {
      for (int x = 0; x < box.width; ++x) {
        canvas.fill({left + x, margin + y, 1, 1}, picture.at(box.x + x, box.y + y));
      }
    }
    left += box.width + gap;
  }
  return canvas;
}

std::string read_by_machine(const Canvas& canvas) {
  const auto folder = std::filesystem::temp_directory_path();
  const std::string name = (folder / ("attnviz-ocr-" + std::to_string(::rand()))).string();
  std::ofstream(name + ".png", std::ios::binary) << encode_png(canvas);
  const std::string command = "OMP_THREAD_LIMIT=1 tesseract '" + name + ".png' '" + name +
                              "' --psm 7 --dpi 150 -c tessedit_char_whitelist="
                              "abcdefghijklmnopqrstuvwxyz >/dev/null 2>&1";
  const int status = std::system(command.c_str());
  std::ifstream file(name + ".txt");
  std::string text(std::istreambuf_iterator<char>(file), {});
  std::filesystem::remove(name + ".png");
  std::filesystem::remove(name + ".txt");
  CHECK(status == 0);
  text.erase(std::remove_if(text.begin(), text.end(),
                            [](unsigned char c) { return std::isspace(c) != 0; }),
             text.end());
  return text;
}

std::vector<std::string> letters_of(const std::string& word) {
  std::vector<std::string> letters;
  for (const char c : word) letters.emplace_back(1, c);
  return letters;
}

TEST_CASE("a machine reads the labels of both axes where their cells are") {
  if (std::system("tesseract --version >/dev/null 2>&1") != 0) {
    WARN("skipped: tesseract is not installed (Debian: tesseract-ocr)");
    return;
  }
  const std::string input = "monojitcnn";
  const std::string output = "nnctijonom";
  const AttentionMap map = map_of(letters_of(output), letters_of(input));
  HeatmapOptions options;
  options.look.cell = 48;
  const HeatmapLayout layout = lay_out_heatmap(map, options);
  const Picture picture = decode_png(encode_png(draw_heatmap(map, options)));
  // The strips above the columns and to the left of the rows, cut at the edges of the cells and not
  // by the layout's places of the labels.
  std::vector<Box> columns;
  std::vector<Box> rows;
  const int reach = 40;
  for (std::size_t i = 0; i < 10; ++i) {
    const Box above = layout.panel.cell_box(0, i);
    const Box beside = layout.panel.cell_box(i, 0);
    columns.push_back({above.x, above.y - reach, above.width, reach});
    rows.push_back({beside.x - reach, beside.y, reach, beside.height});
  }
  CHECK(read_by_machine(moved_together(picture, columns)) == input);
  CHECK(read_by_machine(moved_together(picture, rows)) == output);
}

}  // namespace
}  // namespace attnviz

// Pictures as they were when last checked by eye. After a change that is meant to show:
//   ATTNVIZ_WRITE_GOLDEN=1 unit_tests "pictures look as they did"
// rewrites them; check them by eye before committing.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "attnviz/png.h"
#include "catch.h"
#include "formats/map_kind.h"
#include "render/decode_png.h"
#include "render/draw.h"
#include "render/figure/overlay.h"
#include "render/maps.h"

namespace attnviz {
namespace {

AttentionMap answered() {
  AttentionMap map = map_of({"n", "n", "c", "t", "</s>"}, {"t", "c", "n", " ", "</s>"});
  map.gold = {{2}, {2}, {1}, {0}, {}};
  map.expected = {"n", "n", "c", "j", "</s>"};
  return map;
}

Canvas everything(const Theme& theme, Colormap colormap) {
  HeatmapOptions options;
  options.texts.title = "reverse: tcn\u2423 \u2192 nnct";
  options.texts.caption = "gold mass 0.250";
  options.look.theme = theme;
  options.look.colormap = colormap;
  options.look.numbers = NumberStyle{};
  options.look.mark_largest = true;
  options.look.grid_lines = true;
  return draw_heatmap(answered(), options);
}

Canvas sheet_of_words() {
  const std::vector<AttentionMap> maps = {map_of({"das", "Haus"}, {"the", "house", "nearby"}),
                                          answered(), map_of({"x"}, repeated(30, "y"))};
  std::vector<HeatmapTexts> each(3);
  each[0].title = "one";
  each[2].caption = "three";
  SheetOptions options;
  options.columns = 2;
  options.title = "A sheet";
  options.look.colormap = Colormap::gray_r;
  return draw_sheet(maps, each, options);
}

Canvas difference_of_maps() {
  AttentionMap map = map_of({"a", "b"}, {"x", "y", "z"});
  map.weights = {-1, -0.5F, 0, 0.25F, 0.5F, 1};
  HeatmapOptions options;
  options.look.colormap = Colormap::difference;
  options.look.scale = {-1, 1};
  options.look.numbers = NumberStyle{1, false};
  return draw_heatmap(map, options);
}

Canvas thinned() {
  HeatmapOptions options;
  options.look.scale = {0, 0.5};
  return draw_heatmap(map_of(repeated(3, "o"), repeated(250, "i")), options);
}

// Masked cells, weights beyond the scale, shared axes with names of rows and columns.
Canvas heads() {
  std::vector<AttentionMap> maps(6, map_of({"the", "house", "nearby"}, {"das", "Haus", "nah"}));
  for (std::size_t i = 0; i < maps.size(); ++i) {
    maps[i].weights[i] = 1.5F;
    for (const std::size_t masked : {1U, 2U, 5U}) maps[i].weights[masked] = std::nanf("");
  }
  SheetOptions options;
  options.row_names = {"layer 0", "layer 1"};
  options.column_names = {"head 0", "head 1", "head 2"};
  options.caption = "6 of 54 weights above 1";
  return draw_sheet(maps, std::vector<HeatmapTexts>(6), options);
}

Canvas over_a_picture() {
  std::vector<AttentionMap> maps(2, map_of(repeated(3, ""), repeated(4, "")));
  maps[1].weights[0] = std::nanf("");
  Canvas photo(120, 80, {120, 180, 230});
  photo.fill({20, 30, 40, 50}, {180, 60, 40});
  photo.fill({80, 10, 20, 60}, {40, 120, 60});
  std::vector<HeatmapTexts> texts(2);
  texts[0].title = "house";
  texts[1].title = "tree";
  SheetOptions options;
  options.look.cell = 50;
  const Font font;
  const SheetLayout layout = lay_out_overlays(maps, texts, options, photo, font);
  return make_canvas(layout.frame, options.look.theme, font, [&](Painter& painter) {
    paint_overlays(painter, maps, options.look, layout, photo, Overlay::smooth);
  });
}

// Signed values as shares of their rows, with a panel that has END's column and one that lacks it.
Canvas attributions() {
  const float none = std::nanf("");
  std::vector<AttentionMap> maps(3, map_of({"c", "a", "</s>"}, {"a", "c", "</s>"}));
  maps[0].weights = {0.125F, 0.875F, 0, 1, 0, 0, 0, 0.25F, 0.75F};
  maps[1].weights = {-1.5F, 6, none, 4, none, none, 0, 0, none};
  maps[2].weights = {2, 3, none, 5, -5, none, -1, -2, none};
  for (AttentionMap& map : maps) {
    map.gold = {{1}, {0}, {}};
    for (std::size_t r = 0; r < map.rows(); ++r) {
      const auto row = std::span(map.weights).subspan(r * map.columns(), map.columns());
      std::ranges::copy(signed_shares(row), row.begin());
    }
  }
  std::vector<HeatmapTexts> texts(3);
  texts[0].title = "attention";
  texts[1].title = "occlusion (swap)";
  texts[2].title = "integrated gradients (mean)";
  texts[1].caption = "gold mass 0.900 \u00b7 overlap 0.91\nexact \u00b7 1 undefined";
  texts[2].caption = "gold mass 0.800 \u00b7 overlap 0.81\n64 nodes; complete to 8e-04";
  SheetOptions options;
  options.title = "reverse: ac \u2192 ca";
  options.look.colormap = Colormap::difference;
  options.look.scale = {-1, 1};
  options.look.bar_title = "share of the row's sum of |change|";
  return draw_sheet(maps, texts, options);
}

struct Golden {
  std::string name;
  std::function<Canvas()> draw;
};

std::vector<Golden> golden_pictures() {
  return {{"plain", [] { return draw_heatmap(answered(), {}); }},
          {"light", [] { return everything(light_theme, Colormap::cividis); }},
          {"dark", [] { return everything(dark_theme, Colormap::magma); }},
          {"transparent", [] { return everything(transparent_theme, Colormap::blues); }},
          {"sheet", sheet_of_words},
          {"difference", difference_of_maps},
          {"thinned", thinned},
          {"heads", heads},
          {"over", over_a_picture},
          {"attributions", attributions}};
}

std::filesystem::path path_of(const Golden& golden) {
  return std::filesystem::path(ATTNVIZ_SOURCE_DIR) / "tests/data/golden" / (golden.name + ".png");
}

TEST_CASE("pictures look as they did") {
  const bool write = std::getenv("ATTNVIZ_WRITE_GOLDEN") != nullptr;
  for (const Golden& golden : golden_pictures()) {
    CAPTURE(golden.name);
    if (write) std::ofstream(path_of(golden), std::ios::binary) << encode_png(golden.draw());
    std::ifstream file(path_of(golden), std::ios::binary);
    REQUIRE(file);
    const Picture old = decode_png(std::string(std::istreambuf_iterator<char>(file), {}));
    const Picture now = decode_png(encode_png(golden.draw()));
    REQUIRE(now.width == old.width);
    REQUIRE(now.height == old.height);
    // Another version of the typeface or of the compiler may round some edges of letters otherwise.
    int different = 0;
    for (std::size_t i = 0; i < now.bytes.size(); ++i) {
      different += std::abs(now.bytes[i] - old.bytes[i]) > 24;
    }
    CHECK(different <= now.width * now.height / 500);
  }
}

}  // namespace
}  // namespace attnviz

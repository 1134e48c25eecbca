#include "render/figure/heatmap.h"
#include "render/figure/scale.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "attnviz/png.h"
#include "catch.h"
#include "render/decode_png.h"
#include "render/maps.h"
#include "render/raster/color.h"

namespace attnviz {
namespace {

constexpr Color white = {255, 255, 255};

int difference(Color a, Color b) {
  return std::max(
      {std::abs(a.red - b.red), std::abs(a.green - b.green), std::abs(a.blue - b.blue)});
}

// The ink inside a box.
Box ink_in(const Canvas& canvas, const Box& box) {
  int left = box.x + box.width, top = box.y + box.height, right = box.x, bottom = box.y;
  for (int y = box.y; y < box.y + box.height; ++y) {
    for (int x = box.x; x < box.x + box.width; ++x) {
      if (canvas.at(x, y) == white) continue;
      left = std::min(left, x);
      top = std::min(top, y);
      right = std::max(right, x + 1);
      bottom = std::max(bottom, y + 1);
    }
  }
  return right <= left ? Box{box.x, box.y, 0, 0} : Box{left, top, right - left, bottom - top};
}

TEST_CASE("every cell of the PNG has the colour of its weight") {
  for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{1, 1},
                                      {1, 40},
                                      {40, 1},
                                      {10, 10},
                                      {30, 12},
                                      {3, 200},
                                      {600, 2}}) {
    CAPTURE(rows, columns);
    const AttentionMap map = map_of(repeated(rows, "o"), repeated(columns, "i"));
    const HeatmapOptions options;
    const HeatmapLayout layout = lay_out_heatmap(map, options);
    const Picture picture = decode_png(encode_png(draw_heatmap(map, options)));
    CHECK(picture.width == layout.frame.width);
    CHECK(picture.height == layout.frame.height);
    int wrong = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t column = 0; column < columns; ++column) {
        const Box cell = layout.panel.cell_box(row, column);
        const Color expected =
            map_color(Colormap::viridis, static_cast<double>(map.at(row, column)));
        const int right = cell.x + cell.width - 1;
        const int bottom = cell.y + cell.height - 1;
        wrong +=
            difference(picture.at(cell.x + cell.width / 2, cell.y + cell.height / 2), expected) > 1;
        for (const Color corner : {picture.at(cell.x, cell.y), picture.at(right, cell.y),
                                   picture.at(cell.x, bottom), picture.at(right, bottom)}) {
          wrong += corner != expected;
        }
      }
    }
    CHECK(wrong == 0);
    // Nothing of the map is outside of its cells.
    const Box& all = layout.panel.map;
    int coloured = 0;
    for (int x = all.x - 1; x <= all.x + all.width; ++x) {
      coloured += picture.at(x, all.y - 1) != white;
      coloured += picture.at(x, all.y + all.height) != white;
    }
    for (int y = all.y - 1; y <= all.y + all.height; ++y) {
      coloured += picture.at(all.x - 1, y) != white;
      coloured += picture.at(all.x + all.width, y) != white;
    }
    CHECK(coloured == 0);
  }
}

TEST_CASE("symmetric letters are drawn in the middle of their cells") {
  for (const std::string letter : {"o", "H", "x", "8", "HHHHHHH"}) {
    for (const int size : {17, 18, 24, 31, 32, 33, 64}) {
      CAPTURE(letter, size);
      const AttentionMap map = map_of(repeated(4, letter), repeated(5, letter));
      HeatmapOptions options;
      options.look.cell = size;
      const HeatmapLayout layout = lay_out_heatmap(map, options);
      const Canvas canvas = draw_heatmap(map, options);
      for (const PlacedText& label : layout.panel.row_labels) {
        const Box cell = layout.panel.cell_box(label.index, 0);
        const Box ink = ink_in(canvas, {label.box.x, cell.y, label.box.width, cell.height});
        REQUIRE(ink.width > 0);
        CHECK(std::abs(2 * ink.y + ink.height - 2 * cell.y - cell.height) <= 1);
      }
      for (const PlacedText& label : layout.panel.column_labels) {
        const Box cell = layout.panel.cell_box(0, label.index);
        const Box ink = ink_in(canvas, {cell.x, label.box.y, cell.width, label.box.height});
        REQUIRE(ink.width > 0);
        CHECK(std::abs(2 * ink.x + ink.width - 2 * cell.x - cell.width) <= 1);
      }
    }
  }
}

TEST_CASE("there is ink only where the layout says, and none at the edge") {
  AttentionMap map = map_of({"agreement", "\u0915", " ", "</s>", "j"},
                            {"European", "a", "\u00c9j", "\U0001f600", " ", "</s>"});
  map.expected = {"agreement", "x", "y", "</s>", "i"};
  HeatmapOptions options;
  options.texts.title =
      "A title that is long enough to be wrapped at least once, whatever the size is";
  options.texts.caption = "gypq\nqpyg";
  const HeatmapLayout layout = lay_out_heatmap(map, options);
  Canvas canvas = draw_heatmap(map, options);
  const auto erase = [&](const PlacedText& text) { canvas.fill(text.box, white); };
  for (const auto* texts : {&layout.panel.row_labels, &layout.panel.column_labels,
                            &layout.frame.titles, &layout.frame.captions}) {
    for (const PlacedText& text : *texts) erase(text);
  }
  for (const Tick& tick : layout.color_bar.ticks) {
    erase(tick.label);
    canvas.fill(
        {layout.color_bar.box.x + layout.color_bar.box.width, tick.y, tick_gap + tick_length, 1},
        white);
  }
  erase(layout.panel.row_title);
  erase(layout.panel.column_title);
  canvas.fill(layout.panel.map, white);
  canvas.fill(layout.color_bar.box, white);
  CHECK(ink_in(canvas, {0, 0, canvas.width(), canvas.height()}).width == 0);
}

TEST_CASE("no ink touches the edge of a picture, whatever it holds") {
  const std::vector<std::string> labels = {"o",
                                           "</s>",
                                           std::string(40, 'W'),
                                           "\u00c9j\u0323",
                                           "\u05d0\u05d1",
                                           "\u0628\u0628",
                                           "\u0915\u093f\u0902",
                                           "\U0001f600"};
  for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{1, 1},
                                      {1, 40},
                                      {40, 1},
                                      {12, 12},
                                      {100, 100},
                                      {1, 900}}) {
    for (std::size_t k = 0; k < labels.size(); ++k) {
      HeatmapOptions options;
      options.texts.title = labels[(k + 1) % labels.size()];
      options.texts.caption = labels[(k + 2) % labels.size()];
      options.look.font_size = k % 2 == 0 ? 0 : 40;
      options.look.numbers = NumberStyle{};
      const AttentionMap map =
          map_of(repeated(rows, labels[k]), repeated(columns, labels[(k + 3) % labels.size()]));
      const Canvas canvas = draw_heatmap(map, options);
      CAPTURE(rows, columns, k);
      int inked = 0;
      for (int x = 0; x < canvas.width(); ++x) {
        inked += canvas.at(x, 0) != white || canvas.at(x, canvas.height() - 1) != white;
      }
      for (int y = 0; y < canvas.height(); ++y) {
        inked += canvas.at(0, y) != white || canvas.at(canvas.width() - 1, y) != white;
      }
      CHECK(inked == 0);
    }
  }
}

TEST_CASE("every text has ink, a space too") {
  const AttentionMap map = map_of({" ", "b"}, {"c", " "});
  HeatmapOptions options;
  options.texts.title = "t";
  options.texts.caption = "c";
  const HeatmapLayout layout = lay_out_heatmap(map, options);
  const Canvas canvas = draw_heatmap(map, options);
  for (const auto* texts : {&layout.panel.row_labels, &layout.panel.column_labels,
                            &layout.frame.titles, &layout.frame.captions}) {
    REQUIRE(texts->size() > 0);
    for (const PlacedText& text : *texts) CHECK(ink_in(canvas, text.box).width > 0);
  }
  CHECK(ink_in(canvas, layout.panel.row_title.box).width > 0);
  CHECK(ink_in(canvas, layout.panel.column_title.box).width > 0);
}

TEST_CASE("wrong symbols are red and underlined") {
  AttentionMap map = map_of({"a", "b", "c", " "}, {"x", "y"});
  map.expected = {"a", "B", "c"};  // the last output is one too many
  const HeatmapLayout layout = lay_out_heatmap(map, {});
  const Canvas canvas = draw_heatmap(map, {});
  for (const PlacedText& label : layout.panel.row_labels) {
    const bool wrong = label.index == 1 || label.index == 3;
    CAPTURE(label.index);
    CHECK(is_wrong(map, label.index) == wrong);
    int red = 0;
    int line = 0;
    int touching = 0;
    const Box& box = label.box;
    const int above = box.y + box.height - 1 - underline_thickness(label.size);
    for (int x = box.x; x < box.x + box.width; ++x) {
      for (int y = box.y; y <= above; ++y) {
        const Color color = canvas.at(x, y);
        red += color.red - color.green > 60;
      }
      // Dark enough to be seen without colour, and clear of the symbol.
      line += luminance(canvas.at(x, box.y + box.height - 1)) < 0.2;
      touching += canvas.at(x, above) != white;
    }
    CHECK((red > 0) == wrong);
    CHECK((!wrong || touching == 0));
    CHECK(line == (wrong ? box.width : 0));
  }
  map.expected.clear();
  CHECK_FALSE(is_wrong(map, 1));
}

TEST_CASE("gold cells are outlined in a colour that shows, and keep their own") {
  AttentionMap map = map_of(repeated(1, "a"), repeated(101, "b"));
  for (int i = 0; i <= 100; ++i)
    map.weights[static_cast<std::size_t>(i)] = static_cast<float>(i) / 100;
  map.gold = {{}};
  for (int i = 0; i <= 100; i += 2) map.gold[0].push_back(i);
  for (const int size : {8, 16, 32}) {
    HeatmapOptions options;
    options.look.cell = size;
    const HeatmapLayout layout = lay_out_heatmap(map, options);
    const Canvas canvas = draw_heatmap(map, options);
    options.look.outline_gold = false;
    const Canvas plain = draw_heatmap(map, options);
    for (std::size_t column = 0; column <= 100; ++column) {
      CAPTURE(size, column);
      const Box cell = layout.panel.cell_box(0, column);
      const Color own = map_color(Colormap::viridis, static_cast<double>(map.at(0, column)));
      double best = 1;
      int changed = 0;
      for (int y = cell.y; y < cell.y + size; ++y) {
        for (int x = cell.x; x < cell.x + size; ++x) {
          best = std::max(best, contrast(canvas.at(x, y), own));
          changed += canvas.at(x, y) != own;
          REQUIRE(plain.at(x, y) == own);
        }
      }
      CHECK((column % 2 == 0) == (changed > 0));
      CHECK((column % 2 == 1 || best > 3));
      CHECK(changed <= size * size / 2);
      CHECK(canvas.at(cell.x, cell.y) == own);
      CHECK(canvas.at(cell.x + size / 2, cell.y + size / 2) == own);
    }
  }
  map.gold = {{-1, 101, 1 << 30}, {0}};
  CHECK_NOTHROW(draw_heatmap(map, {}));
}

TEST_CASE(
    "the colour bar runs from map_color(Colormap::viridis, 1) down to map_color(Colormap::viridis, "
    "0)") {
  for (const std::size_t rows : {1u, 12u, 100u}) {
    const AttentionMap map = map_of(repeated(rows, "a"), {"b", "c"});
    const HeatmapLayout layout = lay_out_heatmap(map, {});
    const Canvas canvas = draw_heatmap(map, {});
    const Box& bar = layout.color_bar.box;
    CHECK(canvas.at(bar.x, bar.y) == map_color(Colormap::viridis, 1));
    CHECK(canvas.at(bar.x + bar.width - 1, bar.y + bar.height - 1) ==
          map_color(Colormap::viridis, 0));
    int brighter = 0;
    int off = 0;
    for (int y = 0; y < bar.height; ++y) {
      const Color color = canvas.at(bar.x + 3, bar.y + y);
      off += color != map_color(Colormap::viridis, 1.0 - static_cast<double>(y) / (bar.height - 1));
      // Two neighbours may differ by less than what rounding to 8 bits changes.
      brighter +=
          y > 0 && luminance(color) > luminance(canvas.at(bar.x + 3, bar.y + y - 1)) + 0.005;
    }
    CHECK(off == 0);
    CHECK(brighter == 0);
    for (const Tick& tick : layout.color_bar.ticks) {
      // Half a row of the bar is the most the colour can be off.
      CHECK(difference(canvas.at(bar.x, tick.y), map_color(Colormap::viridis, tick.value)) <= 4);
    }
  }
}

TEST_CASE("every colour map and theme paints the cells it should") {
  const AttentionMap map = map_of(repeated(9, "o"), repeated(9, "i"));
  for (const NamedColormap& named : named_colormaps) {
    for (const Theme& theme : {light_theme, dark_theme, transparent_theme}) {
      HeatmapOptions options;
      options.look.colormap = named.colormap;
      options.look.theme = theme;
      options.look.scale = {0.2, 0.7};
      const HeatmapLayout layout = lay_out_heatmap(map, options);
      const Picture picture = decode_png(encode_png(draw_heatmap(map, options)));
      CAPTURE(named.name);
      int wrong = 0;
      for (std::size_t row = 0; row < 9; ++row) {
        for (std::size_t column = 0; column < 9; ++column) {
          const Box cell = layout.panel.cell_box(row, column);
          const double t =
              std::clamp((static_cast<double>(map.at(row, column)) - 0.2) / 0.5, 0.0, 1.0);
          wrong += difference(picture.at(cell.x + 3, cell.y + 5), map_color(named.colormap, t)) > 1;
          wrong += picture.opacity(cell.x + 3, cell.y + 5) != 255;
        }
      }
      CHECK(wrong == 0);
      CHECK(picture.opacity(0, 0) == (theme.paper ? 255 : 0));
      if (theme.paper) CHECK(picture.at(0, 0) == *theme.paper);
    }
  }
}

TEST_CASE("the largest weights of a row are marked, and no others") {
  AttentionMap map = map_of({"a", "b", "c"}, {"x", "y", "z"});
  map.weights = {0.2F, 0.7F, 0.1F, 0.4F, 0.2F, 0.4F, std::nanf(""), 0, -1};
  for (const int size : {8, 9, 16, 33}) {
    HeatmapOptions options;
    options.look.cell = size;
    const Canvas plain = draw_heatmap(map, options);
    options.look.mark_largest = true;
    const Canvas marked = draw_heatmap(map, options);
    const HeatmapLayout layout = lay_out_heatmap(map, options);
    std::string found;
    for (std::size_t i = 0; i < 9; ++i) {
      const Box cell = layout.panel.cell_box(i / 3, i % 3);
      int changed = 0;
      int off_centre = 0;
      for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x) {
          const bool here = marked.at(cell.x + x, cell.y + y) != plain.at(cell.x + x, cell.y + y);
          changed += here;
          off_centre += here ? 2 * x + 1 - size : 0;
          off_centre += here ? 2 * y + 1 - size : 0;
        }
      }
      found += changed > 0 ? 'x' : '.';
      CHECK(changed < size * size / 4);
      CHECK(off_centre == 0);
    }
    CHECK(found == ".x.x.x.x.");
  }
}

TEST_CASE("a map that fades into the paper has a rim around it, others have none") {
  const AttentionMap map = map_of(repeated(4, "o"), repeated(6, "i"));
  const auto has_rim = [&](Colormap colormap, const Theme& theme) {
    HeatmapOptions options;
    options.look.colormap = colormap;
    options.look.theme = theme;
    const HeatmapLayout layout = lay_out_heatmap(map, options);
    const Canvas canvas = draw_heatmap(map, options);
    int inked = 0;
    for (const Box& box : {layout.panel.map, layout.color_bar.box}) {
      for (int x = box.x - 1; x <= box.x + box.width; ++x) {
        inked += canvas.at(x, box.y - 1) == theme.faint_ink;
        inked += canvas.at(x, box.y + box.height) == theme.faint_ink;
      }
    }
    CHECK((inked == 0 || inked == 2 * (layout.panel.map.width + layout.color_bar.box.width + 4)));
    return inked > 0;
  };
  CHECK_FALSE(has_rim(Colormap::viridis, light_theme));
  CHECK_FALSE(has_rim(Colormap::cividis, light_theme));
  CHECK(has_rim(Colormap::gray, light_theme));
  CHECK(has_rim(Colormap::gray_r, light_theme));
  CHECK(has_rim(Colormap::blues, light_theme));
  CHECK(has_rim(Colormap::difference, light_theme));
  CHECK_FALSE(has_rim(Colormap::blues, dark_theme));
  CHECK_FALSE(has_rim(Colormap::magma, dark_theme));
  CHECK(has_rim(Colormap::viridis, transparent_theme));
}

TEST_CASE("grid lines part the cells, whose middle stays") {
  const AttentionMap map = map_of(repeated(4, "o"), repeated(6, "i"));
  for (const int size : {3, 4, 5, 20}) {
    HeatmapOptions options;
    options.look.cell = size;
    options.look.grid_lines = true;
    options.look.theme = dark_theme;
    const HeatmapLayout layout = lay_out_heatmap(map, options);
    const Canvas canvas = draw_heatmap(map, options);
    for (std::size_t row = 0; row < 4; ++row) {
      for (std::size_t column = 0; column < 6; ++column) {
        const Box cell = layout.panel.cell_box(row, column);
        const Color own = map_color(Colormap::viridis, static_cast<double>(map.at(row, column)));
        CHECK(canvas.at(cell.x + size / 2, cell.y + size / 2) == own);
        CHECK((canvas.at(cell.x, cell.y + 1) == dark_theme.grid) == (column > 0 && size >= 4));
        CHECK((canvas.at(cell.x + 1, cell.y) == dark_theme.grid) == (row > 0 && size >= 4));
      }
    }
  }
}

TEST_CASE("a fitted scale reaches from the least to the greatest weight") {
  AttentionMap map = map_of({"a"}, {"b", "c", "d"});
  map.weights = {0.25F, 0.5F, std::nanf("")};
  AttentionMap other = map;
  other.weights = {-0.5F, 0, 0};
  CHECK(fit_scale({map}, Centre::free) == Scale{0.25, 0.5});
  CHECK(fit_scale({map, other}, Centre::free) == Scale{-0.5, 0.5});
  CHECK(fit_scale({map}, Centre::zero) == Scale{-0.5, 0.5});
  map.weights = {0.5F, 0.5F, 0.5F};
  CHECK(fit_scale({map}, Centre::free).place(0.5) == 0.5);
  map.weights = {0, 0, 0};
  CHECK(fit_scale({map}, Centre::zero) == Scale{-1, 1});
}

TEST_CASE("weights that are no probabilities are drawn unchanged") {
  AttentionMap map = map_of({"a"}, {"b", "c", "d", "e", "f"});
  const float infinity = std::numeric_limits<float>::infinity();
  map.weights = {std::nanf(""), -3, 1e30f, infinity, -infinity};
  const HeatmapLayout layout = lay_out_heatmap(map, {});
  const Canvas canvas = draw_heatmap(map, {});
  const Color expected[] = {light_theme.masked, map_color(Colormap::viridis, 0),
                            map_color(Colormap::viridis, 1), map_color(Colormap::viridis, 1),
                            map_color(Colormap::viridis, 0)};
  for (std::size_t i = 0; i < 5; ++i) {
    const Box cell = layout.panel.cell_box(0, i);
    CHECK(canvas.at(cell.x + 4, cell.y + 4) == expected[i]);
  }
}

TEST_CASE("masked cells have a ground of their own, and nothing is written on it") {
  AttentionMap map = map_of({"a", "b"}, {"c", "d"});
  map.weights = {0.5F, std::nanf(""), std::nanf(""), std::nanf("")};
  for (const Theme& theme : {light_theme, dark_theme, transparent_theme}) {
    for (const int size : {7, 8, 32}) {
      CAPTURE(size);
      HeatmapOptions options;
      options.look.theme = theme;
      options.look.cell = size;
      options.look.numbers = NumberStyle{1};
      options.look.mark_largest = size < 32;
      const HeatmapLayout layout = lay_out_heatmap(map, options);
      const Canvas canvas = draw_heatmap(map, options);
      for (std::size_t i = 1; i < 4; ++i) {
        const Box cell = layout.panel.cell_box(i / 2, i % 2);
        int ground = 0;
        for (int y = 0; y < size; ++y) {
          for (int x = 0; x < size; ++x) {
            const bool is_struck = x + y >= size - 3 && x + y <= size + 1 && size >= 8;
            ground += canvas.at(cell.x + x, cell.y + y) == theme.masked;
            if (!is_struck) CHECK(canvas.at(cell.x + x, cell.y + y) == theme.masked);
          }
        }
        CHECK((ground < size * size) == (size >= 8));
      }
      // The only weight is the largest, and the only number.
      CHECK(layout.panel.numbers.size() == (size == 32 ? 1 : 0));
      // The legend of the colour bar has the same ground.
      const Box& legend = layout.color_bar.masked;
      CHECK(layout.color_bar.masked_label.text == "masked");
      CHECK(legend.y > layout.color_bar.box.y + layout.color_bar.box.height);
      CHECK(canvas.at(legend.x + 2, legend.y + 2) == theme.masked);
    }
  }
  map.weights = {0.5F, 0, 0, 1};
  CHECK(lay_out_heatmap(map, {}).color_bar.masked_label.text.empty());
}

TEST_CASE("a tip of the colour bar tells of weights beyond it") {
  AttentionMap map = map_of({"a"}, {"b", "c"});
  for (const auto& [low, high] : std::vector<std::pair<float, float>>{
           {0, 1}, {-0.5F, 1}, {0, 1.5F}, {-0.5F, 1.5F}, {std::nanf(""), std::nanf("")}}) {
    CAPTURE(low, high);
    map.weights = {low, high};
    const ColorBar bar = lay_out_heatmap(map, {}).color_bar;
    const Canvas canvas = draw_heatmap(map, {});
    const int x = bar.box.x + bar.box.width / 2;
    const Color above = canvas.at(x, bar.box.y - 3);
    const Color below = canvas.at(x, bar.box.y + bar.box.height + 2);
    CHECK((above == map_color(Colormap::viridis, 1)) == (high > 1));
    CHECK((below == map_color(Colormap::viridis, 0)) == (low < 0));
    CHECK((above == *light_theme.paper) == !(high > 1));
    CHECK((below == *light_theme.paper) == !(low < 0));
    CHECK(bar.bounds().y ==
          std::min(bar.box.y - (high > 1 ? tip_height(bar) : 0), bar.ticks.back().label.box.y));
  }
}

TEST_CASE("a map of one value has one colour, and so has its colour bar") {
  AttentionMap map = map_of({"a"}, {"b", "c"});
  map.weights = {0.2F, 0.2F};
  HeatmapOptions options;
  options.look.scale = fit_scale({map}, Centre::free);
  const ColorBar bar = lay_out_heatmap(map, options).color_bar;
  const Canvas canvas = draw_heatmap(map, options);
  for (const int y : {0, 40, bar.box.height - 1}) {
    CHECK(canvas.at(bar.box.x + 2, bar.box.y + y) == map_color(Colormap::viridis, 0.5));
  }
  REQUIRE(bar.ticks.size() == 1);
  CHECK(bar.ticks[0].label.text == "0.20");
}

TEST_CASE("texts may hold anything") {
  constexpr char bytes[] = "\x1b[2J\0\xff\xc0\n\t\u202e\u0915\U0010ffff";
  const std::string junk(bytes, sizeof bytes - 1);
  AttentionMap map = map_of({junk, ""}, {"", junk});
  HeatmapOptions options;
  options.texts.title = options.texts.caption = options.texts.row_title =
      options.texts.column_title = junk;
  CHECK_NOTHROW(encode_png(draw_heatmap(map, options)));
  options.texts.title = options.texts.caption = options.texts.row_title =
      options.texts.column_title = "";
  CHECK_NOTHROW(encode_png(draw_heatmap(map, options)));
}

TEST_CASE("the same map gives the same PNG") {
  AttentionMap map = map_of(repeated(12, "a"), repeated(9, "\u0915"));
  HeatmapOptions options;
  options.texts.title = "title";
  CHECK(encode_png(draw_heatmap(map, options)) == encode_png(draw_heatmap(map, options)));
}

}  // namespace
}  // namespace attnviz

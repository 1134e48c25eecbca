#include "render/figure/sheet.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "attnviz/error.h"
#include "attnviz/png.h"
#include "catch.h"
#include "render/decode_png.h"
#include "render/draw.h"
#include "render/figure/heatmap.h"
#include "render/maps.h"

namespace attnviz {
namespace {

constexpr Color white = {255, 255, 255};

bool overlap(const Box& a, const Box& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

std::vector<std::pair<std::string, Box>> parts_of(const SheetLayout& layout) {
  std::vector<std::pair<std::string, Box>> parts = {{"colour bar", layout.color_bar.box}};
  const auto add = [&](const PlacedText& text) {
    if (text.box.width > 0 && text.box.height > 0) parts.emplace_back(text.text, text.box);
  };
  for (const auto* texts : {&layout.frame.titles, &layout.frame.captions}) {
    for (const PlacedText& text : *texts) add(text);
  }
  for (const Tick& tick : layout.color_bar.ticks) add(tick.label);
  for (const TitledPanel& titled : layout.panels) {
    const PanelLayout& panel = titled.panel;
    parts.emplace_back("map", panel.map);
    for (const auto* texts :
         {&panel.row_labels, &panel.column_labels, &titled.titles, &titled.captions}) {
      for (const PlacedText& text : *texts) add(text);
    }
    add(panel.row_title);
    add(panel.column_title);
  }
  return parts;
}

struct Sheet {
  std::vector<AttentionMap> maps;
  std::vector<HeatmapTexts> each;
  SheetOptions options;
};

// Panels of different sizes and labels, with titles and captions of different lengths.
Sheet sheet_of(std::size_t count) {
  Sheet sheet;
  const std::vector<std::string> labels = {"a", "</s>", "European", "\u0915"};
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t rows = 1 + i * 5 % 12;
    const std::size_t columns = 1 + i * 7 % 26;
    sheet.maps.push_back(map_of(repeated(rows, labels[i % 3]), repeated(columns, labels[i % 4])));
    HeatmapTexts texts;
    if (i % 4 != 1) texts.title = "panel " + std::string(i * 9 % 70, 'w');
    if (i % 3 == 0) texts.caption = "a caption of several words, which wraps in narrow panels";
    if (i % 5 == 4) texts.row_title = "symbol";
    if (i % 4 == 3) texts.column_title = "word";
    sheet.each.push_back(texts);
  }
  sheet.options.title = "A figure of several maps";
  sheet.options.caption = "two lines\nof caption";
  return sheet;
}

SheetLayout lay_out(const Sheet& sheet) {
  return lay_out_sheet(sheet.maps, sheet.each, sheet.options);
}

TEST_CASE("nothing of a sheet overlaps or leaves the picture") {
  for (const std::size_t count : {1u, 2u, 3u, 5u, 9u, 10u}) {
    for (const int columns : {0, 1, 2, 3, 99}) {
      for (const int cell : {0, 3, 40}) {
        CAPTURE(count, columns, cell);
        Sheet sheet = sheet_of(count);
        sheet.options.columns = columns;
        sheet.options.look.cell = cell;
        const SheetLayout layout = lay_out(sheet);
        const auto parts = parts_of(layout);
        int overlaps = 0;
        int outside = 0;
        for (std::size_t i = 0; i < parts.size(); ++i) {
          const Box& box = parts[i].second;
          outside += box.x < 16 || box.y < 16 || box.x + box.width > layout.frame.width - 16 ||
                     box.y + box.height > layout.frame.height - 16;
          for (std::size_t k = 0; k < i; ++k) overlaps += overlap(box, parts[k].second);
        }
        CHECK(overlaps == 0);
        CHECK(outside == 0);
      }
    }
  }
}

TEST_CASE("panels stand in a grid, with cells of one size") {
  Sheet sheet = sheet_of(10);
  sheet.options.columns = 3;
  const SheetLayout layout = lay_out(sheet);
  REQUIRE(layout.panels.size() == 10);
  CHECK(layout.columns == 3);
  for (std::size_t i = 0; i < 10; ++i) {
    const PanelLayout& panel = layout.panels[i].panel;
    CHECK(panel.cell == layout.panels[0].panel.cell);
    CHECK(panel.font_size == layout.panels[0].panel.font_size);
    CHECK(panel.map.width == panel.cell.width * static_cast<int>(sheet.maps[i].columns()));
    CHECK(panel.map.x == layout.panels[i % 3].panel.map.x);
    CHECK(panel.map.y == layout.panels[i / 3 * 3].panel.map.y);
    if (i % 3 > 0) CHECK(panel.map.x > layout.panels[i - 1].panel.map.x);
    if (i >= 3) CHECK(panel.map.y > layout.panels[i - 3].panel.map.y);
    const auto& titles = layout.panels[i].titles;
    for (const PlacedText& line : titles) {
      CHECK(line.box.x == panel.map.x);
      CHECK(line.y < panel.map.y);
    }
    // The last lines of the titles of a row are level.
    const auto& first = layout.panels[i / 3 * 3 + i % 2].titles;
    if (!titles.empty() && !first.empty()) {
      CHECK(titles.back().y == first.back().y);
    }
  }
}

TEST_CASE("an axis title is not repeated within a row or a column") {
  Sheet sheet = sheet_of(4);
  sheet.options.columns = 2;
  for (HeatmapTexts& texts : sheet.each) texts = {};
  SheetLayout layout = lay_out(sheet);
  const auto titles = [&](std::size_t i) {
    return layout.panels[i].panel.row_title.text + "|" + layout.panels[i].panel.column_title.text;
  };
  CHECK(titles(0) == "output|input");
  CHECK(titles(1) == "|input");
  CHECK(titles(2) == "output|");
  CHECK(titles(3) == "|");
  sheet.each[3].row_title = "y";
  sheet.each[3].column_title = "x";
  layout = lay_out(sheet);
  CHECK(titles(3) == "y|x");
  CHECK(layout.panels[0].panel.row_title.x == layout.panels[2].panel.row_title.x);
  CHECK(layout.panels[0].panel.column_title.y == layout.panels[1].panel.column_title.y);
}

TEST_CASE("the columns that are chosen make a figure of a good shape") {
  const auto columns = [](std::size_t count, std::size_t width) {
    Sheet sheet;
    sheet.maps.assign(count, map_of(repeated(11, "a"), repeated(width, "b")));
    sheet.each.resize(count);
    return lay_out(sheet).columns;
  };
  CHECK(columns(1, 11) == 1);
  CHECK(columns(2, 11) == 2);
  CHECK(columns(4, 11) == 2);
  CHECK(columns(5, 11) == 3);
  CHECK(columns(9, 20) == 3);
  CHECK(columns(10, 20) == 3);
  CHECK(columns(3, 60) == 1);
}

TEST_CASE("every cell of every panel has the colour of its weight") {
  const Sheet sheet = sheet_of(7);
  const SheetLayout layout = lay_out(sheet);
  const Picture picture = decode_png(encode_png(draw_sheet(sheet.maps, sheet.each, sheet.options)));
  CHECK(picture.width == layout.frame.width);
  CHECK(picture.height == layout.frame.height);
  int wrong = 0;
  for (std::size_t i = 0; i < sheet.maps.size(); ++i) {
    const AttentionMap& map = sheet.maps[i];
    for (std::size_t row = 0; row < map.rows(); ++row) {
      for (std::size_t column = 0; column < map.columns(); ++column) {
        const Box cell = layout.panels[i].panel.cell_box(row, column);
        const Color expected =
            map_color(Colormap::viridis, static_cast<double>(map.at(row, column)));
        wrong += picture.at(cell.x, cell.y) != expected;
        wrong += picture.at(cell.x + cell.width - 1, cell.y + cell.height - 1) != expected;
        wrong += picture.at(cell.x + cell.width / 2, cell.y + cell.height / 2) != expected;
      }
    }
  }
  CHECK(wrong == 0);
}

// Erasing all that the layout names leaves nothing: no second colour bar, no forgotten text.
TEST_CASE("a sheet has one colour bar and no ink outside of its layout") {
  const Sheet sheet = sheet_of(9);
  const SheetLayout layout = lay_out(sheet);
  Canvas canvas = draw_sheet(sheet.maps, sheet.each, sheet.options);
  const Box& bar = layout.color_bar.box;
  for (int y = 0; y < bar.height; ++y) {
    const double value = 1 - static_cast<double>(y) / (bar.height - 1);
    CHECK(canvas.at(bar.x + bar.width / 2, bar.y + y) == map_color(Colormap::viridis, value));
  }
  for (const TitledPanel& titled : layout.panels) {
    CHECK(titled.panel.map.x + titled.panel.map.width < bar.x);
  }
  for (const auto& part : parts_of(layout)) canvas.fill(part.second, white);
  for (const Tick& tick : layout.color_bar.ticks) {
    canvas.fill({bar.x + bar.width, tick.y, tick_gap + tick_length, 1}, white);
  }
  int ink = 0;
  for (int y = 0; y < canvas.height(); ++y) {
    for (int x = 0; x < canvas.width(); ++x) ink += canvas.at(x, y) != white;
  }
  CHECK(ink == 0);
}

TEST_CASE("gold and wrong symbols are marked in a panel as they are alone") {
  AttentionMap map = map_of({"a", "b", "c"}, {"x", "y", "z"});
  map.gold = {{0}, {1}, {2}};
  map.expected = {"a", "B", "c"};
  HeatmapOptions options;
  options.look.cell = 24;
  SheetOptions sheet;
  sheet.look.cell = 24;
  const HeatmapLayout alone = lay_out_heatmap(map, options);
  const Canvas single = draw_heatmap(map, options);
  AttentionMap other = map_of({"a"}, {"x"});  // with the same labels they would stand once
  const SheetLayout layout = lay_out_sheet({map, map, other}, {{}, {}, {}}, sheet);
  const Canvas canvas = draw_sheet({map, map, other}, {{}, {}, {}}, sheet);
  for (std::size_t i = 0; i < 2; ++i) {
    const Box& map_box = layout.panels[i].panel.map;
    int different = 0;
    for (int y = -30; y < alone.panel.map.height; ++y) {
      // The labels as well, but not the titles of the axes.
      for (int x = -16; x < alone.panel.map.width; ++x) {
        different += single.at(alone.panel.map.x + x, alone.panel.map.y + std::max(y, -20)) !=
                     canvas.at(map_box.x + x, map_box.y + std::max(y, -20));
      }
    }
    CHECK(different == 0);
  }
}

TEST_CASE("maps with the same labels share their axes") {
  const std::vector<AttentionMap> heads(12, map_of(repeated(20, "out"), repeated(20, "in")));
  SheetOptions options;
  options.row_names = {"layer 0", "layer 1", "layer 2"};
  options.column_names = {"head 0", "head 1", "head 2", "head 3"};
  const SheetLayout layout = lay_out_sheet(heads, std::vector<HeatmapTexts>(12), options);
  CHECK(layout.columns == 4);
  std::vector<std::string> heads_drawn;
  for (const PlacedText& head : layout.heads) heads_drawn.push_back(head.text);
  std::vector<std::string> names = options.column_names;
  names.insert(names.end(), options.row_names.begin(), options.row_names.end());
  CHECK(heads_drawn == names);
  for (std::size_t i = 0; i < 12; ++i) {
    CAPTURE(i);
    const PanelLayout& panel = layout.panels[i].panel;
    CHECK(panel.row_labels.empty() == (i % 4 > 0));
    CHECK(panel.column_labels.empty() == (i >= 4));
    CHECK(panel.row_title.text.empty());
    // Names are in the middle of their column and row.
    const Box& column_head = layout.heads[i % 4].box;
    CHECK(std::abs(2 * column_head.x + column_head.width - 2 * panel.map.x - panel.map.width) <= 2);
    const Box& row_head = layout.heads[4 + i / 4].box;
    CHECK(std::abs(2 * row_head.y + row_head.height - 2 * panel.map.y - panel.map.height) <= 2);
  }
  CHECK(layout.row_title.text == "output");
  CHECK(layout.column_title.text == "input");
  CHECK(layout.row_title.box.x < layout.heads[4].box.x);
  CHECK(layout.column_title.box.y < layout.heads[0].box.y);
}

TEST_CASE("a caption is nearer to its own panel than to the title below") {
  Sheet sheet;
  sheet.maps.assign(2, map_of({"x", "y", "z"}, {"a", "b", "c"}));
  sheet.each.resize(2);
  sheet.each[0].caption = sheet.each[1].title = "x";
  sheet.options.columns = 1;
  const SheetLayout layout = lay_out(sheet);
  const TitledPanel& above = layout.panels[0];
  const Box& caption = above.captions.front().box;
  const int before = caption.y - above.panel.map.y - above.panel.map.height;
  CHECK(layout.panels[1].titles.front().box.y - caption.y - caption.height > before);
}

TEST_CASE("labels of which one is wrong stand at every panel") {
  AttentionMap map = map_of({"a"}, {"x"});
  AttentionMap wrong = map;
  wrong.expected = {"b"};
  const SheetLayout layout = lay_out_sheet({map, wrong}, {{}, {}}, {});
  for (const TitledPanel& titled : layout.panels) {
    CHECK(titled.panel.row_labels.size() == 1);
    CHECK(titled.panel.column_labels.size() == 1);
  }
}

TEST_CASE("all heads of a model fit on a page, and are drawn as they are alone") {
  std::vector<AttentionMap> maps(144, map_of(repeated(20, "out"), repeated(20, "in")));
  for (std::size_t i = 0; i < maps.size(); ++i) {
    std::vector<float>& weights = maps[i].weights;
    std::rotate(weights.begin(), weights.begin() + static_cast<long>(i), weights.end());
  }
  SheetOptions options;
  for (int i = 0; i < 12; ++i) {
    options.row_names.push_back("layer " + std::to_string(i));
    options.column_names.push_back("head " + std::to_string(i));
  }
  const std::vector<HeatmapTexts> texts(144);
  const SheetLayout layout = lay_out_sheet(maps, texts, options);
  CHECK(layout.frame.width > 1500);
  CHECK(layout.frame.width < 1800);
  CHECK(layout.panels[0].panel.cell.width >= 6);
  CHECK(layout.panels[0].panel.row_labels.size() >= 10);
  const Canvas canvas = draw_sheet(maps, texts, options);
  for (const std::size_t i : {0UL, 13UL, 143UL}) {
    for (std::size_t cell = 0; cell < 400; ++cell) {
      const Box box = layout.panels[i].panel.cell_box(cell / 20, cell % 20);
      REQUIRE(canvas.at(box.x + 2, box.y + 2) ==
              map_color(Colormap::viridis, static_cast<double>(maps[i].weights[cell])));
    }
  }
}

TEST_CASE("names that are wider than the panels are turned") {
  const std::vector<AttentionMap> maps(4, map_of({"a"}, {"b"}));
  SheetOptions options;
  options.look.cell = 24;
  options.row_names = options.column_names = {"encoder layer 0", "encoder layer 1"};
  const SheetLayout layout = lay_out_sheet(maps, std::vector<HeatmapTexts>(4), options);
  CHECK(layout.heads[0].direction == Direction::up);
  CHECK(layout.heads[2].direction == Direction::right);
}

TEST_CASE("sheets that cannot be drawn are refused") {
  const AttentionMap map = map_of({"a"}, {"b"});
  CHECK_THROWS_AS(lay_out_sheet({}, {}, {}), UsageError);
  CHECK_THROWS_AS(lay_out_sheet({map, map}, {{}}, {}), UsageError);
  CHECK_THROWS_AS(lay_out_sheet({map, AttentionMap()}, {{}, {}}, {}), UsageError);
  SheetOptions options;
  options.columns = -1;
  CHECK_THROWS_AS(lay_out_sheet({map}, {{}}, options), UsageError);
  options = {};
  options.look.cell = -1;
  CHECK_THROWS_AS(lay_out_sheet({map}, {{}}, options), UsageError);
  for (const int cell : {20000, 2147483647}) {
    options.look.cell = cell;
    CHECK_THROWS_AS(lay_out_sheet({map, map}, {{}, {}}, options), LimitError);
  }
  const std::vector<AttentionMap> many(max_panels + 1, map);
  CHECK_THROWS_AS(lay_out_sheet(many, std::vector<HeatmapTexts>(many.size()), {}), LimitError);
  options = {};
  options.row_names = {"r"};
  options.column_names = {"c", "d"};
  CHECK_THROWS_AS(lay_out_sheet({map}, {{}}, options), UsageError);
  const std::vector<AttentionMap> wide(200, map_of({"a"}, repeated(300, "b")));
  options = {};
  options.columns = 200;
  CHECK_THROWS_AS(lay_out_sheet(wide, std::vector<HeatmapTexts>(200), options), LimitError);
}

}  // namespace
}  // namespace attnviz

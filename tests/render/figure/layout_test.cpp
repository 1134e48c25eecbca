#include "render/figure/layout.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "attnviz/error.h"
#include "catch.h"
#include "render/maps.h"

namespace attnviz {
namespace {

bool overlap(const Box& a, const Box& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

// Everything that must not overlap anything else.
std::vector<std::pair<std::string, Box>> parts_of(const HeatmapLayout& layout) {
  std::vector<std::pair<std::string, Box>> parts = {{"map", layout.panel.map},
                                                    {"colour bar", layout.color_bar.box}};
  const auto add = [&](const PlacedText& text) {
    if (text.box.width > 0 && text.box.height > 0) parts.emplace_back(text.text, text.box);
  };
  for (const auto* texts : {&layout.panel.row_labels, &layout.panel.column_labels,
                            &layout.frame.titles, &layout.frame.captions}) {
    for (const PlacedText& text : *texts) add(text);
  }
  for (const Tick& tick : layout.color_bar.ticks) add(tick.label);
  for (const PlacedText& line : layout.color_bar.title) add(line);
  add(layout.panel.row_title);
  add(layout.panel.column_title);
  if (layout.panel.copied.width > 0) parts.emplace_back("column", layout.panel.copied);
  add(layout.panel.copied_label);
  return parts;
}

std::vector<std::string> labels_of(const std::string& kind, std::size_t count) {
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < count; ++i) {
    std::string label(1, static_cast<char>('a' + i % 26));
    if (kind == "letters and end" && i + 1 == count) label = "</s>";
    if (kind == "words") label = std::string(i % 13, 'w') + "Q";
    if (kind == "long") label = std::string(60, 'p');
    if (kind == "spaces") label = " ";
    if (kind == "missing") label = i % 2 == 0 ? "\u0915" : "\U0001f600";
    if (kind == "tall") label = "\u00c9j";
    if (kind == "empty") label = "";
    labels.push_back(label);
  }
  return labels;
}

constexpr const char* kinds[] = {"letters", "letters and end", "words", "long",
                                 "spaces",  "missing",         "tall",  "empty"};

TEST_CASE("nothing overlaps, everything is inside, labels are centred") {
  const Font font;
  for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{1, 1},
                                      {1, 2},
                                      {2, 1},
                                      {1, 40},
                                      {40, 1},
                                      {3, 5},
                                      {12, 12},
                                      {30, 12},
                                      {100, 100},
                                      {170, 60},
                                      {400, 3},
                                      {2, 700},
                                      {600, 600}}) {
    for (const std::string row_kind : kinds) {
      for (const std::string column_kind : kinds) {
        if (rows * columns > 10000 && row_kind != column_kind) continue;
        AttentionMap map = map_of(labels_of(row_kind, rows), labels_of(column_kind, columns));
        map.expected = map.target;
        map.expected[0] = "?";
        HeatmapOptions options;
        options.texts.title = "reverse: monojitcnn \u2192 nnctijonom, exact, gold mass 0.998";
        options.texts.caption = "two lines\nof caption";
        options.look.bar_title = "share of the row's sum of |change|";
        const HeatmapLayout layout = lay_out_heatmap(map, options, font);
        CAPTURE(rows, columns, row_kind, column_kind);

        const auto parts = parts_of(layout);
        int overlaps = 0;
        int outside = 0;
        for (std::size_t i = 0; i < parts.size(); ++i) {
          const Box& box = parts[i].second;
          outside += box.x < 1 || box.y < 1 || box.x + box.width >= layout.frame.width ||
                     box.y + box.height >= layout.frame.height;
          for (std::size_t k = 0; k < i; ++k) overlaps += overlap(box, parts[k].second);
        }
        CHECK(overlaps == 0);
        CHECK(outside == 0);

        int off_centre = 0;  // doubled distances, so half a pixel is 1
        for (const PlacedText& label : layout.panel.row_labels) {
          const Box cell = layout.panel.cell_box(label.index, 0);
          off_centre += std::abs(2 * label.box.y + label.box.height - 2 * cell.y - cell.height) > 1;
        }
        for (const PlacedText& label : layout.panel.column_labels) {
          const Box cell = layout.panel.cell_box(0, label.index);
          off_centre += std::abs(2 * label.box.x + label.box.width - 2 * cell.x - cell.width) > 1;
        }
        CHECK(off_centre == 0);

        CHECK(layout.panel.font_size >= 9);
        CHECK(layout.panel.map.width == layout.panel.cell.width * static_cast<int>(columns));
        CHECK(layout.panel.map.height == layout.panel.cell.height * static_cast<int>(rows));
        CHECK(layout.frame.width <= 4500);
        CHECK(layout.frame.height <= 4500);
      }
    }
  }
}

TEST_CASE("the column of what was copied stands beside the map, apart from all else") {
  for (const auto& [rows, columns] :
       {std::pair<std::size_t, std::size_t>{1, 1}, {3, 5}, {12, 12}, {40, 1}, {2, 70}, {170, 60}}) {
    for (const std::string kind : kinds) {
      AttentionMap map = map_of(labels_of("letters", rows), labels_of(kind, columns));
      map.copied.assign(rows, 0.5F);
      HeatmapOptions options;
      options.look.numbers = NumberStyle{};
      const HeatmapLayout layout = lay_out_heatmap(map, options);
      const PanelLayout& panel = layout.panel;
      CAPTURE(rows, columns, kind);
      CHECK(panel.copied.x > panel.map.x + panel.map.width);
      CHECK(panel.copied_box(rows - 1).y == panel.cell_box(rows - 1, 0).y);
      CHECK(panel.copied.height == panel.map.height);
      CHECK(panel.copied_numbers.size() == (panel.numbers.empty() ? 0 : rows));
      const auto parts = parts_of(layout);
      for (std::size_t i = 0; i < parts.size(); ++i) {
        for (std::size_t j = i + 1; j < parts.size(); ++j) {
          INFO(parts[i].first << " and " << parts[j].first);
          CHECK_FALSE(overlap(parts[i].second, parts[j].second));
        }
      }
    }
  }
  AttentionMap map = map_of({"a", "b"}, {"x"});
  map.copied = {0.5F};
  CHECK_THROWS_AS(lay_out_heatmap(map, {}), UsageError);
}

TEST_CASE("labels are centred on their cells, for every number of them") {
  const Font font;
  for (std::size_t n = 1; n <= 200; ++n) {
    const HeatmapLayout layout =
        lay_out_heatmap(map_of(labels_of("letters", n), labels_of("letters", n)), {}, font);
    CAPTURE(n);
    CHECK(layout.panel.row_labels.size() *
              static_cast<std::size_t>(layout.panel.row_label_stride) >=
          n);
    double worst = 0;
    for (const PlacedText& label : layout.panel.row_labels) {
      const double middle =
          layout.panel.map.y + (static_cast<double>(label.index) + 0.5) * layout.panel.cell.width;
      worst = std::max(worst, std::abs(label.box.y + label.box.height / 2.0 - middle));
    }
    for (const PlacedText& label : layout.panel.column_labels) {
      const double middle =
          layout.panel.map.x + (static_cast<double>(label.index) + 0.5) * layout.panel.cell.width;
      worst = std::max(worst, std::abs(label.box.x + label.box.width / 2.0 - middle));
    }
    CHECK(worst <= 0.5);
  }
}

TEST_CASE("numbers stand inside their cells, or there are none") {
  const AttentionMap map = map_of(labels_of("letters", 5), labels_of("letters", 7));
  for (int cell = 6; cell <= 64; ++cell) {
    for (const NumberStyle style : {NumberStyle{0, false}, {2, false}, {4, false}, {1, true}}) {
      HeatmapOptions options;
      options.look.cell = cell;
      options.look.numbers = style;
      const HeatmapLayout layout = lay_out_heatmap(map, options);
      CAPTURE(cell, style.decimals, style.percent);
      CHECK((layout.panel.cell_for_numbers > cell) == layout.panel.numbers.empty());
      CHECK((layout.panel.numbers.empty() || layout.panel.numbers.size() == 35));
      for (const PlacedText& number : layout.panel.numbers) {
        const Box box = layout.panel.cell_box(number.index / 7, number.index % 7);
        CHECK(number.box.x > box.x);
        CHECK(number.box.y > box.y);
        CHECK(number.box.x + number.box.width < box.x + cell);
        CHECK(number.box.y + number.box.height < box.y + cell);
        CHECK(number.size >= 9);
      }
      if (!layout.panel.numbers.empty()) continue;
      options.look.cell = layout.panel.cell_for_numbers;
      CHECK(lay_out_heatmap(map, options).panel.numbers.size() == 35);
    }
  }
}

TEST_CASE("numbers say what the weights are") {
  AttentionMap map = map_of({"a"}, {"b", "c", "d"});
  map.weights = {0.126F, -0.001F, 1.0F};
  HeatmapOptions options;
  options.look.cell = 60;
  const auto texts = [&](NumberStyle style) {
    options.look.numbers = style;
    std::vector<std::string> found;
    for (const PlacedText& number : lay_out_heatmap(map, options).panel.numbers) {
      found.push_back(number.text);
    }
    return found;
  };
  CHECK(texts({2, false}) == std::vector<std::string>{"0.13", "0.00", "1.00"});
  CHECK(texts({0, true}) == std::vector<std::string>{"13%", "0%", "100%"});
  CHECK(texts({3, false}) == std::vector<std::string>{"0.126", "-0.001", "1.000"});
}

TEST_CASE("labels have the size that was asked for") {
  HeatmapOptions options;
  for (const int size : {6, 11, 24, 60}) {
    options.look.font_size = size;
    const HeatmapLayout layout =
        lay_out_heatmap(map_of(labels_of("letters", 12), labels_of("words", 12)), options);
    CHECK(layout.panel.font_size == size);
    for (const PlacedText& label : layout.panel.row_labels) CHECK(label.size == size);
    CHECK((layout.panel.row_label_stride > 1) == (size > 24));
  }
}

TEST_CASE("the ink of a text is inside its box") {
  const Font font;
  for (const std::string kind : kinds) {
    CAPTURE(kind);
    const AttentionMap map = map_of(labels_of(kind, 9), labels_of(kind, 9));
    const HeatmapLayout layout = lay_out_heatmap(map, {});
    for (const auto* texts : {&layout.panel.row_labels, &layout.panel.column_labels}) {
      for (const PlacedText& text : *texts) {
        const TextExtent e = measure(font, text.text, text.size);
        const bool up = text.direction == Direction::up;
        const int left = text.x + (up ? e.top : e.left);
        const int right = text.x + (up ? e.bottom : e.right);
        const int top = text.y + (up ? -e.right : e.top);
        const int bottom = text.y + (up ? -e.left : e.bottom);
        CHECK(left >= text.box.x);
        CHECK(top >= text.box.y);
        CHECK(right <= text.box.x + text.box.width);
        CHECK(bottom <= text.box.y + text.box.height);
      }
    }
  }
}

TEST_CASE("cells are large for small maps and shrink with large ones") {
  const auto cell = [](std::size_t rows, std::size_t columns) {
    return lay_out_heatmap(map_of(labels_of("letters", rows), labels_of("letters", columns)), {})
        .panel.cell;
  };
  CHECK((cell(1, 1) == CellSize{32, 32}));
  CHECK((cell(12, 12) == CellSize{32, 32}));
  CHECK((cell(30, 12) == CellSize{32, 32}));
  CHECK((cell(100, 100) == CellSize{18, 18}));
  CHECK((cell(100, 3) == CellSize{18, 18}));
  CHECK((cell(450, 450) == CellSize{8, 8}));
  CHECK((cell(1000, 1000) == CellSize{3, 3}));
  // What would be a strip with square cells has cells of another shape.
  CHECK((cell(60, 900) == CellSize{2, 12}));
  CHECK((cell(900, 60) == CellSize{12, 2}));
  CHECK((cell(1, 512) == CellSize{4, 32}));
  CHECK((cell(1, 5000) == CellSize{1, 32}));
  CHECK((cell(400, 900) == CellSize{4, 4}));
  HeatmapOptions options;
  options.look.cell = 50;
  CHECK(lay_out_heatmap(map_of({"a"}, {"a", "b"}), options).panel.map.width == 100);
}

TEST_CASE("labels are turned only where they would touch") {
  const auto layout = [](const std::vector<std::string>& source) {
    return lay_out_heatmap(map_of({"a"}, source), {});
  };
  CHECK_FALSE(layout(labels_of("letters and end", 11)).panel.column_labels_rotated);
  CHECK_FALSE(layout({"internationalization"}).panel.column_labels_rotated);
  CHECK_FALSE(layout({"on", "an", "at"}).panel.column_labels_rotated);
  const HeatmapLayout words = layout({"agreement", "a", "European"});
  CHECK(words.panel.column_labels_rotated);
  CHECK(words.panel.column_labels[0].direction == Direction::up);
  CHECK(words.panel.column_labels[1].direction == Direction::right);
  CHECK(words.panel.column_labels[2].direction == Direction::up);
  CHECK(words.panel.column_label_stride == 1);
}

TEST_CASE("labels are left out evenly where there is no room") {
  const HeatmapLayout layout =
      lay_out_heatmap(map_of(labels_of("letters", 600), labels_of("letters", 600)), {});
  CHECK(layout.panel.row_label_stride > 1);
  CHECK(layout.panel.column_label_stride > 1);
  for (std::size_t i = 0; i < layout.panel.row_labels.size(); ++i) {
    CHECK(layout.panel.row_labels[i].index ==
          i * static_cast<std::size_t>(layout.panel.row_label_stride));
  }
  CHECK(layout.panel.row_labels.size() ==
        (599 / static_cast<std::size_t>(layout.panel.row_label_stride)) + 1);

  const HeatmapLayout row =
      lay_out_heatmap(map_of(labels_of("letters", 1), labels_of("letters", 600)), {});
  CHECK(row.panel.row_label_stride == 1);
  CHECK(row.panel.column_label_stride > 1);

  const HeatmapLayout small =
      lay_out_heatmap(map_of(labels_of("letters", 100), labels_of("letters", 100)), {});
  CHECK(small.panel.row_labels.size() == 100);
  CHECK(small.panel.column_labels.size() == 100);
}

TEST_CASE("labels are shortened only above forty characters") {
  CHECK_FALSE(lay_out_heatmap(map_of({std::string(40, 'w')}, {"a"}), {}).panel.labels_shortened);
  const HeatmapLayout layout = lay_out_heatmap(map_of({std::string(41, 'w')}, {"a"}), {});
  CHECK(layout.panel.labels_shortened);
  CHECK(layout.panel.row_labels[0].text == std::string(39, 'w') + "\u2026");
}

TEST_CASE("letters of different height share a baseline") {
  const HeatmapLayout layout = lay_out_heatmap(map_of({"a"}, {"o", "j", "H", ".", "\u2423"}), {});
  for (const PlacedText& label : layout.panel.column_labels) {
    CHECK(label.y == layout.panel.column_labels[0].y);
  }
}

TEST_CASE("a title wraps no earlier than it must") {
  HeatmapOptions options;
  options.texts.title = "a title of five words";
  const AttentionMap map = map_of({"a"}, {"b"});
  CHECK(lay_out_heatmap(map, options).frame.titles.size() == 1);
  options.texts.title = std::string(30, 'w') + " " + std::string(30, 'v') + "\nx";
  const HeatmapLayout layout = lay_out_heatmap(map, options);
  REQUIRE(layout.frame.titles.size() == 3);
  CHECK(layout.frame.titles[0].text == std::string(30, 'w'));
  CHECK(layout.frame.titles[2].text == "x");
  CHECK(layout.frame.titles[0].y < layout.frame.titles[1].y);
}

TEST_CASE("the colour bar's ticks stand at their values") {
  for (const std::size_t rows : {1u, 5u, 30u}) {
    const HeatmapLayout layout =
        lay_out_heatmap(map_of(labels_of("letters", rows), labels_of("letters", 3)), {});
    const Box& bar = layout.color_bar.box;
    REQUIRE(layout.color_bar.ticks.size() == (rows < 5 ? 3 : 6));
    CHECK(layout.color_bar.ticks.front().y == bar.y + bar.height - 1);
    CHECK(layout.color_bar.ticks.back().y == bar.y);
    for (const Tick& tick : layout.color_bar.ticks) {
      CHECK(tick.y - bar.y == Catch::Approx((1 - tick.value) * (bar.height - 1)).margin(0.5));
      const int twice = 2 * tick.label.box.y + tick.label.box.height - (2 * tick.y + 1);
      CHECK(std::abs(twice) <= 1);
      CHECK(std::abs(std::stod(tick.label.text) - tick.value) < 1e-9);
    }
  }
}

TEST_CASE("the colour bar shows the scale it was given") {
  HeatmapOptions options;
  options.look.scale = {-0.037, 0.442};
  const HeatmapLayout layout =
      lay_out_heatmap(map_of(labels_of("letters", 12), labels_of("letters", 3)), options);
  std::vector<std::string> labels;
  for (const Tick& tick : layout.color_bar.ticks) {
    labels.push_back(tick.label.text);
    const double share = (0.442 - tick.value) / (0.442 + 0.037);
    CHECK(tick.y - layout.color_bar.box.y ==
          Catch::Approx(share * (layout.color_bar.box.height - 1)).margin(0.5));
  }
  CHECK(labels == std::vector<std::string>{"0.0", "0.1", "0.2", "0.3", "0.4"});
}

TEST_CASE("the colour bar's title is no longer than the bar, and reads upwards") {
  HeatmapOptions options;
  options.look.bar_title = "share of the row's sum of |change|";
  for (const auto& [rows, lines] : {std::pair<std::size_t, std::size_t>{1, 3}, {7, 2}, {20, 1}}) {
    const auto letters = labels_of("letters", rows);
    const ColorBar bar = lay_out_heatmap(map_of(letters, letters), options).color_bar;
    REQUIRE(bar.title.size() == lines);
    for (std::size_t i = 0; i < lines; ++i) {
      const Box& box = bar.title[i].box;
      CHECK(bar.title[i].direction == Direction::up);
      CHECK(box.y >= bar.box.y);
      CHECK(box.y + box.height <= bar.box.y + bar.box.height);
      CHECK(std::abs(2 * box.y + box.height - 2 * bar.box.y - bar.box.height) <= 2);
      CHECK(box.x > (i == 0 ? bar.ticks[0].label.box.x : bar.title[i - 1].box.x));
    }
  }
}

TEST_CASE("maps that cannot be drawn are refused") {
  AttentionMap empty;
  CHECK_THROWS_AS(lay_out_heatmap(empty, {}), UsageError);
  CHECK_THROWS_AS(lay_out_heatmap(map_of({"a"}, {}), {}), UsageError);
  CHECK_THROWS_AS(lay_out_heatmap(map_of({}, {"a"}), {}), UsageError);
  AttentionMap ragged = map_of({"a", "b"}, {"c", "d"});
  ragged.weights.push_back(0);
  CHECK_THROWS_AS(lay_out_heatmap(ragged, {}), UsageError);
  ragged.weights.resize(3);
  CHECK_THROWS_AS(lay_out_heatmap(ragged, {}), UsageError);

  const AttentionMap one = map_of({"a"}, {"b"});
  HeatmapOptions options;
  options.look.cell = -1;
  CHECK_THROWS_AS(lay_out_heatmap(one, options), UsageError);
  for (const int cell : {14000, 32767, 32768, std::numeric_limits<int>::max()}) {
    options.look.cell = cell;
    CHECK_THROWS_AS(lay_out_heatmap(one, options), LimitError);
  }
  CHECK_THROWS_AS(lay_out_heatmap(map_of({"a"}, repeated(32767, "b")), {}), LimitError);
  CHECK_THROWS_AS(lay_out_heatmap(map_of({"a"}, repeated(100000, "b")), {}), LimitError);
  options.look.cell = 0;
  options.texts.title = std::string(300000, '\n');
  CHECK_THROWS_AS(lay_out_heatmap(one, options), LimitError);
  options.texts.title = "x" + std::string(100000, '\n') + "x";
  CHECK_THROWS_AS(lay_out_heatmap(one, options), LimitError);
}

}  // namespace
}  // namespace attnviz

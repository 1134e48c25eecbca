#include "render/figure/curve.h"

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "attnviz/error.h"
#include "attnviz/png.h"
#include "catch.h"
#include "render/decode_png.h"
#include "render/draw.h"

namespace attnviz {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr Color white = {255, 255, 255};

bool overlap(const Box& a, const Box& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

std::vector<std::pair<std::string, Box>> parts_of(const CurveLayout& layout) {
  std::vector<std::pair<std::string, Box>> parts;
  const auto add = [&](const PlacedText& text) {
    if (!text.text.empty()) parts.emplace_back(text.text, text.box);
  };
  for (const auto* texts : {&layout.frame.titles, &layout.frame.captions}) {
    for (const PlacedText& text : *texts) add(text);
  }
  for (const CurvePanelLayout& panel : layout.panels) {
    parts.emplace_back("area", panel.area);
    for (const auto* texts : {&panel.titles, &panel.x_labels, &panel.y_labels}) {
      for (const PlacedText& text : *texts) add(text);
    }
    add(panel.x_title);
    add(panel.y_title);
  }
  for (const LegendEntry& entry : layout.legend) {
    parts.emplace_back("sample", entry.sample);
    add(entry.name);
  }
  return parts;
}

void check_layout(const CurveLayout& layout) {
  const auto parts = parts_of(layout);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Box& box = parts[i].second;
    CAPTURE(parts[i].first, box.x, box.y, box.width, box.height);
    CHECK((box.x >= 8 && box.y >= 8));
    CHECK((box.x + box.width <= layout.frame.width - 8 &&
           box.y + box.height <= layout.frame.height - 8));
    for (std::size_t k = 0; k < i; ++k) {
      CAPTURE(parts[k].first);
      CHECK_FALSE(overlap(box, parts[k].second));
    }
  }
}

CurvePanel panel_of(std::vector<CurveSeries> series) {
  CurvePanel panel;
  panel.title = "panel";
  panel.x_title = "steps";
  panel.y_title = "loss";
  panel.series = std::move(series);
  return panel;
}

int pixel(double place) {
  return static_cast<int>(std::floor(place));
}

// Whether the curve's own colour is at the place, not a smooth edge of it.
bool drawn_at(const Picture& picture, Point place, Color color) {
  return picture.at(pixel(place.x), pixel(place.y)) == color;
}

Picture picture_of(const std::vector<CurvePanel>& panels, const CurveOptions& options) {
  return decode_png(encode_png(draw_curves(panels, options)));
}

TEST_CASE("nothing of a chart overlaps or leaves the picture") {
  const std::string long_name(90, 'w');
  for (const std::size_t count : {1u, 2u, 3u, 5u, 12u}) {
    for (const double scale : {1e-300, 1e-9, 0.0, 0.01, 1.0, 123456.0, 1e9, 1.7e308}) {
      for (const int panels : {1, 3}) {
        CAPTURE(count, scale, panels);
        std::vector<CurveSeries> series;
        for (std::size_t i = 0; i < count; ++i) {
          series.push_back({i == 3
                                ? long_name
                                : "\u0444\u0443\u043d\u043a\u0446\u0438\u044f " + std::to_string(i),
                            {5 * scale, -3 * scale, 7.25 * scale, nan},
                            {scale, -scale / 3, static_cast<double>(i) * scale / 16, scale}});
        }
        std::vector<CurvePanel> all(static_cast<std::size_t>(panels), panel_of(series));
        all[0].x_title = long_name;
        all[0].y_title = long_name;
        all.back().title = long_name + " " + long_name;
        CurveOptions options;
        options.width = panels == 1 ? 480 : 900;
        options.panel_height = panels == 1 ? 80 : 240;
        options.title = "A title that is long enough to be wrapped at least once in the picture";
        options.caption = "gypq\nqpyg";
        const CurveLayout layout = lay_out_curves(all, options);
        CHECK(layout.frame.width == options.width);
        check_layout(layout);
        for (const CurvePanelLayout& panel : layout.panels) {
          CHECK(panel.area.x == layout.panels[0].area.x);
          CHECK(panel.area.width == layout.panels[0].area.width);
          CHECK(panel.area.width >= 200);
          CHECK(panel.area.height == options.panel_height);
          CHECK(panel.y.ticks.size() >= 2);
        }
      }
    }
  }
}

TEST_CASE("there is no ink at the edge, wherever the points are") {
  CurvePanel panel = panel_of({{"a", {0, 1, 2}, {0, 1, 0}}, {"b", {0, 1, 2}, {1, 0, 1}}});
  for (const bool share : {false, true}) {
    panel.share = share;
    const Picture picture = picture_of({panel, panel}, {});
    int ink = 0;
    for (int y = 0; y < picture.height; ++y) {
      for (int x = 0; x < picture.width; ++x) {
        const bool edge = x < 8 || y < 8 || x >= picture.width - 8 || y >= picture.height - 8;
        ink += edge && picture.at(x, y) != white;
      }
    }
    CHECK(ink == 0);
  }
}

TEST_CASE("values are placed linearly between the ends of the axes") {
  const std::vector<CurvePanel> panels = {panel_of({{"a", {0, 10, 30}, {0, 2, 4}}})};
  const CurvePanelLayout panel = lay_out_curves(panels, {}).panels[0];
  CHECK((panel.x.low == 0 && panel.x.high == 30));
  CHECK((panel.y.low == 0 && panel.y.high == 4));
  const Box& area = panel.area;
  const Point low = panel.place(0, 0);
  const Point high = panel.place(30, 4);
  CHECK(low.x == area.x + 8.5);
  CHECK(low.y == area.y + area.height - 0.5);
  CHECK(high.x == area.x + area.width - 8.5);
  CHECK(high.y == area.y + 0.5);
  const Point third = panel.place(10, 1);
  CHECK(third.x == Catch::Approx(low.x + (high.x - low.x) / 3));
  CHECK(third.y == Catch::Approx(low.y + (high.y - low.y) / 4));

  const Picture picture = picture_of(panels, {});
  for (const auto& [x, y] : {std::pair{0.0, 0.0}, {10.0, 2.0}, {30.0, 4.0}}) {
    CHECK(drawn_at(picture, panel.place(x, y), curve_style(0).color));
  }
}

TEST_CASE("labels of ticks stand at their values") {
  CurvePanel given = panel_of({{"a", {0, 10, 30}, {0, 2, 4}}});
  for (const bool share : {false, true}) {
    given.share = share;
    if (share) given.series[0].y = {0, 0.25, 1};
    const CurvePanelLayout panel = lay_out_curves({given}, {}).panels[0];
    REQUIRE(panel.y_labels.size() == panel.y.ticks.size());
    REQUIRE(panel.x_labels.size() == panel.x.ticks.size());
    for (std::size_t i = 0; i < panel.y_labels.size(); ++i) {
      const double value = panel.y.ticks[i].value;
      const Box& box = panel.y_labels[i].box;
      CHECK(std::abs(box.y + box.height / 2.0 - panel.place(0, value).y) <= 1);
      CHECK(std::stod(panel.y_labels[i].text) / (share ? 100 : 1) == Catch::Approx(value));
      CHECK(panel.y_labels[i].text.ends_with("%") == share);
    }
    for (std::size_t i = 0; i < panel.x_labels.size(); ++i) {
      const double value = panel.x.ticks[i].value;
      const Box& box = panel.x_labels[i].box;
      CHECK(std::abs(box.x + box.width / 2.0 - panel.place(value, 0).x) <= 1);
      CHECK(std::stod(panel.x_labels[i].text) == value);
    }
  }
}

TEST_CASE("half of a share is in the middle of the panel") {
  CurvePanel panel = panel_of({{"a", {}, {}}});
  panel.share = true;
  for (int i = 0; i < 200; ++i) {
    panel.series[0].x.push_back(i);
    panel.series[0].y.push_back(0.5);
  }
  CurveOptions options;
  options.panel_height = 101;
  const Box area = lay_out_curves({panel}, options).panels[0].area;
  const Picture picture = picture_of({panel}, options);
  int wrong = 0;
  for (int x = area.x + 12; x < area.x + area.width - 12; ++x) {
    wrong += picture.at(x, area.y + 50) != curve_style(0).color;
    // Two pixels thick: half a pixel on either side.
    for (const int side : {-1, 1}) {
      const int light = picture.at(x, area.y + 50 + side).red;
      wrong += light < 100 || light > 140;
    }
    wrong += picture.at(x, area.y + 50 + 2).red < 0xe0;
  }
  CHECK(wrong == 0);
}

TEST_CASE("a value that is not finite breaks the line") {
  for (const double missing : {nan, infinity, -infinity}) {
    CurvePanel panel = panel_of({{"a", {}, {}}});
    panel.share = true;
    for (int i = 0; i <= 200; ++i) {
      panel.series[0].x.push_back(i);
      panel.series[0].y.push_back(i >= 80 && i <= 120 && i != 100 ? missing : 0.3);
    }
    const CurvePanelLayout layout = lay_out_curves({panel}, {}).panels[0];
    const Picture picture = picture_of({panel}, {});
    for (const double x : {1.0, 40.0, 78.5, 121.5, 160.0, 199.0}) {
      CHECK(drawn_at(picture, layout.place(x, 0.3), curve_style(0).color));
    }
    for (const double x : {81.0, 90.0, 110.0, 119.0}) {
      CHECK_FALSE(drawn_at(picture, layout.place(x, 0.3), curve_style(0).color));
    }
    // The point between two gaps would not be seen without its mark.
    Point alone = layout.place(100, 0.3);
    CHECK(drawn_at(picture, alone, curve_style(0).color));
    alone.y += 3;
    CHECK(drawn_at(picture, alone, curve_style(0).color));
    // As far above the line where points are many there is no mark.
    Point within = layout.place(40, 0.3);
    within.y += 3;
    CHECK_FALSE(drawn_at(picture, within, curve_style(0).color));
  }
}

TEST_CASE("few points have marks, and a single one is drawn") {
  const CurvePanel one = panel_of({{"a", {7}, {1e9}}});
  const CurveLayout layout = lay_out_curves({one}, {});
  CHECK(layout.panels[0].styles[0].marked);
  CHECK(drawn_at(picture_of({one}, {}), layout.panels[0].place(7, 1e9), curve_style(0).color));
  CurvePanel dense = panel_of({{"a", std::vector<double>(500, 1), std::vector<double>(500, 2)}});
  CHECK_FALSE(lay_out_curves({dense}, {}).panels[0].styles[0].marked);
}

TEST_CASE("series differ without colour, and a name looks the same in every panel") {
  CurvePanel first = panel_of({});
  for (int i = 0; i < 12; ++i) {
    first.series.push_back({std::to_string(i), {0, 1}, {0.0 + i, 0.0 + i}});
  }
  CurvePanel second = panel_of({first.series[4]});
  const CurveLayout layout = lay_out_curves({first, second}, {});
  REQUIRE(layout.legend.size() == 12);
  CHECK(layout.panels[1].styles[0].color == curve_style(4).color);
  CHECK(lay_out_curves({second}, {}).legend.empty());

  const Picture picture = picture_of({first, second}, {});
  std::vector<std::vector<bool>> samples;
  for (const LegendEntry& entry : layout.legend) {
    std::vector<bool> shape;
    for (int y = 0; y < entry.sample.height; ++y) {
      for (int x = 0; x < entry.sample.width; ++x) {
        shape.push_back(picture.at(entry.sample.x + x, entry.sample.y + y) == entry.style.color);
      }
    }
    for (const auto& other : samples) CHECK(other != shape);
    samples.push_back(shape);
  }
}

TEST_CASE("charts that cannot be drawn are refused") {
  const CurvePanel good = panel_of({{"a", {0, 1}, {0, 1}}});
  CHECK_THROWS_AS(lay_out_curves({}, {}), UsageError);
  CHECK_THROWS_AS(lay_out_curves({panel_of({})}, {}), UsageError);
  CHECK_THROWS_AS(lay_out_curves({panel_of({{"a", {}, {}}})}, {}), UsageError);
  CHECK_THROWS_AS(lay_out_curves({panel_of({{"a", {1, 2}, {1}}})}, {}), UsageError);
  CurvePanel share = panel_of({{"a", {1}, {1.00001}}});
  share.share = true;
  CHECK_NOTHROW(draw_curves({share}, {}));
  for (const double y : {-0.01, 1.01, 1e300}) {
    share.series[0].y = {y};
    CHECK_THROWS_AS(lay_out_curves({share}, {}), UsageError);
  }
  CHECK_NOTHROW(draw_curves({panel_of({{"a", {nan}, {infinity}}})}, {}));

  CurveOptions options;
  for (const auto& [width, height] : {std::pair{479, 320}, {720, 79}, {-1, 320}}) {
    options.width = width;
    options.panel_height = height;
    CHECK_THROWS_AS(lay_out_curves({good}, options), UsageError);
  }
  for (const auto& [width, height] :
       {std::pair{32768, 320}, {720, 32768}, {30000, 30000}, {2147483647, 2147483647}}) {
    options.width = width;
    options.panel_height = height;
    CHECK_THROWS_AS(lay_out_curves({good}, options), LimitError);
  }
  CHECK_THROWS_AS(lay_out_curves(std::vector<CurvePanel>(17, good), {}), LimitError);
  CurvePanel many = panel_of({});
  for (int i = 0; i < 13; ++i) many.series.push_back({std::to_string(i), {1}, {1}});
  CHECK_THROWS_AS(lay_out_curves({many}, {}), LimitError);
  const std::vector<double> values(60000, 1.0);
  CHECK_THROWS_AS(lay_out_curves({panel_of({{"a", values, values}, {"b", values, values}})}, {}),
                  LimitError);
}

TEST_CASE("texts of a chart may hold anything") {
  constexpr char bytes[] = "\x1b[2J\0\xff\xc0\n\t\u202e\u0915";
  const std::string junk(bytes, sizeof bytes - 1);
  CurvePanel panel = panel_of({{junk, {1, 2}, {1, 2}}, {"", {1, 2}, {1, 2}}});
  panel.title = panel.x_title = panel.y_title = junk;
  CurveOptions options;
  options.title = options.caption = junk;
  check_layout(lay_out_curves({panel}, options));
  CHECK(encode_png(draw_curves({panel}, options)) == encode_png(draw_curves({panel}, options)));
}

}  // namespace
}  // namespace attnviz

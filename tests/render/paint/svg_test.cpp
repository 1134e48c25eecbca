#include "render/paint/svg.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "catch.h"
#include "render/figure/curve.h"
#include "render/figure/heatmap.h"
#include "render/maps.h"

namespace attnviz {
namespace {

struct Element {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::string inside;  // the name of the element around it

  int number(const std::string& attribute) const { return std::stoi(attributes.at(attribute)); }
};

// Reads well-formed XML without comments and CDATA; fails the test otherwise.
std::vector<Element> elements_of(const std::string& xml) {
  std::vector<Element> elements;
  std::vector<std::string> open;
  const std::string start = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  REQUIRE(xml.substr(0, start.size()) == start);
  for (std::size_t at = xml.find('<', start.size()); at != std::string::npos;
       at = xml.find('<', at)) {
    std::size_t end = xml.find('>', at);
    REQUIRE(end != std::string::npos);
    std::string tag = xml.substr(at + 1, end - at - 1);
    at = end;
    if (tag[0] == '/') {
      REQUIRE(!open.empty());
      REQUIRE(open.back() == tag.substr(1));
      open.pop_back();
      continue;
    }
    const bool empty = tag.back() == '/';
    if (empty) tag.pop_back();
    Element element{tag.substr(0, tag.find(' ')), {}, open.empty() ? "" : open.back()};
    for (std::size_t name = tag.find(' '); name < tag.size(); ++name) {
      const std::size_t equals = tag.find("=\"", name);
      REQUIRE(equals != std::string::npos);
      const std::size_t quote = tag.find('"', equals + 2);
      REQUIRE(quote != std::string::npos);
      const auto added = element.attributes.emplace(tag.substr(name + 1, equals - name - 1),
                                                    tag.substr(equals + 2, quote - equals - 2));
      REQUIRE(added.second);
      name = quote;
    }
    if (!empty) open.push_back(element.name);
    elements.push_back(std::move(element));
  }
  CHECK(open.empty());
  return elements;
}

std::string hex(Color color) {
  char text[8];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", color.red, color.green, color.blue);
  return text;
}

std::string svg_of(const AttentionMap& map, const HeatmapOptions& options,
                   const PictureText& texts = {}, int dpi = 0) {
  return draw_heatmap_svg(map, options, {}, texts, dpi);
}

TEST_CASE("an SVG has the cells, the labels and the size of the layout") {
  const AttentionMap map = map_of({"a", "b", "</s>"}, {"x", "\"y\"", "&", "word"});
  HeatmapOptions options;
  options.texts.title = "t";
  options.texts.caption = "c";
  options.look.colormap = Colormap::magma;
  const HeatmapLayout layout = lay_out_heatmap(map, options);
  const std::vector<Element> elements = elements_of(svg_of(map, options));
  const Element& root = elements.front();
  CHECK(root.name == "svg");
  CHECK(root.number("width") == layout.frame.width);
  CHECK(root.number("height") == layout.frame.height);
  CHECK(root.attributes.at("viewBox") ==
        "0 0 " + std::to_string(layout.frame.width) + " " + std::to_string(layout.frame.height));

  std::vector<const Element*> boxes;
  std::vector<std::string> labels;
  for (const Element& element : elements) {
    if (element.name == "rect") boxes.push_back(&element);
    if (element.attributes.count("aria-label") == 1) {
      labels.push_back(element.attributes.at("aria-label"));
    }
  }
  std::size_t found = 0;
  for (std::size_t row = 0; row < map.rows(); ++row) {
    for (std::size_t column = 0; column < map.columns(); ++column) {
      const Box cell = layout.panel.cell_box(row, column);
      found += static_cast<std::size_t>(
          std::count_if(boxes.begin(), boxes.end(), [&](const Element* box) {
            return box->number("x") == cell.x && box->number("y") == cell.y &&
                   box->number("width") == cell.width && box->number("height") == cell.height &&
                   box->attributes.at("fill") ==
                       hex(map_color(Colormap::magma, static_cast<double>(map.at(row, column))));
          }));
    }
  }
  CHECK(found == map.rows() * map.columns());
  CHECK(boxes.front()->attributes.at("fill") == "#ffffff");  // the paper
  CHECK(boxes.front()->number("width") == layout.frame.width);
  for (const std::string text : {"a", "b", "&lt;/s&gt;", "x", "&quot;y&quot;", "&amp;", "word", "t",
                                 "c", "input", "output", "0.0", "1.0"}) {
    CAPTURE(text);
    CHECK(std::count(labels.begin(), labels.end(), text) == 1);
  }
}

TEST_CASE("the outlines of an SVG stand where the pixels are") {
  const AttentionMap map = map_of({"H"}, {"H"});
  HeatmapOptions options;
  options.look.font_size = 32;
  const HeatmapLayout layout = lay_out_heatmap(map, options);
  const PlacedText& label = layout.panel.column_labels.front();
  const std::vector<Element> elements = elements_of(svg_of(map, options));
  std::string glyph;
  std::map<std::string, std::string> outlines;
  for (std::size_t i = 0; i + 1 < elements.size(); ++i) {
    if (elements[i].name == "path") {
      outlines[elements[i].attributes.at("id")] = elements[i].attributes.at("d");
    }
    if (elements[i].attributes.count("transform") == 1 &&
        elements[i].attributes.at("transform") ==
            "translate(" + std::to_string(label.x) + " " + std::to_string(label.y) + ")") {
      CHECK(elements[i].attributes.at("aria-label") == "H");
      CHECK(elements[i + 1].name == "use");
      CHECK(elements[i + 1].attributes.at("transform") ==
            "translate(0 0) scale(0.015625 -0.015625)");
      glyph = elements[i + 1].attributes.at("xlink:href");
    }
  }
  REQUIRE(glyph.size() > 1);
  // 137..1096 x 0..1493 of 2048 units an em: the bars of the letter, from its left end.
  const std::string outline = outlines.at(glyph.substr(1));
  CHECK(outline.substr(0, 10) == "M137 1493L");
  CHECK(outline.find("1096 0") != std::string::npos);
  CHECK(outline.back() == 'Z');
}

TEST_CASE("each glyph is outlined once") {
  const AttentionMap map = map_of(repeated(20, "o"), repeated(20, "o"));
  const std::vector<Element> elements = elements_of(svg_of(map, {}));
  const auto count = [&](const std::string& name) {
    return std::count_if(elements.begin(), elements.end(),
                         [&](const Element& element) { return element.name == name; });
  };
  CHECK(count("path") <= 15);  // o, the letters of input and output, digits and point
  CHECK(count("use") > 40);
}

TEST_CASE("the cells of a large map are a picture in the SVG") {
  const AttentionMap map = map_of(repeated(160, "o"), repeated(160, "i"));
  const std::string svg = svg_of(map, {});
  CHECK(svg.size() < 400000);
  const std::vector<Element> elements = elements_of(svg);
  const auto image = std::find_if(elements.begin(), elements.end(),
                                  [](const Element& element) { return element.name == "image"; });
  REQUIRE(image != elements.end());
  const HeatmapLayout layout = lay_out_heatmap(map, {});
  CHECK(image->number("x") == layout.panel.map.x);
  CHECK(image->number("width") == layout.panel.map.width);
  // The signature of a PNG in base64.
  CHECK(image->attributes.at("xlink:href").rfind("data:image/png;base64,iVBORw0KGgo", 0) == 0);
}

TEST_CASE("an SVG says what it shows, and how large it is on paper") {
  const AttentionMap map = map_of({"a"}, {"b"});
  const HeatmapLayout layout = lay_out_heatmap(map, {});
  const std::string svg = svg_of(map, {}, {{"Title", "1 < 2"}, {"Source", "a&b\x1b"}}, 100);
  CHECK(svg.find("<title>1 &lt; 2</title>") != std::string::npos);
  CHECK(svg.find("<desc>Source: a&amp;b\\x1b\n</desc>") != std::string::npos);
  const Element root = elements_of(svg).front();
  CHECK(std::stod(root.attributes.at("width")) == Catch::Approx(layout.frame.width / 100.0));
  CHECK(root.attributes.at("width").substr(root.attributes.at("width").size() - 2) == "in");
  CHECK(svg == svg_of(map, {}, {{"Title", "1 < 2"}, {"Source", "a&b\x1b"}}, 100));
}

TEST_CASE("a chart as SVG has its lines through the points and a mark at each") {
  constexpr std::size_t count = 12;
  CurvePanel panel{"", "x", "y", {}, true};
  for (std::size_t i = 0; i < count; ++i) {
    const double low = static_cast<double>(i) / 20;
    panel.series.push_back({"s" + std::to_string(i), {1, 2, 3}, {low, low + 0.2, low + 0.1}});
  }
  const CurveLayout layout = lay_out_curves({panel}, {});
  const std::string svg = make_svg(layout.frame, light_theme, Font(), [&](Painter& painter) {
    paint_curves(painter, {panel}, layout);
  });
  std::size_t lines = 0;
  std::size_t marks = 0;
  for (const Element& element : elements_of(svg)) {
    if (element.name == "polygon" || element.name == "circle") ++marks;
    if (element.name != "polyline") continue;
    const std::string& points = element.attributes.at("points");
    if (std::count(points.begin(), points.end(), ',') != 3) continue;  // of the legend
    const Point first = layout.panels[0].place(1, panel.series[lines].y[0]);
    CHECK(std::stod(points) == Catch::Approx(first.x).margin(0.01));
    CHECK(std::stod(points.substr(points.find(',') + 1)) == Catch::Approx(first.y).margin(0.01));
    CHECK(element.attributes.at("stroke") == hex(curve_style(lines).color));
    ++lines;
  }
  CHECK(lines == count);
  // With their ground, on three points and in the legend.
  CHECK(marks == 2 * 4 * count);
}

TEST_CASE("the corners of a mark are where its pixels end") {
  for (std::size_t i = 0; i < 12; ++i) {
    const Mark mark = curve_style(i).mark;
    const std::vector<Point> corners = mark_corners(mark.shape, 20, 0);
    CAPTURE(i);
    CHECK(corners.empty() == (mark.shape == Shape::disc));
    Coverage coverage({0, 0, 100, 100});
    coverage.add_mark(mark, {50, 50}, 20, 0);
    Canvas canvas(100, 100, {255, 255, 255});
    coverage.paint(canvas, {0, 0, 0});
    for (std::size_t k = 0; k < corners.size(); ++k) {
      // Halfway between two corners is the edge: half covered, white outside.
      const Point a = corners[k];
      const Point b = corners[(k + 1) % corners.size()];
      const double x = (a.x + b.x) / 2;
      const double y = (a.y + b.y) / 2;
      const double length = std::hypot(b.x - a.x, b.y - a.y);
      const auto at = [&](double outwards) {
        return canvas
            .at(static_cast<int>(std::floor(50 + x + outwards * (b.y - a.y) / length)),
                static_cast<int>(std::floor(50 + y - outwards * (b.x - a.x) / length)))
            .red;
      };
      CHECK(at(2) == 255);
      CHECK(at(-0.8) < 255);
    }
  }
}

TEST_CASE("an SVG without paper has no ground") {
  HeatmapOptions options;
  options.look.theme = transparent_theme;
  for (const Element& element : elements_of(svg_of(map_of({"a"}, {"b"}), options))) {
    if (element.name == "rect") CHECK(element.number("width") < 100);
  }
}

TEST_CASE("texts of any bytes make well-formed SVG") {
  constexpr char bytes[] = "\x1b[2J\0\xff\xc0\n\t\u202e]]>&amp;<!--'\"\u0915\U0010ffff";
  const std::string junk(bytes, sizeof bytes - 1);
  HeatmapOptions options;
  options.texts.title = options.texts.caption = options.texts.row_title =
      options.texts.column_title = junk;
  const std::string svg = svg_of(map_of({junk, ""}, {"", junk}), options, {{"Title", junk}});
  CHECK(elements_of(svg).size() > 10);
  for (const char c : svg) CHECK((static_cast<unsigned char>(c) >= 0x20 || c == '\n'));
}

/// Whether all of it is UTF-8 and of the code points that XML 1.0 allows, and every & begins an
/// entity.
bool has_xml_characters(std::string_view xml) {
  for (std::size_t at = 0; at < xml.size();) {
    const CodePoint next = first_code_point(xml.substr(at));
    const char32_t c = next.value;
    const bool allowed = c == '\n' || (c >= 0x20 && c < 0xd800) || (c >= 0xe000 && c < 0xfffe) ||
                         (c >= 0x10000 && c <= 0x10ffff);
    if (!next.valid || !allowed) return false;
    if (c == '&') {
      const std::string_view entity = xml.substr(at, xml.find(';', at) - at);
      if (entity != "&amp" && entity != "&lt" && entity != "&gt" && entity != "&quot") return false;
    }
    at += next.length;
  }
  return true;
}

TEST_CASE("texts of every code point make well-formed SVG") {
  const auto texts_from = [](char32_t first, char32_t count) {
    std::string text;
    for (char32_t c = first; c < first + count; ++c) {
      if (c < 0xd800 || c >= 0xe000) text += to_utf8(c);
    }
    return text;
  };
  const Font font;
  for (char32_t first = 0; first < 0x110000; first += 0x1000) {
    INFO(static_cast<std::uint32_t>(first));
    const SvgPainter painter(font, 10, 10, std::nullopt);
    const std::string text = texts_from(first, 0x1000);
    const std::string svg = painter.file({{"Title", text}, {"Source", text}});
    CHECK(has_xml_characters(svg));
    elements_of(svg);
  }
  // Labels and titles, which are measured: around every end of a plane, and where scripts are.
  for (char32_t first = 0; first < 0x110000; first += 0x80) {
    const bool is_end = first % 0x10000 == 0xff80 || first % 0x10000 == 0;
    if (first >= 0x3000 && !is_end && first != 0xd780 && first != 0xe000) continue;
    INFO(static_cast<std::uint32_t>(first));
    HeatmapOptions options;
    AttentionMap map = map_of({""}, {""});
    options.texts.title = options.texts.caption = texts_from(first, 0x80);
    map.source[0] = texts_from(first, 0x20);
    map.target[0] = texts_from(first + 0x60, 0x20);
    const std::string svg = svg_of(map, options);
    CHECK(has_xml_characters(svg));
    elements_of(svg);
  }
}

}  // namespace
}  // namespace attnviz

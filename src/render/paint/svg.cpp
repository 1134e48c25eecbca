#include "render/paint/svg.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "base/number.h"
#include "render/raster/png.h"
#include "render/text/label_text.h"

namespace attnviz {
namespace {

std::string escape_xml(std::string_view text) {
  std::string escaped;
  for (const char c : escape_controls(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string hex(Color color) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "#";
  for (const std::uint8_t value : {color.red, color.green, color.blue}) {
    text += digits[value >> 4];
    text += digits[value & 0xf];
  }
  return text;
}

// name="value"
std::string attribute(std::string_view name, std::string_view value) {
  return std::string(" ").append(name).append("=\"").append(value).append("\"");
}
std::string attribute(std::string_view name, int value) {
  return attribute(name, std::to_string(value));
}

std::string rectangle(const Box& box, Color color) {
  return "<rect" + attribute("x", box.x) + attribute("y", box.y) + attribute("width", box.width) +
         attribute("height", box.height) + attribute("fill", hex(color)) + "/>\n";
}

// A place or a length in pixels, to a hundredth.
std::string decimal(double value) {
  return format_shortest(std::round(100 * value) / 100);
}

std::string point_list(const std::vector<Point>& points, Point origin) {
  std::string list;
  for (const Point& point : points) {
    if (!list.empty()) list += ' ';
    list += decimal(origin.x + point.x) + ',' + decimal(origin.y + point.y);
  }
  return list;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = i; k < i + 3; ++k) {
      group = group << 8 | (k < bytes.size() ? static_cast<unsigned char>(bytes[k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += i + k > bytes.size() ? '=' : digits[group >> (18 - 6 * k) & 0x3f];
    }
  }
  return text;
}

}  // namespace

SvgPainter::SvgPainter(const Font& font, int width, int height, std::optional<Color> background)
    : font_(font), width_(width), height_(height) {
  check_canvas_size(width, height);
  if (background) fill({0, 0, width, height}, *background);
}

void SvgPainter::fill(const Box& box, Color color) {
  body_ += rectangle(box, color);
}

void SvgPainter::cells(const CellGrid& grid) {
  // Without smoothing, which would leave seams between the cells.
  body_ += "<g class=\"cells\" shape-rendering=\"crispEdges\">\n";
  const std::size_t columns = grid.columns();
  const auto column = [&](std::size_t i) { return static_cast<int>(i % columns); };
  const auto row = [&](std::size_t i) { return static_cast<int>(i / columns); };
  if (grid.colors.size() <= most_svg_cells) {
    for (std::size_t i = 0; i < grid.colors.size(); ++i) {
      body_ += rectangle({grid.box.x + column(i) * grid.cell, grid.box.y + row(i) * grid.cell,
                          grid.cell, grid.cell},
                         grid.colors[i]);
    }
  } else {
    Canvas pixels(static_cast<int>(columns), grid.box.height / grid.cell, {});
    for (std::size_t i = 0; i < grid.colors.size(); ++i) {
      pixels.fill({column(i), row(i), 1, 1}, grid.colors[i]);
    }
    body_ +=
        "<image" + attribute("x", grid.box.x) + attribute("y", grid.box.y) +
        attribute("width", grid.box.width) + attribute("height", grid.box.height) +
        attribute("preserveAspectRatio", "none") + attribute("style", "image-rendering:pixelated") +
        attribute("xlink:href", "data:image/png;base64," + base64(encode_png(pixels))) + "/>\n";
  }
  body_ += "</g>\n";
}

void SvgPainter::text(const PlacedText& text, Color color) {
  if (text.text.empty()) return;
  std::string place = "translate(" + std::to_string(text.x) + ' ' + std::to_string(text.y) + ')';
  if (text.direction == Direction::up) place += " rotate(-90)";
  body_ += "<g" + attribute("fill", hex(color)) + attribute("transform", place) +
           attribute("aria-label", escape_xml(text.text)) + ">\n";
  for (const PlacedGlyph& glyph : font_.glyphs(text.text, text.size)) {
    if (glyph.glyph < 0) {
      body_ += rectangle(glyph.box, color);
      continue;
    }
    // Outlines have their y upwards.
    const std::string scale = format_shortest(glyph.scale);
    body_ += "<use" + attribute("xlink:href", '#' + glyph_name(glyph.face, glyph.glyph)) +
             attribute("transform", "translate(" + format_shortest(glyph.x) + ' ' +
                                        format_shortest(glyph.y) + ") scale(" + scale + " -" +
                                        scale + ')') +
             "/>\n";
  }
  body_ += "</g>\n";
}

void SvgPainter::line(const std::vector<Point>& points, double width,
                      const std::vector<double>& dashes, Color color) {
  std::string pattern;
  for (const double dash : dashes) pattern += (pattern.empty() ? "" : " ") + decimal(dash);
  body_ += "<polyline" + attribute("fill", "none") + attribute("stroke", hex(color)) +
           attribute("stroke-width", decimal(width)) + attribute("stroke-linecap", "round") +
           attribute("stroke-linejoin", "round") +
           (pattern.empty() ? "" : attribute("stroke-dasharray", pattern)) +
           attribute("points", point_list(points, {})) + "/>\n";
}

void SvgPainter::mark(std::size_t kind, Point centre, double radius, Color color, Color ground) {
  const auto shape = [&](double outwards, const std::string& paint) {
    if (kind % first_hollow_mark == 0) {
      return "<circle" + attribute("cx", decimal(centre.x)) + attribute("cy", decimal(centre.y)) +
             attribute("r", decimal(radius + outwards)) + paint + "/>\n";
    }
    return "<polygon" +
           attribute("points", point_list(mark_corners(kind, radius, outwards), centre)) + paint +
           "/>\n";
  };
  body_ += shape(mark_rim, attribute("fill", hex(ground)));
  // A stroke reaches as far to both sides of the edge.
  body_ +=
      kind < first_hollow_mark
          ? shape(0, attribute("fill", hex(color)))
          : shape(-hollow_stroke / 2, attribute("fill", "none") + attribute("stroke", hex(color)) +
                                          attribute("stroke-width", decimal(hollow_stroke)));
}

std::string SvgPainter::glyph_name(std::size_t face, int glyph) {
  std::string& name = names_[{face, glyph}];
  if (!name.empty()) return name;
  name = "g" + std::to_string(names_.size());
  std::string path;
  for (const GlyphStep& step : font_.outline(face, glyph)) {
    if (step.command == 'M' && !path.empty()) path += 'Z';
    path += step.command;
    const std::size_t count = step.command == 'Q' ? 4 : step.command == 'C' ? 6 : 2;
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) path += ' ';
      path += std::to_string(step.numbers[i]);
    }
  }
  outlines_ += "<path" + attribute("id", name) + attribute("d", path + 'Z') + "/>\n";
  return name;
}

std::string SvgPainter::file(const PictureText& text, int dpi) const {
  const auto length = [dpi](int pixels) {
    return dpi == 0 ? std::to_string(pixels)
                    : format_fixed(static_cast<double>(pixels) / dpi, 4) + "in";
  };
  std::string head =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg" +
      attribute("xmlns", "http://www.w3.org/2000/svg") +
      attribute("xmlns:xlink", "http://www.w3.org/1999/xlink") + attribute("version", "1.1") +
      attribute("width", length(width_)) + attribute("height", length(height_)) +
      attribute("viewBox", "0 0 " + std::to_string(width_) + ' ' + std::to_string(height_)) + ">\n";
  std::string description;
  for (const auto& [keyword, value] : text) {
    if (keyword == "Title") {
      head += "<title>" + escape_xml(value) + "</title>\n";
    } else {
      description += escape_xml(keyword) + ": " + escape_xml(value) + '\n';
    }
  }
  if (!description.empty()) head += "<desc>" + description + "</desc>\n";
  return head + "<defs>\n" + outlines_ + "</defs>\n" + body_ + "</svg>\n";
}

}  // namespace attnviz

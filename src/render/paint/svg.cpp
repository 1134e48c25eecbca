#include "render/paint/svg.h"

#include <fmt/core.h>

#include <cmath>
#include <cstdint>
#include <string_view>

#include "attnviz/png.h"
#include "base/number.h"
#include "render/raster/canvas.h"
#include "render/text/label_text.h"
#include "render/text/typesetting.h"

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

// An element, or the start of one, on a line of its own.
template <typename... Values>
std::string element(fmt::format_string<Values...> text, Values&&... values) {
  return fmt::format(text, std::forward<Values>(values)...) + '\n';
}

std::string hex(Color color) {
  return fmt::format("#{:02x}{:02x}{:02x}", color.red, color.green, color.blue);
}

std::string rectangle(const Box& box, Color color) {
  return element(R"(<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>)", box.x, box.y,
                 box.width, box.height, hex(color));
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
  if (grid.colors.size() <= max_svg_cells) {
    for (std::size_t i = 0; i < grid.colors.size(); ++i) {
      body_ +=
          rectangle({grid.box.x + column(i) * grid.cell.width,
                     grid.box.y + row(i) * grid.cell.height, grid.cell.width, grid.cell.height},
                    grid.colors[i]);
    }
  } else {
    Canvas pixels(static_cast<int>(columns), grid.box.height / grid.cell.height, {});
    for (std::size_t i = 0; i < grid.colors.size(); ++i) {
      pixels.fill({column(i), row(i), 1, 1}, grid.colors[i]);
    }
    body_ += element(
        R"(<image x="{}" y="{}" width="{}" height="{}" preserveAspectRatio="none")"
        R"( style="image-rendering:pixelated" xlink:href="data:image/png;base64,{}"/>)",
        grid.box.x, grid.box.y, grid.box.width, grid.box.height, base64(encode_png(pixels)));
  }
  body_ += "</g>\n";
}

void SvgPainter::text(const PlacedText& text, Color color) {
  if (text.text.empty()) return;
  const char* turn = text.direction == Direction::up ? " rotate(-90)" : "";
  body_ += element(R"(<g fill="{}" transform="translate({} {}){}" aria-label="{}">)", hex(color),
                   text.x, text.y, turn, escape_xml(text.text));
  for (const PlacedGlyph& glyph : glyphs_of(font_, text.text, text.size)) {
    if (glyph.glyph < 0) {
      body_ += rectangle(glyph.box, color);
      continue;
    }
    // Outlines have their y upwards.
    body_ += element(
        R"svg(<use xlink:href="#{}" transform="translate({} {}) scale({scale} -{scale})"/>)svg",
        glyph_name(glyph.face, glyph.glyph), format_shortest(glyph.x), format_shortest(glyph.y),
        fmt::arg("scale", format_shortest(glyph.scale)));
  }
  body_ += "</g>\n";
}

void SvgPainter::line(const std::vector<Point>& points, double width,
                      const std::vector<double>& dashes, Color color) {
  std::string pattern;
  for (const double dash : dashes) pattern += (pattern.empty() ? "" : " ") + decimal(dash);
  if (!pattern.empty()) pattern = fmt::format(R"( stroke-dasharray="{}")", pattern);
  body_ += element(R"(<polyline fill="none" stroke="{}" stroke-width="{}" stroke-linecap="round")"
                   R"( stroke-linejoin="round"{} points="{}"/>)",
                   hex(color), decimal(width), pattern, point_list(points, {}));
}

void SvgPainter::mark(Mark mark, Point centre, double radius, Color color, Color ground) {
  const auto shape = [&](double outwards, const std::string& paint) {
    if (mark.shape == Shape::disc) {
      return element(R"(<circle cx="{}" cy="{}" r="{}"{}/>)", decimal(centre.x), decimal(centre.y),
                     decimal(radius + outwards), paint);
    }
    return element(R"(<polygon points="{}"{}/>)",
                   point_list(mark_corners(mark.shape, radius, outwards), centre), paint);
  };
  body_ += shape(mark_rim, fmt::format(R"( fill="{}")", hex(ground)));
  if (mark.hollow) {
    // A stroke reaches as far to both sides of the edge.
    body_ += shape(-hollow_stroke / 2, fmt::format(R"( fill="none" stroke="{}" stroke-width="{}")",
                                                   hex(color), decimal(hollow_stroke)));
  } else {
    body_ += shape(0, fmt::format(R"( fill="{}")", hex(color)));
  }
}

std::string SvgPainter::glyph_name(std::size_t face, int glyph) {
  std::string& name = names_[{face, glyph}];
  if (!name.empty()) return name;
  name = fmt::format("g{}", names_.size());
  std::string path;
  for (const GlyphStep& step : outline_of(font_, face, glyph)) {
    if (step.command == 'M' && !path.empty()) path += 'Z';
    const std::size_t count = step.command == 'Q' ? 4 : step.command == 'C' ? 6 : 2;
    for (std::size_t i = 0; i < count; ++i) {
      path += fmt::format("{}{}", i == 0 ? step.command : ' ', step.numbers[i]);
    }
  }
  outlines_ += element(R"(<path id="{}" d="{}Z"/>)", name, path);
  return name;
}

std::string SvgPainter::file(const PictureText& text, int dpi) const {
  const auto length = [dpi](int pixels) {
    return dpi == 0 ? fmt::format("{}", pixels)
                    : format_fixed(static_cast<double>(pixels) / dpi, 4) + "in";
  };
  std::string head = element(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      R"(<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink")"
      R"( version="1.1" width="{}" height="{}" viewBox="0 0 {} {}">)",
      length(width_), length(height_), width_, height_);
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

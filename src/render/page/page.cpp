#include "render/page/page.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <span>

#include "attnviz/error.h"
#include "formats/attention_io.h"
#include "render/page/embedded_page.h"
#include "render/text/label_text.h"

namespace attnviz {
namespace {

constexpr int palette_steps = 32;  // between which the page interpolates

std::string_view as_text(std::span<const unsigned char> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A JSON string that may stand in a script: without "<" no text can end it or begin another.
std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (c == '<' || static_cast<unsigned char>(c) < 0x20) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

/// JSON that may stand in a script. In JSON "<" occurs in strings alone.
std::string without_tags(std::string_view json) {
  std::string safe;
  for (const char c : json) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

/// A JSON array of what `write` makes of each item.
template <typename Items, typename Write>
std::string array(const Items& items, Write write) {
  std::string text = "[";
  for (const auto& item : items) {
    if (text.size() > 1) text += ',';
    text += write(item);
  }
  return text + ']';
}

/// Texts as they are shown: neither controls nor invalid UTF-8 are left.
std::string shown(std::string_view text) {
  std::string all;
  while (!text.empty()) {  // lines stay lines
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    all += (all.empty() ? "" : "\n") + escape_controls(line);
  }
  return quote(all);
}

std::string labels(const std::vector<std::string>& symbols) {
  return array(symbols, [](const std::string& symbol) { return quote(label_text(symbol)); });
}

/// Without the zeros of an exponent: 1.5e-8.
std::string weight_json(float weight) {
  if (is_masked(weight)) return "null";
  std::string digits = fmt::format("{:.5g}", weight);
  const std::size_t exponent = digits.find("e-0");
  if (exponent != std::string::npos) digits.erase(exponent + 2, 1);
  return digits;
}

std::string_view name_of(ScaleKind kind) {
  return kind == ScaleKind::logarithm ? "log" : kind == ScaleKind::root ? "sqrt" : "linear";
}

std::string_view name_of(Colormap colormap) {
  for (const NamedColormap& named : named_colormaps) {
    if (named.colormap == colormap) return named.name;
  }
  return "difference";
}

/// The colours of a map at even places, six hexadecimal digits each.
std::string palette_json(Colormap colormap) {
  std::string digits;
  for (int i = 0; i <= palette_steps; ++i) {
    const Color color = map_color(colormap, static_cast<double>(i) / palette_steps);
    digits += fmt::format("{:02x}{:02x}{:02x}", color.red, color.green, color.blue);
  }
  return fmt::format("\"{}\":\"{}\"", name_of(colormap), digits);
}

void check(const PageMap& one, std::size_t axes) {
  const AttentionMap& map = one.map;
  if (map.rows() == 0 || map.columns() == 0 || map.weights.size() != map.rows() * map.columns()) {
    throw UsageError(fmt::format("page: expected rows x columns weights, got {} for {} x {}",
                                 map.weights.size(), map.rows(), map.columns()));
  }
  if (!map.copied.empty() && map.copied.size() != map.rows()) {
    throw UsageError(
        fmt::format("page: expected {} numbers in copied, got {}", map.rows(), map.copied.size()));
  }
  if (one.at.size() != axes) {
    throw UsageError(
        fmt::format("page: expected a value for each of {} axes, got {}", axes, one.at.size()));
  }
  for (std::size_t row = 0; row < map.rows(); ++row) {
    for (std::size_t column = 0; column < map.columns(); ++column) check_weight(map, row, column);
  }
}

std::string map_json(const PageMap& one) {
  const AttentionMap& map = one.map;
  std::string json = fmt::format(
      R"({{"at":{},"source":{},"target":{},"weights":{},"palette":"{}","scale":[{:.9g},{:.9g},"{}"])",
      labels(one.at), labels(map.source), labels(map.target), array(map.weights, weight_json),
      name_of(one.colormap), one.scale.low, one.scale.high, name_of(one.scale.kind));
  if (map.kind == MapKind::attribution) json += R"(,"kind":"attribution")";
  if (!map.gold.empty()) {
    json += ",\"gold\":" + array(map.gold, [](const std::vector<int>& row) {
              return array(row, [](int column) { return fmt::format("{}", column); });
            });
  }
  if (!map.expected.empty()) json += ",\"expected\":" + labels(map.expected);
  if (!map.copied.empty()) json += ",\"copied\":" + array(map.copied, weight_json);
  if (!one.title.empty()) json += ",\"title\":" + shown(one.title);
  if (!one.unit.empty()) json += ",\"unit\":" + shown(one.unit);
  if (!one.caption.empty()) json += ",\"caption\":" + shown(one.caption);
  if (!one.trace.empty()) json += ",\"trace\":" + without_tags(one.trace);
  return json + '}';
}

std::string palettes_json(const std::vector<PageMap>& maps, bool has_traces) {
  std::set<Colormap> used;
  for (const PageMap& one : maps) used.insert(one.colormap);
  if (has_traces) used.insert(Colormap::difference);
  std::string json = array(used, palette_json);
  json.front() = '{';
  json.back() = '}';
  return json;
}

std::string data_json(const std::vector<PageMap>& maps, const PageOptions& options,
                      bool has_traces) {
  std::string json =
      fmt::format(R"({{"program":{},"rows":{},"columns":{},"axes":{},"palettes":{})",
                  quote(options.program), shown(options.row_title), shown(options.column_title),
                  labels(options.axes), palettes_json(maps, has_traces));
  if (!options.theme.empty()) json += ",\"theme\":" + quote(options.theme);
  if (options.numbers) {
    json += fmt::format(R"(,"decimals":{},"percent":{})", options.numbers->decimals,
                        options.numbers->percent);
  }
  if (options.mark_largest) json += ",\"marks\":true";
  if (options.upwards) json += ",\"upwards\":true";
  return json + ",\"maps\":" + array(maps, map_json) + '}';
}

}  // namespace

std::string write_page(const std::vector<PageMap>& maps, const PageOptions& options) {
  if (maps.empty()) throw UsageError("page: expected at least one map, got none");
  std::size_t weights = 0;
  for (const PageMap& one : maps) {
    check(one, options.axes.size());
    weights += one.map.weights.size();
    if (weights > max_page_weights) {
      throw LimitError(
          fmt::format("page: expected at most {} weights in all, got more", max_page_weights));
    }
  }
  const bool has_traces =
      std::ranges::any_of(maps, [](const PageMap& one) { return !one.trace.empty(); });
  std::string page(as_text(embedded_page()));
  // From the last to the first, so that what was filled in is not searched.
  const std::string_view sum = as_text(embedded_sum());
  const auto fill = [&](std::string_view place, const std::string& text) {
    page.replace(page.rfind(place), place.size(), text);
  };
  fill("@sum@", has_traces ? fmt::format("<script>{}</script>\n", sum) : "");
  fill("@data@", data_json(maps, options, has_traces));
  return page;
}

}  // namespace attnviz

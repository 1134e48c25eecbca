#include "cli/render/look_options.h"

#include <fmt/core.h>

#include <algorithm>

#include "attnviz/error.h"
#include "base/number.h"
#include "base/split.h"
#include "base/utf8.h"
#include "render/text/label_text.h"

namespace attnviz {
namespace {

constexpr int max_decimals = 6;
constexpr std::size_t max_function = 40;  // characters
constexpr std::string_view fitted_scales[] = {"auto", "log", "sqrt", "centred"};

NumberStyle parse_number_style(const std::string& text) {
  const auto refuse = [&] {
    throw UsageError("--annotate: expected .0f to .6f or .0% to .6%, got \"" + printable(text) +
                     '"');
  };
  if (text.size() != 3 || text[0] != '.' || (text[2] != 'f' && text[2] != '%')) refuse();
  const int decimals = text[1] - '0';
  if (decimals < 0 || decimals > max_decimals) refuse();
  return {decimals, text[2] == '%'};
}

bool is_fixed(const std::string& scale) {
  return scale.empty() || scale == "fixed";
}

/// Whether 0 is in the middle, as it is of the colours of a difference.
bool is_centred(const Scale& scale) {
  return scale.kind == ScaleKind::linear && scale.low == -scale.high;
}

/// What the values of all maps are; "" where they differ.
std::string function_of(const std::vector<AttentionMap>& maps) {
  const auto function = [](const AttentionMap& map) {
    const auto found = map.metadata.find("function");
    return found == map.metadata.end() ? "" : found->second;
  };
  const std::string first = maps.empty() ? "" : function(maps.front());
  const bool same =
      std::ranges::all_of(maps, [&](const AttentionMap& map) { return function(map) == first; });
  return same ? shorten(first, max_function) : "";
}

Colormap colormap_of(const std::string& name) {
  for (const NamedColormap& named : named_colormaps) {
    if (named.name == name) return named.colormap;
  }
  return Colormap::viridis;
}

Theme theme_of(const std::string& name) {
  if (name == "dark") return dark_theme;
  return name == "transparent" ? transparent_theme : light_theme;
}

[[noreturn]] void refuse_scale(const std::string& expected, const std::string& text) {
  throw UsageError("--scale: expected " + expected + ", got \"" + printable(text) + '"');
}

// "0,0.5": floats, so that both ends are far enough apart.
std::optional<Scale> parse_ends(const std::string& text) {
  const std::vector<std::string_view> parts = split(text, ",");
  if (parts.size() != 2) return std::nullopt;
  const auto low = parse_float(parts[0]);
  const auto high = parse_float(parts[1]);
  if (!low || !high || *low >= *high) return std::nullopt;
  return Scale{static_cast<double>(*low), static_cast<double>(*high)};
}

}  // namespace

Scale LookFlags::resolve_scale(const std::vector<AttentionMap>& maps) const {
  const bool is_signed = difference || attributions;
  if (is_fixed(scale)) return is_signed ? Scale{-1, 1} : Scale{};
  if (scale == "auto") return fit_scale(maps, is_signed ? Centre::zero : Centre::free);
  const std::size_t colon = std::min(scale.find(':'), scale.size());
  const std::string name = scale.substr(0, colon);
  const bool centred = difference || name == "centred";
  if (const auto ends = parse_ends(scale)) {
    if (centred && ends->low != -ends->high) refuse_scale("as much below 0 as above", scale);
    return *ends;
  }
  const bool is_log = name == "log";
  if (!is_log && name != "sqrt" && name != "centred") {
    refuse_scale("fixed, auto, LOW,HIGH with LOW below HIGH, log, sqrt or centred", scale);
  }
  if (difference && name != "centred")
    refuse_scale("fixed, auto or LOW,HIGH of a difference", scale);
  const ScaleKind kind = is_log           ? ScaleKind::logarithm
                         : name == "sqrt" ? ScaleKind::root
                                          : ScaleKind::linear;
  if (colon == scale.size()) return fit_scale(maps, centred ? Centre::zero : Centre::free, kind);
  auto ends = parse_ends(scale.substr(colon + 1));
  if (!ends) refuse_scale(name + ":LOW,HIGH with LOW below HIGH", scale);
  if (centred && ends->low != -ends->high) refuse_scale("as much below 0 as above", scale);
  if (is_log && ends->low <= 0) refuse_scale("log:LOW,HIGH with LOW above 0", scale);
  ends->kind = kind;
  return *ends;
}

Look LookFlags::resolve(const std::vector<AttentionMap>& maps) const {
  Look look;
  const bool centred = scale.starts_with("centred");
  if (centred && !colormap.empty()) {
    throw UsageError("--colormap: expected none, as --scale centred has its own, got " + colormap);
  }
  look.scale = resolve_scale(maps);
  const bool shows_sign = attributions && colormap.empty() && is_centred(look.scale);
  look.colormap =
      difference || centred || shows_sign ? Colormap::difference : colormap_of(colormap);
  if (attributions) {
    look.bar_title = shows_shares() ? "share of the row's sum of |change|" : function_of(maps);
  }
  look.theme = theme_of(theme);
  look.cell = cell;
  look.font_size = font_size;
  look.grid_lines = grid_lines;
  look.outline_gold = gold;
  look.mark_largest = mark_argmax;
  if (annotate == "true") {  // a flag without a value
    look.numbers = fit_numbers(maps);
  } else if (!annotate.empty()) {
    look.numbers = parse_number_style(annotate);
  }
  return look;
}

bool LookFlags::shows_shares() const {
  return attributions && is_fixed(scale);
}

bool LookFlags::fits_scale() const {
  return std::ranges::find(fitted_scales, scale) != std::end(fitted_scales);
}

std::string LookFlags::scale_note(const Look& look, const Outside& outside) const {
  const auto& [low, high, kind] = look.scale;
  const NumberStyle style = fit_numbers(look.scale);
  const std::string from = number_text(low, style);
  const std::string to = number_text(high, style);
  const Scale usual = difference || attributions ? Scale{-1, 1} : Scale{};
  std::vector<std::string> parts;
  if (attributions && !shows_shares()) parts.push_back("values, not shares of their rows");
  if (low == high) {
    parts.push_back("all " + from);
  } else if (fits_scale() || !(look.scale == usual)) {
    const char* by = kind == ScaleKind::root        ? " by square root"
                     : kind == ScaleKind::logarithm ? " by logarithm"
                                                    : "";
    const bool is_usual = low == usual.low && high == usual.high;
    const char* instead = is_usual || attributions ? ""
                          : difference             ? ", not -1 to 1"
                                                   : ", not 0 to 1";
    parts.push_back(fmt::format("colours{} from {} to {}{}", by, from, to, instead));
  }
  const auto count = [&](std::size_t number, const std::string& what) {
    if (number > 0) parts.push_back(fmt::format("{} of {} {}", number, outside.cells, what));
  };
  const std::string weights = attributions ? "values" : "weights";
  count(outside.above, weights + " above " + to);
  count(outside.below, weights + " below " + from);
  count(outside.masked, "cells masked");
  return join(parts, " \u00b7 ");
}

std::vector<Option> add_look_options(const Command& command, LookFlags& flags) {
  std::vector<std::string> colormaps;
  for (const NamedColormap& named : named_colormaps) colormaps.emplace_back(named.name);
  command.utf8_text("--title", flags.title, "the title (default: what the picture shows)");
  return {
      command.utf8_text("--x-title", flags.column_title,
                        "the title above the columns (default input)"),
      command.utf8_text("--y-title", flags.row_title, "the title beside the rows (default output)"),
      command.choice("--colormap", flags.colormap, colormaps,
                     "the colours (default viridis); gray is white at 1, gray_r black"),
      command
          .words("--scale", flags.scale, "fixed, auto, LOW,HIGH, log, sqrt or centred",
                 "colours from 0 to 1 (fixed, the default), from LOW to HIGH, or fitted to the "
                 "weights: auto, by their logarithm (log) or square root (sqrt), or with 0 in the "
                 "middle (centred); log:LOW,HIGH and the like fix the ends. The picture says so")
          .type("SCALE"),
      command.choice("--theme", flags.theme, {"light", "dark", "transparent"},
                     "the ground of the picture (default light)"),
      command.flag_or_value("--annotate", flags.annotate,
                            "write the weights into the cells, as .2f or as in --annotate=.0%"),
      command.flag("--mark-argmax", flags.mark_argmax, "mark the largest weight of each row"),
      command.flag_or_path("--gold", flags.gold, flags.gold_file,
                           "outline the cells of the gold alignment; FILE has a line of links such "
                           "as 0-0 1-2 (input-output) a sentence (default: the gold of the maps)"),
      command.flag("--grid-lines", flags.grid_lines, "lines between the cells"),
      command.integer("--cell", flags.cell, 1, 256,
                      "side of a cell in pixels (default: by the size of the map)"),
      command.integer("--font-size", flags.font_size, 6, 128,
                      "of the labels, in pixels (default: by the cell)"),
      command.integer("--dpi", flags.dpi, 1, 10'000,
                      "pixels per inch: how large the picture is on paper")};
}

}  // namespace attnviz

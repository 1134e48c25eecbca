#include "cli/render/look_options.h"

#include "attnviz/error.h"
#include "base/number.h"
#include "base/utf8.h"
#include "render/figure/heatmap.h"

namespace attnviz {
namespace {

constexpr int max_decimals = 6;

NumberStyle parse_number_style(const std::string& text) {
  if (text == "true") return {};  // a flag without a value
  const auto refuse = [&] {
    throw UsageError("--annotate: expected .0f to .6f or .0% to .6%, got \"" + printable(text) +
                     '"');
  };
  if (text.size() != 3 || text[0] != '.' || (text[2] != 'f' && text[2] != '%')) refuse();
  const int decimals = text[1] - '0';
  if (decimals < 0 || decimals > max_decimals) refuse();
  return {decimals, text[2] == '%'};
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

// Three digits are what a colour shows.
std::string rounded(double value) {
  for (int decimals = 2; decimals < 6; ++decimals) {
    const std::string text = format_fixed(value, decimals);
    if (value == 0 || text.find_first_of("123456789") != std::string::npos) return text;
  }
  return format_shortest(static_cast<float>(value));
}

}  // namespace

Look LookFlags::resolve(const std::vector<AttentionMap>& maps) const {
  Look look;
  look.colormap = difference ? Colormap::difference : colormap_of(colormap);
  if (difference) look.scale = {-1, 1};
  if (scale == "auto") look.scale = fit_scale(maps, look.colormap);
  look.theme = theme_of(theme);
  look.cell = cell;
  look.font_size = font_size;
  look.grid_lines = grid_lines;
  look.outline_gold = gold;
  look.mark_largest = mark_argmax;
  if (!annotate.empty()) look.numbers = parse_number_style(annotate);
  return look;
}

std::string LookFlags::scale_note(const Look& look) const {
  if (scale != "auto") return "";
  return "colours from " + rounded(look.scale.low) + " to " + rounded(look.scale.high) +
         (difference ? ", not -1 to 1" : ", not 0 to 1");
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
      command.choice("--scale", flags.scale, {"fixed", "auto"},
                     "colours from 0 to 1 (default), or fitted to the weights, as it then says"),
      command.choice("--theme", flags.theme, {"light", "dark", "transparent"},
                     "the ground of the picture (default light)"),
      command.flag_or_value("--annotate", flags.annotate,
                            "write the weights into the cells, as .2f or as in --annotate=.0%"),
      command.flag("--mark-argmax", flags.mark_argmax, "mark the largest weight of each row"),
      command.flag("--gold", flags.gold, "outline the cells of the gold alignment"),
      command.flag("--grid-lines", flags.grid_lines, "lines between the cells"),
      command.integer("--cell", flags.cell, 1, 256,
                      "side of a cell in pixels (default: by the size of the map)"),
      command.integer("--font-size", flags.font_size, 6, 128,
                      "of the labels, in pixels (default: by the cell)"),
      command.integer("--dpi", flags.dpi, 1, 10'000,
                      "pixels per inch: how large the picture is on paper")};
}

}  // namespace attnviz

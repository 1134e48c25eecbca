#include "cli/look_options.h"

#include <CLI/CLI.hpp>

#include "attnviz/error.h"
#include "base/number.h"
#include "base/utf8.h"
#include "cli/options.h"
#include "render/figure/heatmap.h"

namespace attnviz {
namespace {

constexpr int most_decimals = 6;

NumberStyle parse_number_style(const std::string& text) {
  if (text == "true") return {};  // what CLI11 has for a flag without a value
  const auto refuse = [&] {
    throw UsageError("--annotate: expected .0f to .6f or .0% to .6%, got \"" + printable(text) +
                     '"');
  };
  if (text.size() != 3 || text[0] != '.' || (text[2] != 'f' && text[2] != '%')) refuse();
  const int decimals = text[1] - '0';
  if (decimals < 0 || decimals > most_decimals) refuse();
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

CLI::Option* add_text_option(CLI::App& app, const std::string& name,
                             std::optional<std::string>& target, const std::string& help) {
  const auto take = [&target, name](const std::string& text) {
    if (const auto bad = find_invalid_utf8(text)) {
      throw UsageError(name + ": expected UTF-8, got \"" + printable(text) +
                       "\", invalid at byte " + std::to_string(*bad + 1));
    }
    target = text;
  };
  return app.add_option_function<std::string>(name, take, help)->type_name("TEXT");
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

std::vector<CLI::Option*> add_look_options(CLI::App& app, LookFlags& flags) {
  std::vector<std::string> colormaps;
  for (const NamedColormap& named : named_colormaps) colormaps.emplace_back(named.name);
  add_text_option(app, "--title", flags.title, "the title (default: what the picture shows)");
  return {
      add_text_option(app, "--x-title", flags.column_title,
                      "the title above the columns (default input)"),
      add_text_option(app, "--y-title", flags.row_title,
                      "the title beside the rows (default output)"),
      add_choice_option(app, "--colormap", flags.colormap, colormaps,
                        "the colours (default viridis); gray is white at 1, gray_r black"),
      add_choice_option(app, "--scale", flags.scale, {"fixed", "auto"},
                        "colours from 0 to 1 (default), or fitted to the weights, as it then says"),
      add_choice_option(app, "--theme", flags.theme, {"light", "dark", "transparent"},
                        "the ground of the picture (default light)"),
      app.add_flag("--annotate", flags.annotate,
                   "write the weights into the cells, as .2f or as in --annotate=.0%")
          ->disable_flag_override(false),
      app.add_flag("--mark-argmax", flags.mark_argmax, "mark the largest weight of each row"),
      app.add_flag("--gold", flags.gold, "outline the cells of the gold alignment"),
      app.add_flag("--grid-lines", flags.grid_lines, "lines between the cells"),
      add_integer_option(app, "--cell", flags.cell, 1, 256,
                         "side of a cell in pixels (default: by the size of the map)"),
      add_integer_option(app, "--font-size", flags.font_size, 6, 128,
                         "of the labels, in pixels (default: by the cell)"),
      add_integer_option(app, "--dpi", flags.dpi, 1, 10'000,
                         "pixels per inch: how large the picture is on paper")};
}

}  // namespace attnviz

#include "cli/render/over_photo.h"

#include <fmt/core.h>

#include <utility>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/number.h"
#include "base/split.h"
#include "base/utf8.h"
#include "render/raster/photo.h"

namespace attnviz {
namespace {

CellSize parse_grid(const std::string& text) {
  const std::vector<std::string_view> sides = split(text, "x");
  const auto rows = parse_integer<std::uint16_t>(sides.front());
  const auto columns = parse_integer<std::uint16_t>(sides.back());
  if (sides.size() != 2 || !rows || !columns || *rows == 0 || *columns == 0) {
    throw UsageError("--grid: expected rows x columns, as in 14x14, got \"" + printable(text) +
                     '"');
  }
  return {.width = *columns, .height = *rows};
}

// More panels than anyone looks at: most likely the rows of a batch, or of all places.
void check_panels(const Pictures& pictures, CellSize grid) {
  constexpr std::size_t max_panels = 256;
  std::size_t panels = 0;
  for (const Picture& picture : pictures.each) {
    const AttentionMap& map = picture.map;
    const bool is_one = map.rows() == static_cast<std::size_t>(grid.height) &&
                        map.columns() == static_cast<std::size_t>(grid.width);
    panels += is_one ? 1 : map.rows();
  }
  if (panels <= max_panels) return;
  throw UsageError(
      fmt::format("--over: expected at most {} rows, each in a panel of its own, got {}; "
                  "--crop-rows or --index chooses some, as in --crop-rows 0:16",
                  max_panels, panels));
}

}  // namespace

void add_over_options(const Command& command, OverOptions& options) {
  command
      .path("--over", options.photo,
            "lay the weights over this PNG or JPEG picture: each row in a panel of its own, its "
            "columns the places of --grid. Colours are then fitted by default (--scale auto)")
      .type("FILE")
      .needs("--matrix");
  command
      .words("--grid", options.grid, "rows x columns",
             "the places of --over that the columns are, row by row, as in 14x14 (no default)")
      .type("RxC")
      .needs("--over");
  command.option("--over").needs("--grid");
  command.flag("--unsmoothed", options.unsmoothed, "each place of --over in one colour")
      .needs("--over");
}

Pictures lay_over_photo(const OverOptions& options, const Pictures& pictures,
                        FigureOptions& figure) {
  const CellSize grid = parse_grid(options.grid);
  const std::string name = printable(options.photo, no_limit);
  check_panels(pictures, grid);
  const auto check = [&](std::string_view start) { check_photo_kind(start, name); };
  figure.over = {decode_photo(read_file(options.photo, max_photo_bytes, check), name),
                 options.unsmoothed ? Overlay::cells : Overlay::smooth,
                 fmt::format("{} x {} weights{} over {}", grid.height, grid.width,
                             options.unsmoothed ? "" : ", smoothed,", name)};
  if (figure.look.scale.empty()) figure.look.scale = "auto";
  Pictures split;
  for (const Picture& picture : pictures.each) {
    std::vector<AttentionMap> maps = split_places(picture.map, grid, printable(picture.source));
    for (std::size_t row = 0; row < maps.size(); ++row) {
      Picture panel{std::move(maps[row]), "", picture.source, "", picture.name};
      const bool is_row = maps.size() > 1 || picture.map.rows() == 1;
      if (is_row) {
        const bool several = pictures.each.size() > 1 && !picture.name.empty();
        panel.title = (several ? picture.name + ": " : "") + picture.map.target[row];
      }
      panel.map.metadata = picture.map.metadata;
      split.each.push_back(std::move(panel));
    }
  }
  return split;
}

}  // namespace attnviz

#include "cli/render/figure.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "attnviz/error.h"
#include "attnviz/png.h"
#include "base/number.h"
#include "base/utf8.h"
#include "cli/output.h"
#include "cli/render/attribution.h"
#include "cli/render/fonts.h"
#include "cli/version.h"
#include "render/figure/heatmap.h"
#include "render/figure/sheet.h"
#include "render/text/faces.h"

namespace attnviz {
namespace {

// "2nd"
std::string ordinal(int number) {
  const int last = number % 100 / 10 == 1 ? 0 : number % 10;
  const char* ending = last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th";
  return fmt::format("{}{}", number, ending);
}

}  // namespace

void tell_omissions(bool quiet, const PanelLayout& layout) {
  const auto thinned = [&](int stride, const char* which) {
    if (stride == 1) return;
    tell_note(quiet, std::string(which) + " labels are thinned to every " + ordinal(stride));
  };
  thinned(layout.row_label_stride, "row");
  thinned(layout.column_label_stride, "column");
  if (layout.labels_shortened) {
    tell_note(quiet, "labels of more than 40 characters are shortened");
  }
  if (layout.cell_for_numbers > 0) {
    tell_note(quiet, fmt::format("--annotate: no room for numbers in cells of {} pixels; "
                                 "they need --cell {} or more",
                                 layout.cell.shorter(), layout.cell_for_numbers));
  }
}

namespace {

bool leaves_out(const PanelLayout& layout) {
  return layout.row_label_stride > 1 || layout.column_label_stride > 1 || layout.labels_shortened ||
         layout.cell_for_numbers > 0;
}

std::string join_parts(const std::string& first, const std::string& second) {
  return first.empty() || second.empty() ? first + second : first + " \u00b7 " + second;
}

PictureText picture_text_of(const std::vector<Picture>& pictures, const LookFlags& look) {
  PictureText picture_text{{"Software", program_name()}};
  const std::string title = look.title.value_or(pictures.size() == 1 ? pictures.front().title : "");
  if (!title.empty()) picture_text.emplace_back("Title", title);
  std::vector<std::string> sources;
  std::vector<std::string> checksums;
  const auto add = [](std::vector<std::string>& texts, const std::string& text) {
    if (!text.empty() && std::ranges::find(texts, text) == texts.end()) texts.push_back(text);
  };
  for (const Picture& picture : pictures) {
    add(sources, printable(picture.source, no_limit));
    add(checksums, picture.checksum);
  }
  picture_text.emplace_back("Source", join(sources, ", "));
  if (!checksums.empty()) picture_text.emplace_back("Model", join(checksums, ", "));
  return picture_text;
}

std::string fact(const Picture& picture, const std::string& name) {
  const auto found = picture.map.metadata.find(name);
  return found == picture.map.metadata.end() ? "" : found->second;
}

// How much weight crops have cut off, at most: "" where there was none to cut.
std::string cut_note(std::span<const Picture> pictures) {
  double most = -1.0;
  for (const Picture& picture : pictures) {
    most = std::max(most, parse_number(fact(picture, "cut_off")).value_or(-1.0));
  }
  if (most <= 0.0) return most < 0.0 ? "" : "no weight cut off";
  const std::string share = most < 1e-4 ? "less than 0.01 %" : percent(most);
  return (pictures.size() > 1 ? "up to " : "") + share + " of the rows' weight cut off";
}

// What was done to maps, as cut or merged; to the first of those with a note where they differ.
std::string note_of(std::span<const Picture> pictures) {
  const auto noted = std::ranges::find_if(
      pictures, [](const Picture& picture) { return !fact(picture, "note").empty(); });
  if (noted == pictures.end()) return cut_note(pictures);
  std::string note = fact(*noted, "note");
  const bool same = std::ranges::all_of(
      pictures, [&](const Picture& picture) { return fact(picture, "note") == note; });
  const auto number = noted - pictures.begin() + 1;
  if (!same) {
    const std::string place = number == 1 ? "the first map" : fmt::format("map {}", number);
    note = fmt::format("in {}: {}", place, note);
  }
  return join_parts(note, cut_note(pictures));
}

}  // namespace

std::string caption_of(const Picture& picture, const LookFlags& look) {
  const bool is_attribution = picture.map.kind == MapKind::attribution;
  // Scores of a difference would mean nothing.
  return join_parts(note_of({&picture, 1}),
                    look.difference  ? "orange: more in the first \u00b7 blue: more in the second"
                    : is_attribution ? attribution_caption(picture.map)
                                     : picture_caption(picture.map));
}

namespace {

HeatmapTexts texts_of(const Picture& picture, const LookFlags& look) {
  HeatmapTexts texts;
  texts.title = picture.title;
  texts.caption = caption_of(picture, look);
  texts.row_title = look.row_title.value_or(texts.row_title);
  texts.column_title = look.column_title.value_or(texts.column_title);
  return texts;
}

// A panel without a title is named by its map in the file, or by its file.
std::string panel_title(const Picture& picture, bool name_source, bool several_files) {
  const std::string source = printable(picture.source, no_limit);
  std::string name = picture.name;
  if (name.empty() || several_files) name = source + (name.empty() ? "" : ": ") + name;
  if (picture.title.empty()) return name;
  return name_source ? source + "\n" + picture.title : picture.title;
}

void tell_outside(bool quiet, const char* what, const Look& look, const Outside& outside) {
  const std::size_t count = outside.below + outside.above;
  if (count == 0) return;
  const NumberStyle style = fit_numbers(look.scale);
  tell(quiet, fmt::format("attnviz: warning: {} of {} {} lie outside {} to {} and have the colour "
                          "of the nearer end; --scale auto fits the colours to them",
                          count, outside.cells, what, number_text(look.scale.low, style),
                          number_text(look.scale.high, style)));
}

}  // namespace

Drawing::Drawing(const std::vector<Picture>& pictures, const FigureOptions& options) {
  for (const Picture& picture : pictures) maps.push_back(picture.map);
  LookFlags flags = options.look;
  flags.attributions =
      std::ranges::find(maps, MapKind::attribution, &AttentionMap::kind) != maps.end();
  if (flags.shows_shares()) std::ranges::for_each(maps, divide_by_row_sums);
  look = flags.resolve(maps);
  Outside outside = count_outside(maps, look.scale);
  if (!flags.fits_scale()) {
    tell_outside(options.quiet, flags.attributions ? "values" : "weights", look, outside);
  }
  for (const AttentionMap& map : maps) {  // told in their own captions
    if (map.kind == MapKind::attribution) outside.masked -= count_outside(map, look.scale).masked;
  }
  note = flags.scale_note(look, outside);
}

namespace {

Figure paint_figure(const Frame& frame, const Theme& theme, const Font& font,
                    const PictureText& picture_text, const FigureOptions& options,
                    const Paint& paint) {
  const int dpi = options.look.dpi;
  const bool svg = options.format == "svg";
  return {svg ? make_svg(frame, theme, font, paint, picture_text, dpi)
              : encode_png(make_canvas(frame, theme, font, paint), picture_text, dpi),
          frame.width, frame.height, font.faces().found_files()};
}

Figure draw_one(const Picture& picture, const Drawing& drawing, const Font& font,
                const PictureText& picture_text, const FigureOptions& options) {
  const Look& look = drawing.look;
  HeatmapOptions heatmap{look, texts_of(picture, options.look)};
  if (heatmap.texts.title.empty()) heatmap.texts.title = picture.name;
  heatmap.texts.title = options.look.title.value_or(heatmap.texts.title);
  heatmap.texts.caption = join_parts(heatmap.texts.caption, drawing.note);
  const AttentionMap& map = drawing.maps.front();
  const HeatmapLayout layout = lay_out_heatmap(map, heatmap, font);
  tell_omissions(options.quiet, layout.panel);
  return paint_figure(layout.frame, look.theme, font, picture_text, options,
                      [&](Painter& painter) { paint_heatmap(painter, map, look, layout); });
}

Figure draw_over(const Drawing& drawing, const std::vector<HeatmapTexts>& each,
                 const SheetOptions& sheet, const Font& font, const PictureText& picture_text,
                 const FigureOptions& options) {
  const auto& [photo, overlay, note] = *options.over;
  const SheetLayout layout = lay_out_overlays(drawing.maps, each, sheet, photo, font);
  return paint_figure(layout.frame, sheet.look.theme, font, picture_text, options,
                      [&, &photo = photo, overlay = overlay](Painter& painter) {
                        paint_overlays(painter, drawing.maps, sheet.look, layout, photo, overlay);
                      });
}

Figure draw_many(const Pictures& pictures, const Drawing& drawing, const Font& font,
                 const PictureText& picture_text, const FigureOptions& options) {
  const Look& look = drawing.look;
  SheetOptions sheet;
  sheet.look = look;
  sheet.title = options.look.title.value_or("");
  sheet.caption = drawing.note;
  sheet.columns = options.columns;
  const bool in_grid = !pictures.column_names.empty() && options.columns == 0;
  if (in_grid) {
    sheet.row_names = pictures.row_names;
    sheet.column_names = pictures.column_names;
  }
  const bool one_caption = in_grid || options.over;
  if (one_caption) sheet.caption = join_parts(note_of(pictures.each), drawing.note);
  if (options.over) sheet.caption = join_parts(options.over->note, sheet.caption);
  const bool several_files = std::ranges::any_of(pictures.each, [&](const Picture& picture) {
    return picture.source != pictures.each.front().source;
  });
  std::vector<HeatmapTexts> each;
  for (const Picture& picture : pictures.each) {
    each.push_back(texts_of(picture, options.look));
    each.back().title = in_grid ? "" : panel_title(picture, options.name_sources, several_files);
    if (one_caption) each.back().caption = "";
  }
  if (options.over) return draw_over(drawing, each, sheet, font, picture_text, options);
  const SheetLayout layout = lay_out_sheet(drawing.maps, each, sheet, font);
  const auto less = std::ranges::find_if(layout.panels, leaves_out, &TitledPanel::panel);
  if (less != layout.panels.end()) tell_omissions(options.quiet, less->panel);
  return paint_figure(layout.frame, look.theme, font, picture_text, options,
                      [&](Painter& painter) { paint_sheet(painter, drawing.maps, look, layout); });
}

}  // namespace

Figure draw_figure(const Pictures& pictures, const FigureOptions& options) {
  const Font font = load_fonts(options.fonts);
  const Drawing drawing(pictures.each, options);
  const PictureText picture_text = picture_text_of(pictures.each, options.look);
  Figure figure = pictures.each.size() == 1 && !options.over
                      ? draw_one(pictures.each.front(), drawing, font, picture_text, options)
                      : draw_many(pictures, drawing, font, picture_text, options);
  tell_missing_letters(options.quiet, font);
  return figure;
}

std::string draw_text(const Pictures& pictures, const FigureOptions& options,
                      TerminalOptions terminal) {
  const Drawing drawing(pictures.each, options);
  terminal.colormap = drawing.look.colormap;
  terminal.scale = drawing.look.scale;
  std::string text;
  for (std::size_t i = 0; i < pictures.each.size(); ++i) {
    const Picture& picture = pictures.each[i];
    const std::string& own = picture.title.empty() ? picture.name : picture.title;
    terminal.title = options.look.title.value_or(own);
    terminal.caption = caption_of(picture, options.look);
    text += (text.empty() ? "" : "\n") + draw_terminal(drawing.maps[i], terminal);
  }
  return text + drawing.note + (drawing.note.empty() ? "" : "\n");
}

Figure draw_chart(const std::vector<CurvePanel>& panels, const CurveOptions& options,
                  const std::string& format) {
  const Font font;
  FigureOptions figure;
  figure.format = format;
  const PictureText picture_text{{"Software", program_name()}, {"Title", options.title}};
  const CurveLayout layout = lay_out_curves(panels, options, font);
  return paint_figure(layout.frame, light_theme, font, picture_text, figure,
                      [&](Painter& painter) { paint_curves(painter, panels, layout); });
}

void turn_upwards(AttentionMap& map) {
  const auto columns = static_cast<std::ptrdiff_t>(map.columns());
  std::ranges::reverse(map.weights);  // the rows, each with its weights from the right
  for (auto row = map.weights.begin(); row != map.weights.end(); row += columns) {
    std::reverse(row, row + columns);
  }
  std::ranges::reverse(map.target);
  map.gold.resize(map.gold.empty() ? 0 : map.rows());
  std::ranges::reverse(map.gold);
  map.expected.resize(map.expected.empty() ? 0 : map.rows());
  std::ranges::reverse(map.expected);
  std::ranges::reverse(map.copied);
}

// What was done to one of two maps is done to their difference.
void carry_over_notes(const Picture& first, const Picture& second, AttentionMap& difference) {
  const auto add = [&](const std::string& text) {
    std::string& note = difference.metadata["note"];
    note += (note.empty() ? "" : "\n") + text;
  };
  const std::string note = fact(first, "note");
  const std::string other = fact(second, "note");
  const bool same = note == other;
  if (!note.empty()) add(same ? note : "in the first map: " + note);
  if (!other.empty() && !same) add("in the second map: " + other);
  const auto cut_off = [](const Picture& picture) {
    return parse_number(fact(picture, "cut_off")).value_or(-1.0);
  };
  const Picture& most = cut_off(first) < cut_off(second) ? second : first;
  if (cut_off(most) >= 0.0) difference.metadata["cut_off"] = fact(most, "cut_off");
}

Picture subtract(const Picture& first, const Picture& second) {
  const AttentionMap& a = first.map;
  const AttentionMap& b = second.map;
  if (a.rows() != b.rows() || a.columns() != b.columns()) {
    const auto shape = [](const AttentionMap& map) {
      return fmt::format("{} x {}", map.rows(), map.columns());
    };
    throw UsageError("--difference: expected two maps of the same shape, got " + shape(a) +
                     " and " + shape(b));
  }
  if (a.source != b.source) {
    throw UsageError("--difference: expected two maps of the same input, got " +
                     printable(join(a.source, " ")) + " and " + printable(join(b.source, " ")));
  }
  const auto name_of = [&](const Picture& one) {
    const std::string source = printable(one.source, no_limit);
    if (one.name.empty()) return source;
    return first.source == second.source ? one.name : source + ": " + one.name;
  };
  const std::string name = name_of(first);
  const std::string other = name_of(second);
  Picture picture{{}, name + " minus " + other, name + " minus " + other, "", ""};
  picture.map.source = a.source;
  // Two models may answer the same input differently.
  for (std::size_t row = 0; row < a.rows(); ++row) {
    picture.map.target.push_back(
        a.target[row] == b.target[row] ? a.target[row] : a.target[row] + " | " + b.target[row]);
  }
  for (std::size_t i = 0; i < a.weights.size(); ++i) {
    const float difference = a.weights[i] - b.weights[i];  // masked where one of them is
    if (std::isinf(difference)) {
      throw InputError(fmt::format("{}: row {}, column {}: expected a finite number, got {}",
                                   picture.title, i / a.columns() + 1, i % a.columns() + 1,
                                   format_shortest(difference)));
    }
    picture.map.weights.push_back(difference);
  }
  if (a.gold == b.gold) picture.map.gold = a.gold;
  carry_over_notes(first, second, picture.map);
  if (!first.checksum.empty()) picture.checksum = first.checksum + ", " + second.checksum;
  return picture;
}

}  // namespace attnviz

#include "cli/render/film.h"

#include <fmt/core.h>

#include <algorithm>

#include "attnviz/attention_file.h"
#include "attnviz/error.h"
#include "base/number.h"
#include "base/utf8.h"
#include "cli/open_model.h"
#include "cli/output.h"
#include "cli/render/fonts.h"
#include "cli/version.h"
#include "formats/json.h"
#include "formats/strict_json.h"
#include "render/figure/film.h"
#include "render/raster/animation.h"
#include "render/text/faces.h"
#include "render/text/label_text.h"
#include "train/run.h"

namespace attnviz {
namespace {

constexpr std::size_t max_film_bytes = std::size_t{1} << 29U;  // as of a single picture
constexpr std::size_t longest_text = 60;                       // of a title, as of a map's
constexpr int default_strip = 6;
constexpr int max_strip = 64;

std::string fact(const AttentionMap& map, const char* name) {
  const auto found = map.metadata.find(name);
  return found == map.metadata.end() ? "" : found->second;
}

double number_in(const AttentionMap& map, const char* name) {
  return parse_number(fact(map, name)).value_or(0.0);
}

int step_of(const AttentionMap& map) {
  return parse_integer<int>(fact(map, "step")).value_or(-1);
}

/// Throws InputError unless a line of maps.jsonl can be a frame.
void check_frame(const AttentionMap& map, const std::string& place) {
  for (const auto& [name, is_right] :
       {std::pair{"step", step_of(map) >= 0},
        std::pair{"loss", parse_number(fact(map, "loss")).has_value()},
        std::pair{"predicted", map.target.size() == map.expected.size()}}) {
    if (is_right) continue;
    throw InputError(fmt::format("{}: facts: {}: expected that of a run that was watched, got {}",
                                 place, name, printable('"' + fact(map, name) + '"')));
  }
}

/// What the model would have said in place of the right answer.
AttentionMap as_said(AttentionMap map) {
  const auto said = nlohmann::json::parse(fact(map, "predicted"), nullptr, false);
  map.expected = std::move(map.target);
  map.target.clear();
  if (!said.is_array()) return map;
  for (const auto& symbol : said) {
    map.target.push_back(symbol.is_string() ? symbol.get<std::string>() : "");
  }
  return map;
}

/// Throws for a folder that holds no maps.
void require_maps(const RunFolder& folder) {
  if (folder.has_maps()) return;
  const std::string name = printable(folder.path(), no_limit);
  if (!folder.holds_run()) {
    throw InputError(name +
                     ": expected the folder of a run that was watched (attnviz train "
                     "--watch), got none");
  }
  throw InputError(name +
                   ": holds no maps.jsonl: the run was not watched; a new one is, with "
                   "attnviz train --watch");
}

/// "loss 0.512 · gold mass 0.834"
std::string scores_text(const AttentionMap& map) {
  const std::string loss = "loss " + format_fixed(number_in(map, "loss"), 3);
  if (fact(map, "gold_mass").empty()) return loss;
  return loss + " · gold mass " + format_fixed(number_in(map, "gold_mass"), 3);
}

std::vector<FilmFrame> frames_of(const std::vector<AttentionMap>& maps) {
  const bool has_gold = !fact(maps.front(), "gold_mass").empty();
  const std::size_t width = fact(maps.back(), "step").size();
  std::size_t longest = 0;
  for (const AttentionMap& map : maps) longest = std::max(longest, scores_text(map).size());
  std::vector<FilmFrame> frames;
  for (const AttentionMap& map : maps) {
    const std::string scores = scores_text(map);
    const std::string step = fmt::format("step {:>{}} · ", fact(map, "step"), width);
    frames.push_back({map, step + std::string(longest - scores.size(), ' ') + scores, step_of(map),
                      number_in(map, has_gold ? "gold_mass" : "loss")});
  }
  return frames;
}

Animation draw_frames(const std::vector<FilmFrame>& frames, const Look& look,
                      const FilmLayout& layout, const Font& font) {
  const std::size_t channels = look.theme.paper ? 3 : 4;
  const std::size_t bytes = channels * frames.size() *
                            static_cast<std::size_t>(layout.frame.width) *
                            static_cast<std::size_t>(layout.frame.height);
  if (bytes > max_film_bytes) {
    throw LimitError(fmt::format(
        "--film: too many pixels; expected at most {} bytes, got {} frames of {} x {}; a smaller "
        "--cell, or a run with fewer --watch-frames, makes them fewer",
        max_film_bytes, frames.size(), layout.frame.width, layout.frame.height));
  }
  Animation animation;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    animation.frames.push_back(make_canvas(layout.frame, look.theme, font, [&](Painter& painter) {
      paint_film(painter, frames, look, layout, i);
    }));
  }
  return animation;
}

Picture frame_of(const AttentionMap& map, const FilmFlags& flags) {
  const std::string loss = format_fixed(number_in(map, "loss"), 3);
  return {map, fmt::format("step {} · loss {}", fact(map, "step"), loss), flags.run, "", ""};
}

}  // namespace

const std::vector<std::string>& film_formats(const FilmFlags& flags) {
  static const std::vector<std::string> film = {"png", "gif", "html"};
  static const std::vector<std::string> strip = {"png", "svg"};
  return flags.strip.empty() ? film : strip;
}

void add_film_options(const Command& command, FilmFlags& flags) {
  command
      .path(
          "--film", flags.run,
          "the run in this folder from its first step to its last, if it was trained with "
          "--watch: an animated .png, a .gif or a page, .html, of --input (default: the first that "
          "was watched)")
      .type("FOLDER");
  command
      .flag_or_value("--strip", flags.strip,
                     "in place of the film some of its maps side by side, 6 or as in --strip=4, "
                     "as .png or .svg")
      .needs("--film");
  command.integer("--fps", flags.fps, 1, 60, "frames of the film a second (default 6)")
      .needs("--film")
      .excludes("--strip");
  for (const char* other :
       {"--model", "--matrix", "--curve", "--over", "--target", "--beam", "--difference"}) {
    command.option("--film").excludes(other);
  }
}

std::vector<AttentionMap> film_maps(const std::string& run, const std::string& input) {
  const RunFolder folder(run);
  require_maps(folder);
  note_mixed_runs(run);
  const std::string file = folder.maps();
  ReadOptions options;
  options.sentence = "all";
  std::vector<AttentionMap> film;
  std::vector<std::string> inputs;
  std::size_t line = 0;
  for (AttentionMap& map : read_attention_maps(file, options).maps) {
    const std::string place = fmt::format("{}:{}", printable(file, no_limit), ++line);
    const std::string own = fact(map, "input");
    if (std::ranges::find(inputs, own) == inputs.end()) inputs.push_back(own);
    if (own != (input.empty() ? inputs.front() : input)) continue;
    AttentionMap said = as_said(std::move(map));
    check_frame(said, place);
    if (!film.empty() && (step_of(said) <= step_of(film.back()) ||
                          said.source != film.back().source || said.rows() != film.back().rows())) {
      throw InputError(place + ": expected a later map of the same input and answer");
    }
    film.push_back(std::move(said));
  }
  if (!film.empty()) return film;
  for (std::string& each : inputs) each = '"' + printable(each) + '"';
  throw UsageError(fmt::format("--input: expected one that was watched, {}, got \"{}\"",
                               join(inputs, ", "), printable(input)));
}

std::string film_title(const AttentionMap& map) {
  const std::string task = fact(map, "task");
  return (task.empty() ? "" : task + ": ") + shorten(fact(map, "input"), longest_text) + " → " +
         shorten(fact(map, "expected"), longest_text);
}

Figure draw_film(const std::vector<AttentionMap>& maps, const FilmFlags& flags,
                 const FigureOptions& options) {
  const Font font = load_fonts(options.fonts);
  const bool is_gif = options.format == "gif";
  FilmOptions film;
  film.look = options.look.resolve(maps);
  if (is_gif && !film.look.theme.paper) {
    throw UsageError("--theme: a .gif has a ground; expected light or dark, got transparent");
  }
  if (is_gif && options.look.dpi > 0) throw UsageError("--dpi: a .gif has no size on paper");
  film.texts.title = options.look.title.value_or(film_title(maps.front()));
  film.texts.row_title = options.look.row_title.value_or(film.texts.row_title);
  film.texts.column_title = options.look.column_title.value_or(film.texts.column_title);
  film.texts.caption = "the model's next symbol after the right ones so far · red: wrong";
  const std::string note = options.look.scale_note(film.look, count_outside(maps, film.look.scale));
  if (!note.empty()) film.texts.caption += " · " + note;
  const std::vector<FilmFrame> frames = frames_of(maps);
  film.curve = fact(maps.front(), "gold_mass").empty() ? "loss" : "gold mass";

  const FilmLayout layout = lay_out_film(frames, film, font);
  tell_omissions(options.quiet, layout.panel);
  Animation animation = draw_frames(frames, film.look, layout, font);
  animation.fps = flags.fps;
  PictureText text{{"Software", program_name()}};
  if (!film.texts.title.empty()) text.emplace_back("Title", film.texts.title);
  text.emplace_back("Source", printable(flags.run, no_limit));
  tell_missing_letters(options.quiet, font);
  return {is_gif ? encode_gif(animation, text) : encode_apng(animation, text, options.look.dpi),
          layout.frame.width, layout.frame.height, font.faces().found_files()};
}

Pictures frames_of(const std::vector<AttentionMap>& maps, const FilmFlags& flags) {
  Pictures frames;
  for (const AttentionMap& map : maps) {
    frames.each.push_back(frame_of(map, flags));
    Picture& frame = frames.each.back();
    frame.title = film_title(map) + " \u00b7 " + frame.title;
  }
  return frames;
}

Pictures strip_of(const std::vector<AttentionMap>& maps, const FilmFlags& flags) {
  const auto asked = flags.strip == "true" ? default_strip : parse_integer<int>(flags.strip);
  if (!asked || *asked < 2 || *asked > max_strip) {
    throw UsageError(fmt::format("--strip: expected an integer in 2..{}, got \"{}\"", max_strip,
                                 printable(flags.strip)));
  }
  const std::size_t count = std::min(static_cast<std::size_t>(*asked), maps.size());
  Pictures strip;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t gaps = std::max<std::size_t>(1, count - 1);
    strip.each.push_back(frame_of(maps[(i * (maps.size() - 1) + gaps / 2) / gaps], flags));
  }
  return strip;
}

}  // namespace attnviz

// `attnviz render`: attention as a picture, as a file of numbers, or on the terminal.
#include <unistd.h>

#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/number.h"
#include "base/utf8.h"
#include "cli/answer_options.h"
#include "cli/commands.h"
#include "cli/gold_file.h"
#include "cli/inputs.h"
#include "cli/matrix_source.h"
#include "cli/open_model.h"
#include "cli/output.h"
#include "cli/output_format.h"
#include "cli/render/attribution.h"
#include "cli/render/curves.h"
#include "cli/render/figure.h"
#include "cli/render/film.h"
#include "cli/render/over_photo.h"
#include "cli/render/page.h"
#include "cli/terminal.h"
#include "formats/attention_file.h"
#include "infer/predict.h"
#include "infer/trace.h"
#include "render/figure/curve.h"
#include "train/run_folder.h"

namespace attnviz {
namespace {

constexpr const char* terminal_format = "terminal";
constexpr const char* page_format = "html";

/// What files may be, the default first.
std::vector<std::string> file_formats() {
  std::vector<std::string> names = {"png", "svg", page_format};
  names.insert(names.end(), written_format_names().begin(), written_format_names().end());
  return names;
}

std::vector<std::string> all_formats() {
  std::vector<std::string> names = file_formats();
  names.emplace_back("gif");
  names.emplace_back(terminal_format);
  return names;
}

struct RenderOptions {
  std::optional<std::string> out;
  std::vector<std::string> models;  // several of these three make a contact sheet
  std::vector<std::string> inputs;
  std::vector<std::string> targets;  // given answers, one an input
  AnswerOptions answer;
  std::string map;  // attention or posterior; "" for attention
  MatrixOptions matrix;
  OverOptions over;
  std::vector<std::string> curves;  // runs to compare
  FilmFlags film;
  std::string curve_of = "lengths";
  int count = 500;      // examples a length
  std::string format;   // "" to go by the name of the file
  std::string columns;  // panels side by side, or a range to crop to
  FigureOptions figure;
  bool upwards = false;
  bool traced = false;  // with what a page needs for the view "The sum"
  bool quiet = false;
};

/// The gold of a file in place of the maps' own.
void replace_gold(const std::string& path, const MatrixOptions& matrix, AttentionMaps& maps) {
  const GoldFile gold = read_gold_file(path, matrix);
  WantedGold wanted{.numbers = maps.sentences, .of = maps.sentence_count};
  wanted.numbers.erase(std::unique(wanted.numbers.begin(), wanted.numbers.end()),
                       wanted.numbers.end());
  const std::vector<std::size_t> lines = match_lines(gold, path, wanted);
  for (std::size_t i = 0; i < maps.maps.size(); ++i) {
    const auto sentence = std::ranges::find(wanted.numbers, maps.sentences[i]);
    set_gold(maps.maps[i], gold,
             lines[static_cast<std::size_t>(sentence - wanted.numbers.begin())]);
  }
}

void add_from_matrix(const RenderOptions& options, const GivenLabels& labels,
                     const std::string& file, Pictures& pictures) {
  AttentionMaps maps = read_matrices(options.matrix, labels, file, options.quiet);
  const std::string warning = odd_rows_warning(options.matrix, file, maps);
  if (!warning.empty()) tell(options.quiet, warning);
  const std::string& gold_file = options.figure.look.gold_file;
  if (!gold_file.empty()) replace_gold(gold_file, options.matrix, maps);
  for (std::size_t i = 0; i < maps.maps.size(); ++i) {
    Picture picture{std::move(maps.maps[i]), "", file, "", maps.names[i]};
    const auto title = picture.map.metadata.find("title");
    if (title != picture.map.metadata.end()) picture.title = title->second;
    pictures.each.push_back(std::move(picture));
  }
  pictures.row_names = std::move(maps.row_names);
  pictures.column_names = std::move(maps.column_names);
}

/// A picture for each input, or of the task's sample input if none is given.
void add_from_model(const RenderOptions& options, const std::string& path,
                    std::vector<Picture>& pictures) {
  const Model model = open_model(path);
  const std::string checksum = checksum_of(model);
  const auto task = task_of(model);
  std::vector<std::string> inputs = options.inputs;
  if (!options.targets.empty() && options.targets.size() != inputs.size()) {
    throw UsageError(fmt::format("--target: expected one for each --input, {}, got {}",
                                 inputs.size(), options.targets.size()));
  }
  const SourceReader reader(model);
  if (inputs.empty() && task) inputs.emplace_back(task->task->sample_input);
  if (inputs.empty() && !reader.rules().sample.empty()) inputs.push_back(reader.rules().sample);
  if (inputs.empty()) throw UsageError("--input: expected a text: the model has no sample");
  std::vector<std::vector<std::string>> sources;
  std::vector<std::vector<std::string>> targets;
  std::vector<std::string> unknown;
  bool dropped = false;
  for (const std::string& input : inputs) {
    SourceText source = reader.read(input);
    tell_unknown(options.quiet, "--input: ", source);
    tell_length(options.quiet, "--input: ", reader, source);
    dropped = dropped || source.separators_dropped;
    sources.push_back(std::move(source.symbols));
    unknown.push_back(std::move(source.unknown));
  }
  for (const std::string& target : options.targets) {
    SourceText text = reader.read_target(target);
    tell_unknown(options.quiet, "--target: ", text);
    targets.push_back(std::move(text.symbols));
  }
  if (dropped) tell_note(options.quiet, separators_note);
  std::optional<Tracer> tracer;
  const bool sums = model.config.attention != Attention::none && !model.config.hard &&
                    !options.answer.replace_unknown;
  AnswerOptions answer = options.answer;
  answer.posterior = wants_posterior(options.map, model);
  if (options.traced && sums) tracer.emplace(model);
  for (Prediction& prediction :
       targets.empty() ? predict(model, sources, answer) : align(model, sources, targets, answer)) {
    tell_cut(options.quiet, prediction);
    std::string title = picture_title(task ? task->task->name : "", prediction);
    if (const std::string& unread = unknown[prediction.input]; !unread.empty()) {
      title += " · read as <unk>: " + unread;
    }
    if (answer.posterior) title += " · posterior";
    const std::string trace = tracer ? trace_to_page_json(tracer->trace(prediction)) : "";
    pictures.push_back({std::move(prediction.map), title, path, checksum, "", trace});
  }
}

Pictures collect(const RenderOptions& options) {
  Pictures pictures;
  const GivenLabels labels = read_given_labels(options.matrix);
  for (const std::string& file : options.matrix.files) {
    add_from_matrix(options, labels, file, pictures);
  }
  if (options.matrix.files.size() != 1) pictures.row_names = pictures.column_names = {};
  std::vector<Picture>& each = pictures.each;
  if (each.empty()) {
    std::vector<std::string> models = options.models;
    if (models.empty()) models.push_back(newest_run());
    for (const std::string& model : models) add_from_model(options, model, each);
  }
  const auto has_gold = [](const Picture& picture) { return !picture.map.gold.empty(); };
  if (options.figure.look.gold && std::ranges::none_of(each, has_gold)) {
    tell_note(options.quiet, "--gold: no true alignment is known here");
  }
  if (!options.figure.look.difference) return pictures;
  if (each.size() != 2) {
    throw UsageError(fmt::format(
        "--difference: expected two maps, got {}; name two files with --matrix or two maps of one "
        "with --index or --sentence, or two models with --model",
        each.size()));
  }
  const auto is_attribution = [](const Picture& picture) {
    return picture.map.kind == MapKind::attribution;
  };
  if (std::ranges::any_of(each, is_attribution)) {
    for (Picture& picture : each) divide_with_note(picture.map);
  }
  return {{subtract(each[0], each[1])}, {}, {}};
}

Pictures collect_to_draw(const RenderOptions& options) {
  Pictures pictures = collect(options);
  if (options.upwards) {
    for (Picture& picture : pictures.each) turn_upwards(picture.map);
  }
  return pictures;
}

Figure draw_comparison(const RenderOptions& options, const std::string& format) {
  const bool training = options.curve_of == "training";
  CurveOptions curves;
  curves.title =
      options.figure.look.title.value_or(training ? "Training" : "Exact match by input length");
  if (training) curves.panel_height = 180;
  return draw_chart(
      training ? training_curves(options.curves) : length_curves(options.curves, options.count),
      curves, format);
}

FigureOptions figure_options(const RenderOptions& options, const std::string& format) {
  FigureOptions figure = options.figure;
  figure.format = format;
  figure.name_sources = options.models.size() > 1;
  figure.quiet = options.quiet;
  return figure;
}

std::vector<AttentionMap> maps_of_run(const RenderOptions& options) {
  return film_maps(options.film.run, options.inputs.empty() ? "" : options.inputs.front());
}

/// A film or a strip.
Figure draw_maps_of_run(const RenderOptions& options, const std::string& format) {
  FigureOptions figure = figure_options(options, format);
  std::vector<AttentionMap> maps = maps_of_run(options);
  if (options.upwards) std::ranges::for_each(maps, turn_upwards);
  if (options.film.strip.empty()) return draw_film(maps, options.film, figure);
  if (!figure.look.title) figure.look.title = film_title(maps.front());
  return draw_figure(strip_of(maps, options.film), figure);
}

Figure draw(const RenderOptions& options, const std::string& format) {
  if (!options.curves.empty()) return draw_comparison(options, format);
  if (options.film.given()) return draw_maps_of_run(options, format);
  FigureOptions figure = figure_options(options, format);
  Pictures pictures = collect_to_draw(options);
  if (!options.over.photo.empty()) pictures = lay_over_photo(options.over, pictures, figure);
  return draw_figure(pictures, figure);
}

/// What is no picture.
std::string convert(const RenderOptions& options, const std::string& format, bool to_file) {
  if (format == terminal_format) {
    return draw_text(collect_to_draw(options), figure_options(options, format),
                     terminal_options(to_file ? -1 : STDOUT_FILENO));
  }
  if (format == page_format) {
    const Pictures pictures =
        options.film.given() ? frames_of(maps_of_run(options), options.film) : collect(options);
    return draw_page(pictures, {figure_options(options, format), options.upwards});
  }
  Pictures pictures = collect(options);
  std::vector<AttentionMap> maps;
  for (Picture& picture : pictures.each) {
    const auto& title = options.figure.look.title;
    if (title) picture.map.metadata["title"] = *title;
    if (!picture.name.empty()) picture.map.metadata.try_emplace("title", picture.name);
    maps.push_back(std::move(picture.map));
  }
  return maps_to_bytes("--out", maps, format);
}

/// What the command is known to read before it starts; fonts in folders come later.
Inputs inputs_of(const RenderOptions& options) {
  Inputs inputs;
  add_inputs(options.matrix, inputs);
  inputs.add("--gold", options.figure.look.gold_file);
  inputs.add("--font", options.figure.fonts);
  inputs.add("--over", options.over.photo);
  inputs.add("--curve", options.curves);
  inputs.add("--film", options.film.run);
  inputs.add("--model", options.models);
  if (options.matrix.files.empty() && options.models.empty() && options.curves.empty() &&
      !options.film.given()) {
    inputs.add_model("--model", "");
  }
  return inputs;
}

/// --columns means panels, or a part of the map.
void place_columns(RenderOptions& options) {
  if (options.columns.empty()) return;
  if (options.columns.find(':') != std::string::npos) {
    if (options.matrix.files.empty()) throw UsageError("--columns: a range needs --matrix");
    if (!options.matrix.crop_columns.empty()) {
      throw UsageError("--columns: expected a number of panels beside --crop-columns, got a range");
    }
    options.matrix.crop_columns = options.columns;
    return;
  }
  const auto count = parse_integer<int>(options.columns);
  if (!count || *count < 1 || *count > 256) {
    throw UsageError("--columns: expected an integer in 1..256, or a range such as 0:13, got \"" +
                     printable(options.columns) + '"');
  }
  options.figure.columns = *count;
}

void require_film(const RenderOptions& options, const std::string& format) {
  const std::vector<std::string>& formats = film_formats(options.film);
  if (std::ranges::find(formats, format) == formats.end()) {
    throw UsageError(fmt::format("{}: expected a file that ends in .{} as --out, got {}",
                                 options.film.strip.empty() ? "--film" : "--strip",
                                 join(formats, " or ."), format));
  }
  if (options.inputs.size() > 1) throw UsageError("--film: expected one --input");
  if (options.figure.columns > 0 && options.film.strip.empty()) {
    throw UsageError("--columns: has no use with --film, unless with --strip");
  }
}

void run_render(RenderOptions options) {
  place_columns(options);
  if (!options.figure.look.gold_file.empty() && options.matrix.files.size() != 1) {
    throw UsageError("--gold: a file of links is for the maps of one --matrix");
  }
  if (!options.out && options.format != terminal_format) {
    throw UsageError("--out is required; see attnviz render --help");
  }
  const std::string out = options.out.value_or("-");
  const std::string format =
      output_format("--out", out, options.format,
                    options.film.given() ? film_formats(options.film) : file_formats());
  if (options.film.given()) require_film(options, format);
  if (format == "gif" && !options.film.given()) throw UsageError("--format: a .gif is for --film");
  if (!options.curves.empty() && format != "png" && format != "svg") {
    throw UsageError("--curve: expected a file that ends in .png or .svg as --out, got " + format);
  }
  if (!options.over.photo.empty() && format != "png" && format != "svg") {
    throw UsageError("--over: expected a file that ends in .png or .svg as --out, got " + format);
  }
  const bool is_binary = format == "png" || format == "gif" || format == "npy" || format == "npz";
  if (out == "-" && is_binary && isatty(STDOUT_FILENO) == 1) {
    throw UsageError("--out: expected a file or a pipe for " + format + ", got a terminal");
  }
  options.traced = format == page_format && !options.figure.look.difference;
  Inputs inputs = inputs_of(options);
  inputs.refuse_output("--out", out);
  check_writable(out);
  std::string wrote = "wrote " + printable(out, no_limit);
  std::string bytes;
  if (format == "png" || format == "gif" || format == "svg") {
    Figure figure = draw(options, format);
    inputs.add("a font", figure.fonts);
    inputs.refuse_output("--out", out);
    bytes = std::move(figure.file);
    wrote += fmt::format(" ({}x{} pixels)", figure.width, figure.height);
  } else {
    bytes = convert(options, format, out != "-");
  }
  // A map for the terminal has colours, and no control characters of labels.
  if (out == "-" && format != terminal_format) {
    print(bytes);
  } else {
    write_file(out, bytes);
  }
  if (out != "-") tell(options.quiet, wrote);
}

}  // namespace

void add_render(Program& program) {
  const auto options = std::make_shared<RenderOptions>();
  const Command command =
      program.add("render", "draw attention as a picture",
                  {"attnviz render --out heat.png",
                   "attnviz render --model runs/dates --input \"28 March 2005\" --out date.png",
                   "attnviz render --matrix maps.json --out map.png",
                   "attnviz render --matrix heads.npz --index 0,3 --out head.png",
                   "attnviz render --format terminal",
                   "attnviz render --model runs/reverse runs/sort --out both.png",
                   "attnviz render --model runs/a runs/b --input abc --difference --out d.svg",
                   "attnviz render --curve runs/a runs/b --out curve.png",
                   "attnviz render --film runs/reverse --out film.png"});
  command
      .text(
          "--out", options->out,
          "the picture, .png or .svg (a film: .png or .gif); a page to explore, .html; or the map "
          "as .json, .jsonl, .csv, .tsv, .npy or .npz; or "
          "-, standard output (default with --format terminal)")
      .type("FILE");
  command.choice("--format", options->format, all_formats(),
                 "what to write (default: by the ending of --out; png to -)");
  command.texts("--input", options->inputs,
                "what the model is given (default: the sample input of its task)");
  command.paths("--model", options->models,
                "a run's folder or a model file (default: the newest run)");
  add_matrix_options(command, options->matrix, MatrixUse::draw_first);
  add_over_options(command, options->over);
  command
      .paths("--curve", options->curves,
             "compare runs: exact match against input length, or what --curve-of says")
      .type("FOLDER");
  command
      .texts("--target", options->targets,
             "the answer to draw in place of the model's, one for each --input")
      .needs("--input");
  add_answer_options(command, options->answer);
  add_map_option(command, options->map);
  command.option("--target").excludes("--beam", "--replace-unk");
  for (const char* other : {"--matrix", "--curve"}) {
    command.option(other).excludes("--input", "--model", "--beam", "--replace-unk", "--map");
  }
  command.option("--matrix").excludes("--curve");
  command
      .choice("--curve-of", options->curve_of, {"lengths", "training"},
              "what --curve draws (default lengths)")
      .needs("--curve");
  command
      .integer("--count", options->count, 1, 100'000,
               "examples of each length for --curve (default 500)")
      .needs("--curve");
  command
      .words("--columns", options->columns, "a number or a range",
             "panels side by side when there are several, 1..256 (default: by their sizes); with a "
             "colon, as --crop-columns")
      .type("N|A:B");
  command.words("--rows", options->matrix.crop_rows, "a range", "as --crop-rows (default: all)")
      .type("A:B")
      .needs("--matrix")
      .excludes("--crop-rows");
  command
      .flag("--difference", options->figure.look.difference,
            "the first of two maps minus the second, from -1 to 1")
      .excludes("--curve");
  command
      .flag("--upwards", options->upwards,
            "draw the first row at the bottom, as of positions that count upwards")
      .excludes("--curve", "--over");
  command
      .paths("--font", options->figure.fonts,
             "a TrueType or OpenType file for characters the built-in face lacks")
      .type("FILE")
      .excludes("--curve");
  add_film_options(command, options->film);
  for (const Option& look : add_look_options(command, options->figure.look)) {
    look.excludes("--curve");
  }
  command.option("--difference").excludes("--colormap", "--mark-argmax");
  command.option("--over").excludes("--difference", "--annotate", "--mark-argmax", "--gold",
                                    "--grid-lines", "--x-title", "--y-title", "--font-size");
  command.flag("--quiet", options->quiet, "no notes and warnings");
  command.end_help_with(
      "Attention says where a model looked, not what it needed: attnviz explain draws both.");
  command.run([options] { run_render(*options); });
}

}  // namespace attnviz

#include "render_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iomanip>
#include <locale>
#include <memory>
#include <sstream>

#include "attnviz/base/attention_io.h"
#include "attnviz/base/error.h"
#include "attnviz/base/file.h"
#include "attnviz/base/hash.h"
#include "attnviz/base/utf8.h"
#include "attnviz/infer/predict.h"
#include "attnviz/model/checkpoint.h"
#include "attnviz/render/curve.h"
#include "attnviz/render/png.h"
#include "attnviz/train/run_folder.h"
#include "curves.h"
#include "figure.h"
#include "options.h"
#include "output.h"
#include "version.h"

namespace attnviz {
namespace {

struct RenderOptions {
  std::string out;
  std::vector<std::string> models;  // several of these three make a contact sheet
  std::vector<std::string> inputs;
  std::vector<std::string> matrices;
  std::vector<std::string> curves;  // runs to compare
  std::string curve_of = "lengths";
  int count = 500;  // examples a length
  int sentence = 1;
  std::string format;  // "" to go by the name of the file
  FigureOptions figure;
  bool quiet = false;
};

/// Rows that are no distribution are drawn as they are: somebody may want to see just that.
void warn_of_odd_rows(const RenderOptions& options, const std::string& file,
                      const AttentionMap& map) {
  constexpr float tolerance = 0.015F;  // weights written with two decimals
  std::size_t first = 0;
  std::size_t count = 0;
  for (std::size_t r = map.rows(); r-- > 0;) {
    float sum = 0.0F;
    float least = 0.0F;
    for (std::size_t c = 0; c < map.columns(); ++c) {
      sum += map.at(r, c);
      least = std::min(least, map.at(r, c));
    }
    if (std::abs(sum - 1.0F) <= tolerance && least >= 0.0F) continue;
    first = r;
    ++count;
  }
  if (count == 0) return;
  tell(options.quiet, "attnviz: warning: " + printable(file, no_limit) + ": " +
                          std::to_string(count) + " of " + std::to_string(map.rows()) +
                          " rows are not weights in 0..1 that sum to one (the first is row " +
                          std::to_string(first + 1) + "); drawn as they are");
}

Picture from_matrix(const RenderOptions& options, const std::string& file) {
  auto maps = read_attention_file(file);
  const auto index = static_cast<std::size_t>(options.sentence);
  if (index > maps.size()) {
    throw UsageError("--sentence: expected 1.." + std::to_string(maps.size()) + ", the maps in " +
                     printable(file, no_limit) + ", got " + std::to_string(options.sentence));
  }
  Picture picture{std::move(maps[index - 1]), "", file, ""};
  warn_of_odd_rows(options, file, picture.map);
  const auto title = picture.map.facts.find("title");
  picture.title = title == picture.map.facts.end() ? "" : title->second;
  return picture;
}

/// Tells models apart: of the bytes of their file.
std::string checksum_of(const Model& model) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << "fnv1a64:" << std::hex << std::setw(16) << std::setfill('0') << fnv1a(write_model(model));
  return text.str();
}

/// A picture for each input, or of the task's sample input if none is given.
void add_from_model(const RenderOptions& options, const std::string& path,
                    std::vector<Picture>& pictures) {
  const Model model = load_model(path);
  const std::string checksum = checksum_of(model);
  const auto task = task_of(model);
  std::vector<std::string> inputs = options.inputs;
  if (inputs.empty() && !task) throw UsageError("--input: expected a text: the model has no task");
  if (inputs.empty()) inputs.emplace_back(task->task->sample_input);
  std::vector<std::vector<std::string>> sources;
  bool dropped = false;
  for (const std::string& input : inputs) {
    SourceText source = read_source(model.source, separators_of(model), input);
    dropped = dropped || source.separators_dropped;
    sources.push_back(std::move(source.symbols));
  }
  if (dropped) tell(options.quiet, separators_note);
  for (Prediction& prediction : predict(model, sources)) {
    const std::string title = picture_title(task ? task->task->name : "", prediction.map);
    pictures.push_back({std::move(prediction.map), title, path, checksum});
  }
}

std::vector<Picture> collect(const RenderOptions& options) {
  std::vector<Picture> pictures;
  for (const std::string& file : options.matrices) pictures.push_back(from_matrix(options, file));
  if (!pictures.empty()) return pictures;
  std::vector<std::string> models = options.models;
  if (models.empty()) models.push_back(newest_run());
  for (const std::string& model : models) add_from_model(options, model, pictures);
  return pictures;
}

Figure draw_comparison(const RenderOptions& options) {
  const bool training = options.curve_of == "training";
  CurveOptions curves;
  curves.title =
      options.figure.look.title.value_or(training ? "Training" : "Exact match by input length");
  if (training) curves.panel_height = 180;
  const Canvas canvas = draw_curves(
      training ? training_curves(options.curves) : length_curves(options.curves, options.count),
      curves);
  return {encode_png(canvas, {{"Software", program_name()}}), canvas.width(), canvas.height()};
}

/// "png" or "svg", by --format or the file's name.
std::string format_of(const RenderOptions& options) {
  const auto dot = options.out.rfind('.');
  const std::string ending = dot == std::string::npos ? "" : options.out.substr(dot + 1);
  const bool known = ending == "png" || ending == "svg";
  if (options.out != "-" && !known) {
    throw UsageError("--out: expected a file that ends in .png or .svg, or -, got \"" +
                     printable(options.out) + '"');
  }
  if (known && !options.format.empty() && options.format != ending) {
    throw UsageError("--format: expected " + ending + ", as --out ends so, got \"" +
                     options.format + '"');
  }
  const std::string format = known ? ending : options.format.empty() ? "png" : options.format;
  if (format == "svg" && !options.curves.empty()) {
    throw UsageError("--curve: expected a file that ends in .png, got \"" + printable(options.out) +
                     '"');
  }
  return format;
}

Figure draw(const RenderOptions& options, const std::string& format) {
  if (!options.curves.empty()) return draw_comparison(options);
  std::vector<Picture> pictures = collect(options);
  if (options.figure.look.difference) {
    if (pictures.size() != 2) {
      throw UsageError("--difference: expected two maps, got " + std::to_string(pictures.size()) +
                       "; name two files with --matrix, or two models with --model");
    }
    pictures = {subtract(pictures[0], pictures[1])};
  }
  FigureOptions figure = options.figure;
  figure.format = format;
  figure.name_sources = options.models.size() > 1;
  figure.quiet = options.quiet;
  return draw_figure(pictures, figure);
}

void run_render(const RenderOptions& options) {
  const std::string format = format_of(options);
  check_writable(options.out);
  const Figure figure = draw(options, format);
  write_file(options.out, figure.file);
  if (options.out != "-") {
    tell(options.quiet, "wrote " + printable(options.out, no_limit) + " (" +
                            std::to_string(figure.width) + "x" + std::to_string(figure.height) +
                            " pixels)");
  }
}

}  // namespace

void setup_render(CLI::App& program) {
  const auto options = std::make_shared<RenderOptions>();
  CLI::App& command = *program.add_subcommand("render", "draw attention as a picture");
  lead_with_examples(command,
                     {"attnviz render --out heat.png",
                      "attnviz render --model runs/dates --input \"28 March 2005\" --out date.png",
                      "attnviz render --matrix maps.json --out map.png",
                      "attnviz render --model runs/reverse runs/sort --out both.png",
                      "attnviz render --model runs/a runs/b --input abc --difference --out d.svg",
                      "attnviz render --curve runs/a runs/b --out curve.png"});
  command.add_option("--out", options->out, "the picture, .png or .svg, or - for standard output")
      ->required()
      ->type_name("FILE");
  CLI::Option* input =
      add_list_option(command, "--input", options->inputs, "TEXT",
                      "what the model is given (default: the sample input of its task)");
  CLI::Option* model = add_list_option(command, "--model", options->models, "PATH",
                                       "a run's folder or a model file (default: the newest run)");
  CLI::Option* matrix =
      add_list_option(command, "--matrix", options->matrices, "FILE",
                      "draw this .json, .jsonl or .csv file, or JSON from -; no model is used");
  CLI::Option* curve =
      add_list_option(command, "--curve", options->curves, "FOLDER",
                      "compare runs: exact match against input length, or what --curve-of says");
  matrix->excludes(input, model, curve);
  curve->excludes(input, model);
  add_choice_option(command, "--curve-of", options->curve_of, {"lengths", "training"},
                    "what --curve draws (default lengths)")
      ->needs(curve);
  add_integer_option(command, "--count", options->count, 1, 100'000,
                     "examples of each length for --curve (default 500)")
      ->needs(curve);
  add_integer_option(command, "--sentence", options->sentence, 1, 1'000'000'000,
                     "which map of a file with several (default 1)")
      ->needs(matrix);
  add_integer_option(command, "--columns", options->figure.columns, 1, 256,
                     "panels side by side when there are several (default: by their sizes)");
  CLI::Option* difference =
      command.add_flag("--difference", options->figure.look.difference,
                       "the first of two maps minus the second, from -1 to 1");
  CLI::Option* font = add_list_option(
      command, "--font", options->figure.fonts, "FILE",
      "a TrueType or OpenType file for characters the built-in face lacks; it must be trusted");
  curve->excludes(font);
  add_choice_option(command, "--format", options->format, {"png", "svg"},
                    "of the picture, where --out is - (default png)");
  for (CLI::Option* look : add_look_options(command, options->figure.look)) curve->excludes(look);
  difference->excludes(curve, "--colormap", "--mark-argmax");
  command.add_flag("--quiet", options->quiet, "no notes and warnings");
  command.callback([options] { run_render(*options); });
}

}  // namespace attnviz

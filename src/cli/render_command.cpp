#include "render_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <memory>

#include "attnviz/base/attention_io.h"
#include "attnviz/base/error.h"
#include "attnviz/base/file.h"
#include "attnviz/base/utf8.h"
#include "attnviz/infer/predict.h"
#include "attnviz/model/checkpoint.h"
#include "attnviz/render/curve.h"
#include "attnviz/render/heatmap.h"
#include "attnviz/render/png.h"
#include "attnviz/render/sheet.h"
#include "attnviz/train/run_folder.h"
#include "curves.h"
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
  std::optional<std::string> title;
  int columns = 0;
  int cell = 0;
  bool gold = false;
  bool quiet = false;
};

/// What is drawn, and what is said about it.
struct Picture {
  AttentionMap map;
  std::string title;
  std::string source;  // for the file's metadata
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
  Picture picture{std::move(maps[index - 1]), "", file};
  warn_of_odd_rows(options, file, picture.map);
  const auto title = picture.map.facts.find("title");
  picture.title = title == picture.map.facts.end() ? "" : title->second;
  return picture;
}

/// A picture for each input, or of the task's sample input if none is given.
void add_from_model(const RenderOptions& options, const std::string& path,
                    std::vector<Picture>& pictures) {
  const Model model = load_model(path);
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
    pictures.push_back({std::move(prediction.map), title, path});
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

std::string read_title(const std::string& text) {
  const auto bad = find_invalid_utf8(text);
  if (!bad) return text;
  throw UsageError("--title: expected UTF-8, got \"" + printable(text) + "\", invalid at byte " +
                   std::to_string(*bad + 1));
}

/// What the layout had to leave out.
void tell_thinning(const RenderOptions& options, const PanelLayout& layout) {
  const auto thinned = [&](int stride, const char* which) {
    if (stride == 1) return;
    tell(options.quiet, "attnviz: note: " + std::string(which) + " labels are thinned to every " +
                            std::to_string(stride) + "th");
  };
  thinned(layout.row_label_stride, "row");
  thinned(layout.column_label_stride, "column");
  if (layout.labels_shortened) {
    tell(options.quiet, "attnviz: note: labels of more than 40 characters are shortened");
  }
}

HeatmapOptions panel_options(const RenderOptions& options, const Picture& picture) {
  HeatmapOptions panel;
  panel.title = picture.title;
  panel.caption = picture_caption(picture.map);
  panel.cell = options.cell;
  panel.outline_gold = options.gold;
  return panel;
}

Canvas draw_one(const RenderOptions& options, const Picture& picture) {
  HeatmapOptions heatmap = panel_options(options, picture);
  heatmap.title = options.title.value_or(heatmap.title);
  const HeatmapLayout layout = lay_out_heatmap(picture.map, heatmap);
  tell_thinning(options, layout);
  return draw_heatmap(picture.map, heatmap, layout);
}

Canvas draw_many(const RenderOptions& options, const std::vector<Picture>& pictures) {
  std::vector<AttentionMap> maps;
  std::vector<HeatmapOptions> each;
  for (const Picture& picture : pictures) {
    maps.push_back(picture.map);
    each.push_back(panel_options(options, picture));
    if (options.models.size() > 1) {
      each.back().title = printable(picture.source, no_limit) + "\n" + each.back().title;
    }
  }
  SheetOptions sheet;
  sheet.title = options.title.value_or("");
  sheet.columns = options.columns;
  sheet.cell = options.cell;
  const SheetLayout layout = lay_out_sheet(maps, each, sheet);
  const auto thinned =
      std::find_if(layout.panels.begin(), layout.panels.end(), [](const SheetPanel& panel) {
        return panel.row_label_stride > 1 || panel.column_label_stride > 1 ||
               panel.labels_shortened;
      });
  if (thinned != layout.panels.end()) tell_thinning(options, *thinned);
  return draw_sheet(maps, each, sheet, layout);
}

Canvas draw_comparison(const RenderOptions& options) {
  const bool training = options.curve_of == "training";
  CurveOptions curves;
  curves.title = options.title.value_or(training ? "Training" : "Exact match by input length");
  if (training) curves.panel_height = 180;
  return draw_curves(
      training ? training_curves(options.curves) : length_curves(options.curves, options.count),
      curves);
}

void run_render(const RenderOptions& options) {
  if (options.out != "-" && !options.out.ends_with(".png")) {
    throw UsageError("--out: expected a file that ends in .png, or -, got \"" +
                     printable(options.out) + '"');
  }
  check_writable(options.out);
  std::vector<Picture> pictures;
  if (options.curves.empty()) pictures = collect(options);
  const Canvas canvas = !options.curves.empty() ? draw_comparison(options)
                        : pictures.size() == 1  ? draw_one(options, pictures.front())
                                                : draw_many(options, pictures);
  PngText text{{"Software", program_name()}};
  if (pictures.size() == 1) {
    text.emplace_back("Title", options.title.value_or(pictures.front().title));
    text.emplace_back("Source", printable(pictures.front().source, no_limit));
  }
  write_file(options.out, encode_png(canvas, text));
  if (options.out != "-") {
    tell(options.quiet, "wrote " + printable(options.out, no_limit) + " (" +
                            std::to_string(canvas.width()) + "x" + std::to_string(canvas.height()) +
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
                      "attnviz render --curve runs/a runs/b --out curve.png"});
  command.add_option("--out", options->out, "the picture, .png, or - for standard output")
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
  command
      .add_option_function<std::string>(
          "--title", [options](const std::string& text) { options->title = read_title(text); },
          "the title (default: what the picture shows)")
      ->type_name("TEXT");
  add_integer_option(command, "--columns", options->columns, 1, 256,
                     "panels side by side when there are several (default: by their sizes)");
  add_integer_option(command, "--cell", options->cell, 1, 256,
                     "side of a cell in pixels (default: by the size of the map)");
  command.add_flag("--gold", options->gold, "outline the cells of the gold alignment");
  command.add_flag("--quiet", options->quiet, "no notes and warnings");
  command.callback([options] { run_render(*options); });
}

}  // namespace attnviz

#include "render_command.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "attnviz/base/attention_io.h"
#include "attnviz/base/error.h"
#include "attnviz/base/file.h"
#include "attnviz/infer/predict.h"
#include "attnviz/model/checkpoint.h"
#include "attnviz/render/heatmap.h"
#include "attnviz/render/png.h"
#include "attnviz/train/run_folder.h"
#include "options.h"
#include "output.h"
#include "version.h"

namespace attnviz {
namespace {

struct RenderOptions {
  std::string out;
  std::string model;
  std::optional<std::string> input;
  std::string matrix;
  int sentence = 1;
  std::optional<std::string> title;
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

Picture from_matrix(const RenderOptions& options) {
  auto maps = read_attention_file(options.matrix);
  const auto index = static_cast<std::size_t>(options.sentence);
  if (index > maps.size()) {
    throw UsageError("--sentence: expected 1.." + std::to_string(maps.size()) + ", the maps in " +
                     options.matrix + ", got " + std::to_string(options.sentence));
  }
  Picture picture{std::move(maps[index - 1]), "", options.matrix};
  const auto title = picture.map.facts.find("title");
  picture.title = title == picture.map.facts.end() ? "" : title->second;
  return picture;
}

Picture from_model(const RenderOptions& options) {
  const std::string path = options.model.empty() ? newest_run() : options.model;
  const Model model = load_model(path);
  const auto task = task_of(model);
  if (!options.input && !task) throw UsageError("--input: expected a text: the model has no task");
  const std::string input =
      options.input.value_or(task ? std::string(task->task->sample_input) : std::string());
  const std::vector<std::vector<std::string>> sources{read_source(model, input)};
  Picture picture{std::move(predict(model, sources).front().map), "", path};
  picture.title = picture_title(task ? task->task->name : "", picture.map);
  return picture;
}

/// What the layout had to leave out.
void tell_thinning(const RenderOptions& options, const HeatmapLayout& layout) {
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

void run_render(const RenderOptions& options) {
  if (options.out != "-" && !options.out.ends_with(".png")) {
    throw UsageError("--out: expected a file that ends in .png, or -, got \"" +
                     printable(options.out) + '"');
  }
  check_writable(options.out);
  const Picture picture = options.matrix.empty() ? from_model(options) : from_matrix(options);

  HeatmapOptions heatmap;
  heatmap.title = options.title.value_or(picture.title);
  heatmap.caption = picture_caption(picture.map);
  heatmap.cell = options.cell;
  heatmap.outline_gold = options.gold;
  const HeatmapLayout layout = lay_out_heatmap(picture.map, heatmap);
  tell_thinning(options, layout);
  write_file(options.out,
             encode_png(draw_heatmap(picture.map, heatmap, layout), {{"Software", program_name()},
                                                                     {"Title", heatmap.title},
                                                                     {"Source", picture.source}}));
  if (options.out != "-") {
    tell(options.quiet, "wrote " + options.out + " (" + std::to_string(layout.width) + "x" +
                            std::to_string(layout.height) + " pixels)");
  }
}

}  // namespace

void setup_render(CLI::App& program) {
  const auto options = std::make_shared<RenderOptions>();
  CLI::App& command = *program.add_subcommand("render", "draw attention as a picture");
  lead_with_examples(command,
                     {"attnviz render --out heat.png",
                      "attnviz render --model runs/dates --input \"28 March 2005\" --out date.png",
                      "attnviz render --matrix maps.json --out map.png"});
  command.add_option("--out", options->out, "the picture, .png, or - for standard output")
      ->required()
      ->type_name("FILE");
  CLI::Option* input =
      command
          .add_option_function<std::string>(
              "--input", [options](const std::string& text) { options->input = text; },
              "what the model is given (default: the sample input of its task)")
          ->type_name("TEXT");
  CLI::Option* model = command
                           .add_option("--model", options->model,
                                       "a run's folder or a model file (default: the newest run)")
                           ->type_name("PATH");
  CLI::Option* matrix = command
                            .add_option("--matrix", options->matrix,
                                        "draw this .json, .jsonl or .csv file; no model is used")
                            ->type_name("FILE");
  matrix->excludes(input, model);
  add_integer_option(command, "--sentence", options->sentence, 1, 1'000'000'000,
                     "which map of a file with several (default 1)")
      ->needs(matrix);
  command
      .add_option_function<std::string>(
          "--title", [options](const std::string& text) { options->title = text; },
          "the title (default: what the picture shows)")
      ->type_name("TEXT");
  add_integer_option(command, "--cell", options->cell, 1, 256,
                     "side of a cell in pixels (default: by the size of the map)");
  command.add_flag("--gold", options->gold, "outline the cells of the gold alignment");
  command.add_flag("--quiet", options->quiet, "no messages");
  command.callback([options] { run_render(*options); });
}

}  // namespace attnviz

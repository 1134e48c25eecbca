// `attnviz predict`: a model's answers and their attention.
#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/line_reader.h"
#include "cli/answer_options.h"
#include "cli/commands.h"
#include "cli/inputs.h"
#include "cli/open_model.h"
#include "cli/output_format.h"
#include "cli/predict/predictor.h"
#include "formats/attention_file.h"

namespace attnviz {
namespace {

void predict_standard_input(Predictor& predictor) {
  LineReader lines("-");
  for (std::string line; lines.next(line);) predictor.add(line, lines.place() + ": ");
}

/// Several answers need a format that distinguishes them. `format` is that of --attention.
void check_n_best(const PredictOptions& options, const std::string& format) {
  const BeamOptions& beam = options.answer.beam;
  if (beam.n_best > beam.width) {
    throw UsageError(
        fmt::format("--n-best: expected at most --beam, {}, got {}", beam.width, beam.n_best));
  }
  if (beam.n_best == 1) return;
  if (!format.empty() && format != "jsonl") {
    throw UsageError("--attention: a ." + format + " file holds one map; with --n-best, expected " +
                     ".jsonl");
  }
  const std::string& alignment = options.alignment;
  if (!alignment.empty() && alignment != "marian" && alignment != "nematus") {
    throw UsageError("--alignment: " + alignment + " holds one answer an input; with --n-best, " +
                     "expected marian or nematus");
  }
}

void check_targets(const PredictOptions& options) {
  if (options.targets.empty()) return;
  if (options.targets.size() != options.inputs.size()) {
    throw UsageError(fmt::format("--target: expected one for each input, {}, got {}",
                                 options.inputs.size(), options.targets.size()));
  }
  if (std::find(options.inputs.begin(), options.inputs.end(), "-") != options.inputs.end()) {
    throw UsageError("--target: expected inputs on the command line, got - for standard input");
  }
}

void refuse_replaced_inputs(const PredictOptions& options) {
  Inputs inputs;
  inputs.add_model("--model", options.model);
  const bool reads = std::ranges::find(options.inputs, "-") != options.inputs.end();
  if (reads) inputs.add("-", "-");
  if (!options.attention.empty()) inputs.refuse_output("--attention", options.attention);
  inputs.refuse_output("standard output", "-");
}

void run_predict(const PredictOptions& options) {
  std::string format;
  if (options.attention == "-") {
    throw UsageError("--attention: expected a file; --json prints the attention");
  }
  if (!options.attention.empty()) {
    format = output_format("--attention", options.attention, "", written_format_names());
  }
  check_n_best(options, format);
  check_targets(options);
  refuse_replaced_inputs(options);
  if (!options.attention.empty()) check_writable(options.attention);
  const Model model = open_model(options.model);
  Predictor predictor(options, model, format);
  for (const std::string& input : options.inputs) {
    if (input == "-") {
      predict_standard_input(predictor);
    } else {
      predictor.add(input, "");
    }
  }
  predictor.answer();
  predictor.write_maps();
}

}  // namespace

void add_predict(Program& program) {
  const auto options = std::make_shared<PredictOptions>();
  const Command command = program.add(
      "predict", "answer inputs with a trained model",
      {"attnviz predict monojitcnn", "attnviz predict --model runs/dates \"28 March 2005\"",
       "attnviz predict --attention maps.jsonl - < inputs.txt",
       "attnviz predict --beam 5 --alignment pharaoh - < inputs.txt",
       "attnviz predict \"hop twice\" --target \"HOP HOP\""});
  command.arguments("input", options->inputs,
                    "texts, or - for the lines of standard input; put -- before the first if one "
                    "starts with -");
  add_model_option(command, "--model", options->model);
  command.path("--attention", options->attention,
               "also write the attention to this file: .jsonl (a map a line), or .json, .csv, "
               ".tsv, .npy or .npz for one input");
  command.texts("--target", options->targets,
                "the answer to take in place of the model's, one for each input: prints its "
                "log-probability");
  add_answer_options(command, options->answer);
  command.option("--target").excludes("--beam", "--replace-unk");
  command.integer("--n-best", options->answer.beam.n_best, 1, max_hypotheses,
                  "answers to print (default 1): input, rank, log-probability, answer");
  command.choice("--alignment", options->alignment, {"pharaoh", "marian", "nematus", "json", "npz"},
                 "print alignments (default: answers), in this format");
  command.flag("--json", options->json, "print answers with their attention as JSON, one a line")
      .excludes("--alignment");
  command.flag("--logits", options->answer.keep_logits, "add the logits to this JSON")
      .needs("--json")
      .excludes("--beam", "--target");
  command.flag("--show", options->show, "draw the attention on the terminal");
  command.flag("--quiet", options->quiet, "no notes and warnings");
  command.run([options] { run_predict(*options); });
}

}  // namespace attnviz

// `attnviz predict`: a model's answers and their attention.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/split.h"
#include "cli/answer_options.h"
#include "cli/commands.h"
#include "cli/input_lines.h"
#include "cli/inputs.h"
#include "cli/map_file.h"
#include "cli/open_model.h"
#include "cli/output.h"
#include "cli/output_format.h"
#include "cli/predict/predictor.h"

namespace attnviz {
namespace {

/// Calls add(line, place) for the lines that can be read.
template <typename Add>
void add_lines(const std::string& path, Predictor& predictor, Add add) {
  for_each_line(path, {add,
                       [&](const Error& error, const std::string& place) {
                         predictor.add_unreadable(error, place);
                       },
                       [&] { predictor.answer(); }});
}

void predict_lines(Predictor& predictor) {
  add_lines("-", predictor, [&](const std::string& line, const std::string& place) {
    predictor.add(line, std::nullopt, place);
  });
}

/// Lines of source TAB target. Further columns, such as a gold alignment, are left out.
void predict_pairs(const PredictOptions& options, Predictor& predictor) {
  bool told = false;
  add_lines(options.data, predictor, [&](const std::string& line, const std::string& place) {
    const std::vector<std::string_view> columns = split(line, "\t");
    if (columns.size() < 2) {
      return predictor.add_unreadable(InputError("expected source TAB target, got no TAB"), place);
    }
    if (columns.size() > 2 && !std::exchange(told, true)) {
      tell_note(options.quiet, place + "columns after the second are left out");
    }
    predictor.add(columns[0], columns[1], place);
  });
}

/// Notes that an input is the name of a file.
void tell_file(const PredictOptions& options, const std::string& input) {
  const std::string model = options.model.empty() ? "" : " --model " + shell_word(options.model);
  std::string note = file_note("attnviz predict" + model, input);
  if (note.empty()) return;
  if (input.ends_with(".tsv")) {
    note += ", for its pairs: attnviz predict" + model + " --data " + shell_word(input);
  }
  tell_note(options.quiet, note);
}

void predict_inputs(const PredictOptions& options, Predictor& predictor) {
  const std::vector<std::string>& inputs = options.inputs;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i] == "-") {
      predict_lines(predictor);
      continue;
    }
    tell_file(options, inputs[i]);
    std::optional<std::string_view> target;
    if (!options.targets.empty()) target = options.targets[i];
    predictor.add(inputs[i], target, inputs.size() == 1 ? "" : fmt::format("input {}: ", i + 1));
  }
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
  inputs.add("--data", options.data);
  if (!options.attention.empty()) inputs.refuse_output("--attention", options.attention);
  if (!options.trace.empty()) inputs.refuse_output("--trace", options.trace);
  if (!options.trace_full.empty()) inputs.refuse_output("--trace-full", options.trace_full);
  inputs.refuse_output("standard output", "-");
}

void check_trace_file(const std::string& option, const std::string& file,
                      const std::string& format) {
  if (file == "-") throw UsageError(option + ": expected a file, got -");
  if (!file.empty()) output_format(option, file, "", {format});
}

void run_predict(PredictOptions options) {
  if (options.inputs.empty() && options.data.empty()) {
    throw UsageError("input is required; see attnviz predict --help");
  }
  check_trace_file("--trace", options.trace, "jsonl");
  check_trace_file("--trace-full", options.trace_full, "npz");
  MapFile maps(options.attention);
  check_n_best(options, maps.format());
  check_targets(options);
  refuse_replaced_inputs(options);
  for (const std::string& file : {options.attention, options.trace, options.trace_full}) {
    if (!file.empty()) check_writable(file);
  }
  const Model model = open_model(options.model);
  options.answer.posterior = wants_posterior(options.map, model);
  if (model.config.hard && !(options.trace.empty() && options.trace_full.empty())) {
    throw UsageError("--trace: has no use with a model of hard attention, which forms no contexts");
  }
  // An input that stands alone is refused as any other argument is.
  options.strict = options.strict || (options.inputs.size() == 1 && options.inputs[0] != "-");
  Predictor predictor(options, model, std::move(maps));
  if (options.data.empty()) {
    predict_inputs(options, predictor);
  } else {
    predict_pairs(options, predictor);
  }
  predictor.finish();
}

}  // namespace

void add_predict(Program& program) {
  const auto options = std::make_shared<PredictOptions>();
  const Command command = program.add(
      "predict", "answer inputs with a trained model",
      {"attnviz predict monojitcnn", "attnviz predict --model runs/dates \"28 March 2005\"",
       "attnviz predict --attention maps.jsonl - < inputs.txt",
       "attnviz predict --beam 5 --alignment pharaoh - < inputs.txt",
       "attnviz predict \"hop twice\" --target \"HOP HOP\"",
       "attnviz predict --data pairs.tsv --alignment pharaoh"});
  command.texts("input", options->inputs,
                "texts, or - for the lines of standard input; put -- before the first if one "
                "starts with -. One without an answer is noted and leaves an empty entry");
  add_model_option(command, "--model", options->model);
  command.path("--attention", options->attention,
               "also write the attention to this file: .jsonl (a map a line), or .json, .csv, "
               ".tsv, .npy or .npz for one input");
  command
      .path("--trace", options->trace,
            "also write how each output comes about to this file, .jsonl: scores, weights, context "
            "and the most probable symbols, a line an output (default: none)")
      .type("FILE");
  command
      .path("--trace-full", options->trace_full,
            "the same of one input as arrays, .npz, with states, keys and logits (default: none)")
      .type("FILE");
  command.texts("--target", options->targets,
                "the answer to take in place of the model's, one for each input: prints its "
                "log-probability");
  command
      .path("--data", options->data,
            "take inputs and their answers from the lines of this file, source TAB target, or of "
            "standard input for - (no default)")
      .type("FILE")
      .excludes("input", "--target");
  add_answer_options(command, options->answer);
  add_map_option(command, options->map);
  command.option("--target").excludes("--beam", "--replace-unk");
  command
      .integer("--n-best", options->answer.beam.n_best, 1, max_hypotheses,
               "answers to print (default 1): input, rank, log-probability, answer")
      .excludes("--data");
  command.option("--data").excludes("--beam", "--replace-unk");
  for (const char* trace : {"--trace", "--trace-full"}) {
    command.option(trace).excludes("--n-best", "--replace-unk");
  }
  command.choice("--alignment", options->alignment, {"pharaoh", "marian", "nematus", "json", "npz"},
                 "print alignments (default: answers), in this format");
  command.flag("--json", options->json, "print answers with their attention as JSON, one a line")
      .excludes("--alignment");
  command.flag("--logits", options->answer.keep_logits, "add the logits to this JSON")
      .needs("--json")
      .excludes("--beam", "--target", "--data");
  command.flag("--strict", options->strict,
               "stop at the first input without an answer (default: exit with 1 at the end)");
  command.flag("--show", options->show, "draw the attention on the terminal");
  command.flag("--quiet", options->quiet, "no notes and warnings");
  command.run([options] { run_predict(*options); });
}

}  // namespace attnviz

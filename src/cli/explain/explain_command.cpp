// `attnviz explain`: which inputs an answer depends on, by attention and by other methods.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "attnviz/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/explain/input_explainer.h"
#include "cli/input_lines.h"
#include "cli/inputs.h"
#include "cli/open_model.h"
#include "cli/output.h"
#include "cli/output_format.h"
#include "train/run_folder.h"

namespace attnviz {
namespace {

bool reads_lines(const ExplainCommandOptions& options) {
  return std::ranges::find(options.inputs, "-") != options.inputs.end();
}

void check_targets(const ExplainCommandOptions& options) {
  if (options.targets.empty()) return;
  if (options.targets.size() != options.inputs.size()) {
    throw UsageError(fmt::format("--target: expected one for each input, {}, got {}",
                                 options.inputs.size(), options.targets.size()));
  }
  if (reads_lines(options)) {
    throw UsageError("--target: expected inputs on the command line, got - for standard input");
  }
}

/// The format of the picture; "" for none.
std::string check_picture(const ExplainCommandOptions& options) {
  if (!options.look.gold_file.empty()) {
    throw UsageError("--gold: takes no file here; the true alignment is the task's own");
  }
  if (options.out.empty()) return "";
  if (options.out == "-") {
    throw UsageError("--out: expected a file, as standard output has the scores");
  }
  return output_format("--out", options.out, "", {"png", "svg", "html"});
}

void refuse_replaced_inputs(const ExplainCommandOptions& options) {
  Inputs inputs;
  inputs.add_model("--model", options.model);
  if (reads_lines(options)) inputs.add("-", "-");
  if (!options.out.empty()) inputs.refuse_output("--out", options.out);
  if (!options.attention.empty()) inputs.refuse_output("--attention", options.attention);
  inputs.refuse_output("standard output", "-");
}

void explain_lines(InputExplainer& explainer) {
  for_each_line("-", {[&](const std::string& line, const std::string& place) {
                        explainer.add(line, std::nullopt, place);
                      },
                      [&](const Error& error, const std::string& place) {
                        explainer.add_unreadable(error, place);
                      },
                      [] {}});  // each is explained at once
}

void explain_inputs(const ExplainCommandOptions& options, InputExplainer& explainer) {
  const std::vector<std::string>& inputs = options.inputs;
  const std::string model = options.model.empty() ? "" : " --model " + shell_word(options.model);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i] == "-") {
      explain_lines(explainer);
      continue;
    }
    const std::string note = file_note("attnviz explain" + model, inputs[i]);
    if (!note.empty()) tell_note(options.quiet, note);
    std::optional<std::string_view> target;
    if (!options.targets.empty()) target = options.targets[i];
    explainer.add(inputs[i], target, inputs.size() == 1 ? "" : fmt::format("input {}: ", i + 1));
  }
}

void run_explain(const ExplainCommandOptions& options) {
  if (options.inputs.empty()) throw UsageError("input is required; see attnviz explain --help");
  MapFile maps(options.attention);
  check_targets(options);
  const std::string format = check_picture(options);
  refuse_replaced_inputs(options);
  for (const std::string& file : {options.out, options.attention}) {
    if (!file.empty()) check_writable(file);
  }
  const std::string path = options.model.empty() ? newest_run() : options.model;
  const Model model = open_model(path);
  InputExplainer explainer(options, model, path, format, std::move(maps));
  explain_inputs(options, explainer);
  explainer.finish();
}

}  // namespace

void add_explain(Program& program) {
  const auto options = std::make_shared<ExplainCommandOptions>();
  const Command command = program.add(
      "explain", "say which inputs an answer depends on, by attention and other methods",
      {"attnviz explain monojitcnn", "attnviz explain 39641 --model runs/sort --out methods.png",
       "attnviz explain \"28 March 2005\" --model runs/dates --method attention,occlusion,ig,truth",
       "attnviz explain --method shapley --attention maps.jsonl - < inputs.txt"});
  command.texts("input", options->inputs,
                "texts, or - for the lines of standard input; put -- before the first if one "
                "starts with -. One that cannot be explained is noted");
  add_model_option(command, "--model", options->model);
  command
      .words("--method", options->method.methods, "all, or methods such as attention,ig",
             "all, or some of " + method_names() +
                 " (default: attention,occlusion,shapley,truth; truth for tasks alone)")
      .type("LIST");
  add_method_options(command, options->method);
  command.integer(
      "--seed", options->explain.seed, 0, UINT64_MAX,
      "which samples; also of the swaps of an input that has more than 256 (default 1)");
  command.texts("--target", options->targets,
                "the answer to explain in place of the model's, one for each input");
  command
      .path(
          "--out", options->out,
          "also draw the maps of one input to this file: .png or .svg, a panel for each method, or "
          ".html, a page that shows them in turn (default: none)")
      .type("FILE");
  command.path("--attention", options->attention,
               "also write the maps to this file: .jsonl (a map a line), or .json, .csv, .tsv, "
               ".npy or .npz for one method and input");
  command.flag("--json", options->json, "print the maps with their scores as JSON, one a line");
  command.flag("--show", options->show, "draw the maps on the terminal");
  command.flag("--quiet", options->quiet, "no notes and warnings");
  for (const Option& look : add_look_options(command, options->look)) look.needs("--out");
  command.option("--title").needs("--out");
  command.end_help_with(
      "Attention says where the model looked, not what it needed. Maps hold changes of log p "
      "unless they say otherwise; docs/faithfulness.md has each method's question, equation and "
      "cost.");
  command.run([options] { run_explain(*options); });
}

}  // namespace attnviz

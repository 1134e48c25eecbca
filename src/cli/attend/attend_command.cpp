// `attnviz attend`: attention over given vectors, without a model.
#include <fmt/core.h>

#include <memory>

#include "attnviz/error.h"
#include "base/file.h"
#include "cli/attend/attend_inputs.h"
#include "cli/attend/attend_report.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/output_format.h"
#include "cli/render/figure.h"
#include "cli/render/page.h"
#include "formats/attention_file.h"

namespace attnviz {
namespace {

void tell_ties(const AttendOptions& options, const AttendedValues& attended) {
  if (attended.tied.empty()) return;
  tell_note(options.quiet,
            fmt::format("several keys have the largest score in {} of {} rows, row {} the first: "
                        "the first of the keys is taken",
                        attended.tied.size(), attended.weights.rows, attended.tied.front() + 1));
}

/// The format of the file; "" for none.
std::string check_out(const AttendOptions& options) {
  if (options.out.empty()) return "";
  if (options.out == "-") {
    throw UsageError("--out: expected a file, as standard output has the weights");
  }
  return output_format("--out", options.out, "", {"png", "svg", "html", "npz", "json"});
}

void write_map(const AttendOptions& options, const std::string& format, AttentionMap map,
               Inputs& files) {
  std::string bytes;
  std::string wrote = "wrote " + printable(options.out, no_limit);
  FigureOptions figure;
  figure.format = format;
  figure.quiet = options.quiet;
  figure.look.row_title = "queries";
  figure.look.column_title = "keys";
  const std::string title = map.metadata.at("title");
  const std::string source = options.input.empty() ? options.query : options.input;
  const Pictures pictures{{{std::move(map), title, source, "", ""}}, {}, {}};
  if (format == "png" || format == "svg") {
    const Figure drawn = draw_figure(pictures, figure);
    files.add("a font", drawn.fonts);
    files.refuse_output("--out", options.out);
    bytes = drawn.file;
    wrote += fmt::format(" ({}x{} pixels)", drawn.width, drawn.height);
  } else if (format == "html") {
    bytes = draw_page(pictures, {figure});
  } else {
    bytes = attention_to_bytes(pictures.each.front().map, *attention_format(format));
  }
  write_file(options.out, bytes);
  tell(options.quiet, wrote);
}

void run_attend(const AttendOptions& options) {
  const std::string format = check_out(options);
  Inputs files = files_of(options);
  files.refuse_output("standard output", "-");
  if (!format.empty()) {
    files.refuse_output("--out", options.out);
    check_writable(options.out);
  }
  const AttendInputs inputs = read_inputs(options);
  const AttendedValues attended =
      attend_values(inputs.layer, inputs.query, inputs.key, inputs.value, inputs.mask);
  tell_ties(options, attended);
  print(options.json ? attended_json(inputs, attended) : attended_text(inputs, attended));
  if (!format.empty()) write_map(options, format, attended_map(inputs, attended), files);
}

constexpr const char* vectors_help = "a row a vector: numbers such as \"1,0; 0,1\", or a file, ";

void add_inputs(const Command& command, AttendOptions& options) {
  const std::string files = vectors_help + std::string(".npy, .npz, .csv, .tsv or .json");
  command.words("--query", options.query, "numbers or a file", files + " (default: none)")
      .type("Q");
  command.words("--key", options.key, "numbers or a file", "the same (default: none)").type("K");
  command.option("--query").needs("--key");
  command.option("--key").needs("--query");
  command
      .words("--value", options.value, "numbers or a file",
             "the same, a value for each key (default: the keys)")
      .type("V")
      .needs("--query", "--key");
  command
      .words("--input", options.input, "numbers or a file",
             "self-attention: queries, keys and values in one (default: none)")
      .type("X")
      .excludes("--query", "--key", "--value");
  command
      .texts("--weight", options.weight,
             "of the bilinear score W, of the additive one W_q W_k v, each as --query, or an .npz "
             "file of arrays with these names (default: none)")
      .type("W");
  command
      .words("--mask", options.mask, "causal, causal:N, numbers or a file",
             "causal (query i sees the keys 1..i), causal:N (the last N of these), or as --query, "
             "queries x keys: True takes part, numbers are added to the scores (default: none)")
      .type("MASK");
}

}  // namespace

void add_attend(Program& program) {
  const auto options = std::make_shared<AttendOptions>();
  const Command command = program.add(
      "attend", "attention over given vectors, without a model",
      {"attnviz attend --query \"1,0; 0,1; 0,0; 1,1\" --key \"1,2; 3,4; 5,6\" --score dot",
       "attnviz attend --query q.npy --key k.npy --value v.npy --mask causal --out map.png",
       "attnviz attend --input vectors.csv --score bilinear --weight W.csv --json",
       "attnviz attend --query qkv.npz --key qkv.npz --score additive --weight weights.npz"});
  add_inputs(command, *options);
  command.choice("--score", options->score, {"dot", "scaled-dot", "bilinear", "additive"},
                 "q'k, q'k / sqrt(d), k' W q, or v' tanh(W_q q + W_k k) (default scaled-dot)");
  constexpr double most = 1e9;
  command.number("--scale", options->scale, -most, most,
                 "what scores are multiplied by (default: 1 / sqrt(d) for scaled-dot, else 1)");
  command.number("--temperature", options->temperature, 1.0 / most, most,
                 "what scores are divided by before the softmax (default 1)");
  command
      .flag("--hard", options->hard,
            "all weight on the largest score, the first of equal ones: chosen, not trained")
      .excludes("--temperature");
  command.flag("--json", options->json, "print weights and output with all digits");
  command
      .path("--out", options->out,
            "also draw the weights, .png, .svg or .html, or write them, .npz or .json (default: "
            "none)")
      .type("FILE");
  command.flag("--quiet", options->quiet, "no notes and warnings");
  command.end_help_with(
      "In an .npz file of several arrays the one called query, key, value, input or mask is "
      "taken.");
  command.run([options] { run_attend(*options); });
}

}  // namespace attnviz

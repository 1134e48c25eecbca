#include "predict_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include "attnviz/base/attention_file.h"
#include "attnviz/base/error.h"
#include "attnviz/base/file.h"
#include "attnviz/base/number.h"
#include "attnviz/base/utf8.h"
#include "attnviz/infer/predict.h"
#include "open_model.h"
#include "options.h"
#include "output.h"
#include "output_format.h"
#include "terminal.h"

namespace attnviz {
namespace {

struct PredictOptions {
  std::string model;
  std::vector<std::string> inputs;
  std::string attention;  // file for the maps; "" for none
  bool show = false;
  bool logits = false;
  bool json = false;
  bool quiet = false;
};

constexpr std::size_t longest_line = 1U << 20U;
constexpr std::size_t most_map_bytes = 1U << 28U;  // what read_attention_file() takes

/// The map; with logits, one row of them a symbol, in the order of the target vocabulary.
std::string to_json(const Prediction& prediction, const Vocabulary& target) {
  std::string json = attention_to_json(prediction.map);
  if (prediction.logits.empty()) return json;
  json.back() = ',';
  json += "\"logits\":[";
  const auto width = static_cast<std::size_t>(target.size());
  for (std::size_t i = 0; i < prediction.logits.size(); ++i) {
    const float logit = prediction.logits[i];
    json += i % width > 0 ? "," : i > 0 ? "],[" : "[";
    json += std::isfinite(logit) ? format_shortest(logit) : "null";
  }
  return json + "]]}";
}

/// Answers come out in order; maps are kept until the end, since a file is written as a whole.
class Predictor {
 public:
  /// `format` is that of the file of maps.
  Predictor(const PredictOptions& options, const Model& model, std::string format)
      : options_(options),
        model_(model),
        separators_(separators_of(model)),
        format_(std::move(format)) {
    // Somebody who types waits for each answer.
    if (isatty(STDIN_FILENO) == 1) lines_at_once_ = 1;
  }

  /// `place` names the input in messages.
  void add(std::string_view text, const std::string& place) {
    if (++inputs_ > 1 && !options_.attention.empty() && format_ != "jsonl") {
      throw UsageError("--attention: a ." + format_ +
                       " file holds one map; give several inputs a .jsonl file");
    }
    try {
      SourceText source = read_source(model_.source, separators_, text);
      if (source.separators_dropped && !separators_told_) {
        tell(options_.quiet, separators_note);
        separators_told_ = true;
      }
      sources_.push_back(std::move(source.symbols));
    } catch (const InputError& error) {
      answer();  // those before it are out
      throw InputError(place + error.what());
    } catch (const LimitError& error) {
      answer();
      throw LimitError(place + error.what());
    }
    if (sources_.size() >= lines_at_once_) answer();
  }

  void answer() {
    std::string text;
    const std::vector<Prediction> predictions = predict(model_, sources_, options_.logits);
    for (const Prediction& prediction : predictions) {
      text += options_.json ? to_json(prediction, model_.target) : join(prediction.answer);
      text += '\n';
      if (!prediction.ended) {
        tell(options_.quiet, "attnviz: warning: the answer to \"" +
                                 printable(join(prediction.source)) + "\" did not end; cut after " +
                                 std::to_string(prediction.answer.size()) + " symbols");
      }
      if (!options_.attention.empty()) {
        maps_ += attention_to_bytes(prediction.map, *attention_format(format_));
        if (maps_.size() > most_map_bytes) {
          throw LimitError(
              "--attention: expected at most 256 MiB of maps; give fewer inputs at once");
        }
      }
    }
    sources_.clear();
    if (!text.empty()) write_file("-", text);
    if (!options_.show) return;
    const auto task = task_of(model_);
    for (const Prediction& prediction : predictions) {
      show_map(task ? task->task->name : "", prediction.map);
    }
  }

  void write_maps() const {
    if (options_.attention.empty()) return;
    if (maps_.empty()) throw InputError("standard input: expected at least one line, got none");
    write_file(options_.attention, maps_);
    const std::string name = printable(options_.attention, no_limit);
    tell(options_.quiet,
         "wrote " + name + "; next: attnviz render --matrix " + name + " --out heat.png");
  }

 private:
  const PredictOptions& options_;
  const Model& model_;
  std::string_view separators_;
  std::string format_;
  bool separators_told_ = false;
  std::vector<std::vector<std::string>> sources_;
  std::size_t lines_at_once_ = 1024;
  std::size_t inputs_ = 0;
  std::string maps_;
};

/// The next line of standard input without its end; false when there is none.
bool read_line(const std::string& place, std::string& line) {
  line.clear();
  int next = std::getc(stdin);
  if (next == EOF && std::ferror(stdin) == 0) return false;
  for (; next != EOF && next != '\n'; next = std::getc(stdin)) {
    if (line.size() == longest_line) throw LimitError(place + "expected at most 1 MiB a line");
    line += static_cast<char>(next);
  }
  if (std::ferror(stdin) != 0) throw InputError(place + "cannot read");
  if (line.ends_with('\r')) line.pop_back();
  return true;
}

void predict_standard_input(Predictor& predictor) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  std::string line;
  for (std::size_t number = 1;; ++number) {
    const std::string place = "standard input:" + std::to_string(number) + ": ";
    if (!read_line(place, line)) return;
    if (number == 1 && line.starts_with(byte_order_mark)) line.erase(0, byte_order_mark.size());
    predictor.add(line, place);
  }
}

void run_predict(const PredictOptions& options) {
  std::string format;
  if (options.attention == "-") {
    throw UsageError("--attention: expected a file; --json prints the attention");
  }
  if (!options.attention.empty()) {
    format = output_format("--attention", options.attention, "", written_format_names());
    check_writable(options.attention);
  }
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

void setup_predict(CLI::App& program) {
  const auto options = std::make_shared<PredictOptions>();
  CLI::App& command = *program.add_subcommand("predict", "answer inputs with a trained model");
  lead_with_examples(command, {"attnviz predict monojitcnn",
                               "attnviz predict --model runs/dates \"28 March 2005\"",
                               "attnviz predict --attention maps.jsonl - < inputs.txt"});
  command
      .add_option("input", options->inputs,
                  "texts, or - for the lines of standard input; put -- before the first if one "
                  "starts with -")
      ->required()
      ->type_name("TEXT");
  add_model_option(command, "--model", options->model);
  add_path_option(
      command, "--attention", options->attention,
      "also write the attention to this file: .jsonl (a map a line), or .json, .csv, .tsv, .npy or "
      ".npz for one input");
  CLI::Option* json = command.add_flag("--json", options->json,
                                       "print answers with their attention as JSON, one a line");
  command.add_flag("--logits", options->logits, "add the logits to this JSON")->needs(json);
  command.add_flag("--show", options->show, "draw the attention on the terminal");
  command.add_flag("--quiet", options->quiet, "no notes and warnings");
  command.callback([options] { run_predict(*options); });
}

}  // namespace attnviz

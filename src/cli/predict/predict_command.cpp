// `attnviz predict`: what a model answers, and where it looked.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/line_reader.h"
#include "base/number.h"
#include "base/utf8.h"
#include "cli/answer_options.h"
#include "cli/commands.h"
#include "cli/open_model.h"
#include "cli/output.h"
#include "cli/output_format.h"
#include "cli/terminal.h"
#include "formats/alignment_text.h"
#include "formats/attention_file.h"
#include "formats/attention_io.h"
#include "infer/predict.h"

namespace attnviz {
namespace {

struct PredictOptions {
  std::string model;
  std::vector<std::string> inputs;
  std::vector<std::string> targets;  // given answers, one an input
  std::string attention;             // file for the maps; "" for none
  std::string alignment;             // what is printed in place of the answers; "" for those
  AnswerOptions answer;
  bool show = false;
  bool json = false;
  bool quiet = false;
};

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
      : options_(options), model_(model), reader_(model), format_(std::move(format)) {
    // Somebody who types waits for each answer.
    if (isatty(STDIN_FILENO) == 1) lines_at_once_ = 1;
  }

  /// `place` names the input in messages.
  void add(std::string_view text, const std::string& place) {
    if (++inputs_ > 1 && !options_.attention.empty() && format_ != "jsonl") {
      throw UsageError("--attention: a ." + format_ +
                       " file holds one map; give several inputs a .jsonl file");
    }
    if (inputs_ > 1 && options_.alignment == "npz") {
      throw UsageError("--alignment: npz holds one map; give several inputs another format");
    }
    try {
      SourceText source = reader_.read(text);
      if (source.separators_dropped && !separators_told_) {
        tell(options_.quiet, separators_note);
        separators_told_ = true;
      }
      tell_unknown(options_.quiet, place, source);
      numbers_ += max_numbers(model_, reader_.rules(), source.symbols.size(), options_.answer);
      if (!options_.targets.empty()) add_target();
      sources_.push_back(std::move(source.symbols));
    } catch (const InputError& error) {
      answer();  // those before it are out
      throw InputError(place + error.what());
    } catch (const LimitError& error) {
      answer();
      throw LimitError(place + error.what());
    }
    if (sources_.size() >= lines_at_once_ || numbers_ > max_weights_at_once) answer();
  }

  void answer() {
    std::string text;
    const std::vector<Prediction> predictions = options_.targets.empty()
                                                    ? predict(model_, sources_, options_.answer)
                                                    : align(model_, sources_, targets_);
    for (const Prediction& prediction : predictions) {
      text += line_of(prediction);
      if (options_.alignment != "npz") text += '\n';
      tell_cut(options_.quiet, prediction);
      if (!options_.attention.empty()) {
        maps_ += attention_to_bytes(prediction.map, *attention_format(format_));
        if (maps_.size() > most_map_bytes) {
          throw LimitError(
              "--attention: expected at most 256 MiB of maps; give fewer inputs at once");
        }
      }
    }
    answered_ += sources_.size();
    sources_.clear();
    targets_.clear();
    numbers_ = 0;
    if (!text.empty()) write_file("-", text);
    if (!options_.show) return;
    const auto task = task_of(model_);
    for (const Prediction& prediction : predictions) {
      show_map(task ? task->task->name : "", prediction);
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
  /// The target that belongs to the input being added.
  void add_target() {
    const std::string& text = options_.targets[inputs_ - 1];
    SourceText target = reader_.read_target(text);
    tell_unknown(options_.quiet, "--target: ", target);
    numbers_ += (target.symbols.size() + 1) * (max_input + 1);
    targets_.push_back(std::move(target.symbols));
  }

  /// What is printed for an answer.
  std::string line_of(const Prediction& prediction) const {
    if (options_.json) return to_json(prediction, model_.target);
    if (options_.alignment == "pharaoh") return attention_to_pharaoh(prediction.map);
    if (options_.alignment == "marian") {
      if (options_.answer.beam.n_best == 1) return attention_to_marian(prediction.map);
      return attention_to_marian(prediction.map, answered_ + prediction.input,
                                 prediction.log_probability);
    }
    if (options_.alignment == "nematus") {
      return attention_to_nematus(prediction.map, answered_ + prediction.input,
                                  prediction.log_probability);
    }
    if (options_.alignment == "json") return attention_to_json(prediction.map);
    if (options_.alignment == "npz") return attention_to_npz(prediction.map);
    if (options_.answer.beam.n_best == 1 && options_.targets.empty()) return prediction.answer_text;
    const std::string score = format_fixed(prediction.log_probability, 4);
    if (!options_.targets.empty()) return score + '\t' + prediction.answer_text;
    return std::to_string(answered_ + prediction.input + 1) + '\t' +
           std::to_string(prediction.rank) + '\t' + score + '\t' + prediction.answer_text;
  }

  const PredictOptions& options_;
  const Model& model_;
  SourceReader reader_;
  std::string format_;
  bool separators_told_ = false;
  std::vector<std::vector<std::string>> sources_;
  std::vector<std::vector<std::string>> targets_;
  std::size_t numbers_ = 0;  // that the answers to these hold at most
  std::size_t answered_ = 0;
  std::size_t lines_at_once_ = 1024;
  std::size_t inputs_ = 0;
  std::string maps_;
};

void predict_standard_input(Predictor& predictor) {
  LineReader lines("-");
  for (std::string line; lines.next(line);) predictor.add(line, lines.place() + ": ");
}

/// Several answers need a format that tells them apart. `format` is that of --attention.
void check_n_best(const PredictOptions& options, const std::string& format) {
  const BeamOptions& beam = options.answer.beam;
  if (beam.n_best > beam.width) {
    throw UsageError("--n-best: expected at most --beam, " + std::to_string(beam.width) + ", got " +
                     std::to_string(beam.n_best));
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
    throw UsageError("--target: expected one for each input, " +
                     std::to_string(options.inputs.size()) + ", got " +
                     std::to_string(options.targets.size()));
  }
  if (std::find(options.inputs.begin(), options.inputs.end(), "-") != options.inputs.end()) {
    throw UsageError("--target: expected inputs on the command line, got - for standard input");
  }
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
  command.integer("--n-best", options->answer.beam.n_best, 1, most_hypotheses,
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

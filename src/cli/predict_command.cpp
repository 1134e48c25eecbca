#include "predict_command.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "attnviz/base/attention_io.h"
#include "attnviz/base/error.h"
#include "attnviz/base/file.h"
#include "attnviz/base/utf8.h"
#include "attnviz/infer/predict.h"
#include "attnviz/model/checkpoint.h"
#include "attnviz/train/run_folder.h"
#include "options.h"
#include "output.h"

namespace attnviz {
namespace {

struct PredictOptions {
  std::string model;
  std::vector<std::string> inputs;
  std::string attention;  // file for the maps; "" for none
  bool logits = false;
  bool json = false;
  bool quiet = false;
};

constexpr std::size_t lines_at_once = 1024;
constexpr std::size_t longest_line = 1U << 20U;

std::string to_json(const Prediction& prediction, const Vocabulary& target) {
  if (prediction.logits.empty()) return attention_to_json(prediction.map);
  auto json = nlohmann::ordered_json::parse(attention_to_json(prediction.map));
  const auto width = static_cast<std::ptrdiff_t>(target.size());
  auto rows = nlohmann::ordered_json::array();
  for (auto at = prediction.logits.begin(); at != prediction.logits.end(); at += width) {
    rows.push_back(std::vector<float>(at, at + width));
  }
  json["logits"] = rows;
  return json.dump();
}

/// Answers come out in order; maps are kept until the end, since a file is written as a whole.
class Predictor {
 public:
  Predictor(const PredictOptions& options, const Model& model) : options_(options), model_(model) {}

  /// `place` names the input in messages.
  void add(std::string_view text, const std::string& place) {
    try {
      sources_.push_back(read_source(model_, text));
    } catch (const InputError& error) {
      answer();  // those before it are out
      throw InputError(place + error.what());
    }
    if (sources_.size() >= lines_at_once) answer();
  }

  void answer() {
    std::string text;
    for (const Prediction& prediction : predict(model_, sources_, options_.logits)) {
      text += options_.json ? to_json(prediction, model_.target) : join(prediction.answer);
      text += '\n';
      if (!prediction.ended) {
        tell(options_.quiet, "attnviz: warning: the answer to \"" +
                                 printable(join(prediction.source)) + "\" did not end; cut after " +
                                 std::to_string(prediction.answer.size()) + " symbols");
      }
      if (!options_.attention.empty()) {
        maps_ += to_json(prediction, model_.target) + '\n';
        ++map_count_;
      }
    }
    sources_.clear();
    if (!text.empty()) write_file("-", text);
  }

  void write_maps() const {
    if (options_.attention.empty()) return;
    if (map_count_ != 1 && !options_.attention.ends_with(".jsonl")) {
      throw UsageError("--attention: " + std::to_string(map_count_) +
                       " maps need a file that ends in .jsonl, a map a line");
    }
    write_file(options_.attention, maps_);
    tell(options_.quiet, "wrote " + options_.attention + "; next: attnviz render --matrix " +
                             options_.attention + " --out heat.png");
  }

 private:
  const PredictOptions& options_;
  const Model& model_;
  std::vector<std::vector<std::string>> sources_;
  std::string maps_;
  std::size_t map_count_ = 0;
};

void predict_standard_input(Predictor& predictor) {
  std::string line;
  for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
    const std::string place = "standard input:" + std::to_string(number) + ": ";
    if (line.size() > longest_line) throw LimitError(place + "expected at most 1 MiB a line");
    if (line.ends_with('\r')) line.pop_back();
    predictor.add(line, place);
  }
}

void run_predict(const PredictOptions& options) {
  if (!options.attention.empty()) {
    if (!options.attention.ends_with(".json") && !options.attention.ends_with(".jsonl")) {
      throw UsageError("--attention: expected a file that ends in .json or .jsonl, got \"" +
                       printable(options.attention) + '"');
    }
    check_writable(options.attention);
  }
  const Model model = load_model(options.model.empty() ? newest_run() : options.model);
  Predictor predictor(options, model);
  if (options.inputs == std::vector<std::string>{"-"}) {
    predict_standard_input(predictor);
  } else {
    for (const std::string& input : options.inputs) predictor.add(input, "");
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
  command.add_option("input", options->inputs, "texts, or - for the lines of standard input")
      ->required()
      ->type_name("TEXT");
  command
      .add_option("--model", options->model,
                  "a run's folder or a model file (default: the newest run)")
      ->type_name("PATH");
  command
      .add_option("--attention", options->attention,
                  "write the attention to this file, .json (one map) or .jsonl (a map a line)")
      ->type_name("FILE");
  command.add_flag("--logits", options->logits, "add the logits to the JSON");
  command.add_flag("--json", options->json,
                   "print answers with their attention as JSON, one a line");
  command.add_flag("--quiet", options->quiet, "no warnings");
  command.callback([options] { run_predict(*options); });
}

}  // namespace attnviz

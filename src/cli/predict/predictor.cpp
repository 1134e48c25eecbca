#include "cli/predict/predictor.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cmath>
#include <utility>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/number.h"
#include "cli/answer_options.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "formats/alignment_text.h"
#include "formats/attention_file.h"

namespace attnviz {
namespace {

constexpr std::size_t max_map_bytes = 1U << 28U;  // the limit of read_attention_file()

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

}  // namespace

Predictor::Predictor(const PredictOptions& options, const Model& model, std::string format)
    : options_(options), model_(model), reader_(model), format_(std::move(format)) {
  // A user who types waits for each answer.
  if (isatty(STDIN_FILENO) == 1) lines_at_once_ = 1;
}

void Predictor::add(std::string_view text, const std::string& place) {
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

void Predictor::answer() {
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
      if (maps_.size() > max_map_bytes) {
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
  if (options_.show) show(predictions);
}

void Predictor::show(const std::vector<Prediction>& predictions) const {
  const auto task = task_of(model_);
  for (const Prediction& prediction : predictions) {
    show_map(task ? task->task->name : "", prediction);
  }
}

void Predictor::write_maps() const {
  if (options_.attention.empty()) return;
  if (maps_.empty()) throw InputError("standard input: expected at least one line, got none");
  write_file(options_.attention, maps_);
  const std::string name = printable(options_.attention, no_limit);
  tell(options_.quiet,
       "wrote " + name + "; next: attnviz render --matrix " + name + " --out heat.png");
}

/// The target that belongs to the input being added.
void Predictor::add_target() {
  const std::string& text = options_.targets[inputs_ - 1];
  SourceText target = reader_.read_target(text);
  tell_unknown(options_.quiet, "--target: ", target);
  numbers_ += (target.symbols.size() + 1) * (max_input + 1);
  targets_.push_back(std::move(target.symbols));
}

/// What is printed for an answer.
std::string Predictor::line_of(const Prediction& prediction) const {
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
  return fmt::format("{}\t{}\t{}\t{}", answered_ + prediction.input + 1, prediction.rank, score,
                     prediction.answer_text);
}

}  // namespace attnviz

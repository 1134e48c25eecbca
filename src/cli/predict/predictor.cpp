#include "cli/predict/predictor.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "attnviz/error.h"
#include "base/file.h"
#include "base/number.h"
#include "cli/answer_options.h"
#include "cli/error_text.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "formats/alignment_text.h"
#include "formats/attention_file.h"

namespace attnviz {
namespace {

constexpr std::size_t max_inputs_at_once = 1024;

/// The map; with logits, one row of them a symbol, in the order of the target vocabulary.
std::string to_json(const Prediction& prediction, const Vocabulary& target) {
  std::string json = attention_to_json(prediction.map);
  if (prediction.logits.empty()) return json;
  json.back() = ',';
  json += "\"logits\":[";
  const auto width = static_cast<std::size_t>(target.size());
  for (std::size_t i = 0; i < prediction.logits.size(); ++i) {
    json += i % width > 0 ? "," : i > 0 ? "],[" : "[";
    json += format_shortest(prediction.logits[i]);
  }
  return json + "]]}";
}

}  // namespace

Predictor::Predictor(const PredictOptions& options, const Model& model, MapFile maps)
    : options_(options),
      model_(model),
      reader_(model),
      notes_(options.quiet, reader_, "answer"),
      maps_(std::move(maps)),
      answerer_(model) {
  if (const auto task = task_of(model)) task_ = task->task->name;
  if (!options.trace.empty() || !options.trace_full.empty()) tracer_.emplace(model);
}

void Predictor::count_input() {
  if (++inputs_ == 1) return;
  maps_.require_several();
  if (options_.alignment == "npz") {
    throw UsageError("--alignment: npz holds one map; give several inputs another format");
  }
  if (!options_.trace_full.empty()) {
    throw UsageError(
        "--trace-full: a file holds one answer, got several inputs; --trace takes them");
  }
}

void Predictor::add(std::string_view text, const std::optional<std::string_view>& target,
                    const std::string& place) {
  count_input();
  Input& input = added_.emplace_back(Input{place, ""});
  try {
    SourceText source = reader_.read(text);
    numbers_ += text.size() + target.value_or("").size();  // long words are kept too
    std::optional<SourceText> given;
    if (target) given = reader_.read_target(*target);
    take(std::move(source), std::move(given), place);
  } catch (const Error& error) {
    refuse(input, error);
  }
  if (added_.size() >= max_inputs_at_once || numbers_ > max_weights_at_once) answer();
}

void Predictor::add_unreadable(const Error& error, const std::string& place) {
  count_input();
  refuse(added_.emplace_back(Input{place, ""}), error);
  if (added_.size() >= max_inputs_at_once) answer();
}

/// Takes what can be answered, with notes about it.
void Predictor::take(SourceText source, std::optional<SourceText> target,
                     const std::string& place) {
  notes_.tell_source(place, source);
  numbers_ += max_numbers(model_, reader_.rules(), source.symbols.size(), options_.answer);
  sources_.push_back(std::move(source.symbols));
  if (!target) return;
  const std::string side = options_.data.empty() ? "--target: " : "target: ";
  notes_.tell_target(place + side, *target);
  numbers_ += (target->symbols.size() + 1) * (max_input + 1);
  targets_.push_back(std::move(target->symbols));
}

/// Records why the input that was added last has no answer.
void Predictor::refuse(Input& input, const Error& error) {
  if (options_.strict) {
    const std::string place = input.place;
    added_.pop_back();
    answer();  // those before it are out
    rethrow(error, place);
  }
  input.problem = error_text(error);
  notes_.tell_failed(input.place, input.problem);
}

void Predictor::answer() {
  const std::vector<Prediction> predictions =
      options_.has_targets() ? answerer_.align(sources_, targets_, options_.answer)
                             : answerer_.predict(sources_, options_.answer);
  std::string text;
  auto first = predictions.begin();
  std::size_t source = 0;
  for (Input& input : added_) {
    if (input.problem.empty()) {
      const auto last = std::find_if(first, predictions.end(),
                                     [&](const Prediction& one) { return one.input != source; });
      try {
        text += entry(input, {first, last});
      } catch (const SeparatorSymbolError& error) {
        if (options_.strict) {
          print(text);
          rethrow(error, input.place);
        }
        refuse(input, error);
      }
      first = last;
      ++source;
    }
    if (!input.problem.empty()) text += empty_entry(input);
    ++answered_;
  }
  added_.clear();
  sources_.clear();
  targets_.clear();
  numbers_ = 0;
  if (!text.empty()) print(text);
  if (!options_.show) return;
  for (const Prediction& prediction : predictions) show_map(task_, prediction);
}

void Predictor::finish() {
  answer();
  const bool is_file = !options_.data.empty() && options_.data != "-";
  maps_.write(inputs_, is_file ? printable(options_.data, no_limit) : "standard input",
              options_.quiet);
  write_trace(options_.trace, trace_);
  write_trace(options_.trace_full, trace_full_);
  notes_.require_all(inputs_);
}

/// What is printed for an input that has answers.
std::string Predictor::entry(const Input& input, std::span<const Prediction> answers) {
  std::string text;
  for (const Prediction& prediction : answers) {
    text += line_of(prediction);
    if (options_.alignment != "npz") text += '\n';
  }
  for (const Prediction& prediction : answers) {
    if (!prediction.ended && notes_.may_tell()) tell_cut(options_.quiet, prediction);
    maps_.add(prediction.map, answered_);
    keep_trace(prediction);
  }
  if (answers[0].is_improbable && !options_.has_targets()) {
    notes_.tell(
        fmt::format("{}the answer \"{}\" is less probable than every "
                    "right one in the final test of training; it may be wrong",
                    input.place, printable(answers[0].answer_text)));
  }
  return text;
}

/// What is printed for an input without an answer: readers of each format take it as an entry, so
/// that later ones keep their numbers.
std::string Predictor::empty_entry(const Input& input) {
  const AttentionMap map = failed_map(input.problem, answered_ + 1);
  maps_.add_failed(map, answered_);
  const std::string& alignment = options_.alignment;
  const bool is_list = options_.answer.beam.n_best > 1;
  if (options_.json || alignment == "json") {
    const std::string json = attention_to_json(map);
    if (!options_.answer.keep_logits) return json + '\n';
    return json.substr(0, json.size() - 1) + ",\"logits\":[]}\n";
  }
  if (alignment == "marian") {
    return is_list ? fmt::format("{} |||  |||  ||| F0= -inf ||| -inf\n", answered_) : " ||| \n";
  }
  if (alignment == "nematus") return fmt::format("{} |||  ||| -inf |||  ||| 0 0\n\n", answered_);
  if (alignment == "npz") return "";
  return is_list ? fmt::format("{}\t1\t-inf\t\n", answered_ + 1) : "\n";
}

/// What is printed for an answer, without the last line end.
std::string Predictor::line_of(const Prediction& prediction) const {
  const AttentionMap& map = prediction.map;
  const double score = prediction.log_probability;
  const bool is_list = options_.answer.beam.n_best > 1;
  if (options_.json) return to_json(prediction, model_.target);
  if (options_.alignment == "pharaoh") return attention_to_pharaoh(map);
  if (options_.alignment == "marian") {
    return is_list ? attention_to_marian(map, answered_, score) : attention_to_marian(map);
  }
  if (options_.alignment == "nematus") return attention_to_nematus(map, answered_, score);
  if (options_.alignment == "json") return attention_to_json(map);
  if (options_.alignment == "npz") return attention_to_npz(map);
  const std::string fixed = format_fixed(score, 4);
  if (options_.has_targets()) return fixed + '\t' + prediction.answer_text;
  if (!is_list) return prediction.answer_text;
  return fmt::format("{}\t{}\t{}\t{}", answered_ + 1, prediction.rank, fixed,
                     prediction.answer_text);
}

void Predictor::keep_trace(const Prediction& prediction) {
  if (!tracer_) return;
  const Trace trace = tracer_->trace(prediction);
  if (!options_.trace.empty()) trace_ += trace_to_json_lines(trace, answered_ + 1);
  if (!options_.trace_full.empty()) trace_full_ = trace_to_npz(trace);
  constexpr std::size_t most = 1U << 28U;
  if (trace_.size() > most) {
    throw LimitError(fmt::format("--trace: expected at most 256 MiB, got more with input {} of {}",
                                 answered_ + 1, inputs_));
  }
}

void Predictor::write_trace(const std::string& path, const std::string& bytes) const {
  if (path.empty()) return;
  const std::string name = printable(path, no_limit);
  if (bytes.empty()) return tell_note(options_.quiet, name + ": not written: no answer");
  write_file(path, bytes);
  tell(options_.quiet, "wrote " + name);
}

}  // namespace attnviz

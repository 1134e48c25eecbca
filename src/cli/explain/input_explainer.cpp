#include "cli/explain/input_explainer.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/file.h"
#include "base/utf8.h"
#include "cli/answer_options.h"
#include "cli/error_text.h"
#include "cli/explain/explain_report.h"
#include "cli/inputs.h"
#include "cli/open_model.h"
#include "cli/output.h"
#include "cli/output_format.h"
#include "cli/render/page.h"
#include "cli/terminal.h"
#include "formats/attention_io.h"

namespace attnviz {
namespace {

bool is_cut(const Explained& explained) {
  return explained.rows() == explained.answer.size();
}

}  // namespace

InputExplainer::InputExplainer(const ExplainCommandOptions& options, const Model& model,
                               std::string path, std::string format, MapFile maps)
    : options_(options),
      model_(model),
      path_(std::move(path)),
      task_(task_of(model)),
      format_(std::move(format)),
      reader_(model),
      notes_(options.quiet, reader_, "explanation"),
      maps_(std::move(maps)),
      workers_(options.method.threads),
      explainer_(model, workers_),
      explain_(options.explain),
      is_alone_(options.inputs.size() == 1 && options.inputs[0] != "-") {
  methods_ = choose_methods("--method", options.method, explainer_, options.quiet, explain_);
  if (methods_.size() > 1 && maps_.is_wanted() && maps_.format() != "jsonl") {
    throw UsageError("--attention: a ." + maps_.format() +
                     " file holds one map; name one method with --method, or a .jsonl file");
  }
}

void InputExplainer::count_input() {
  if (++inputs_ == 1) return;
  if (!options_.out.empty()) {
    throw UsageError(
        "--out: a sheet shows one input; draw several one by one, or write the maps "
        "with --attention");
  }
  maps_.require_several();
}

void InputExplainer::add(std::string_view text, const std::optional<std::string_view>& target,
                         const std::string& place) {
  count_input();
  SourceText source;
  std::optional<std::vector<std::string>> given;
  try {
    source = reader_.read(text);
    notes_.tell_source(place, source);
    if (target) {
      SourceText wanted = reader_.read_target(*target);
      notes_.tell_target(place + "--target: ", wanted);
      given = std::move(wanted.symbols);
    }
  } catch (const Error& error) {
    return refuse(error, place);
  }
  const Explained explained = explainer_.answer(source.symbols, given);
  std::vector<Attribution> attributions;
  std::vector<MethodScores> scores;
  try {
    check_size(explained, methods_.size());
    attributions = explainer_.explain(explained, methods_, explain_);
    scores = score_methods(explainer_, explained, attributions, {explain_, false});
  } catch (const LimitError& error) {
    return refuse(error, place);
  }
  tell_answer(explained, place);
  show(explained, attributions, scores);
}

void InputExplainer::add_unreadable(const Error& error, const std::string& place) {
  count_input();
  refuse(error, place);
}

/// Prints and keeps an entry without a map, so that readers know of the input.
void InputExplainer::refuse(const Error& error, const std::string& place) {
  if (is_alone_) rethrow(error, place);
  const std::string problem = error_text(error);
  notes_.tell_failed(place, problem);
  const AttentionMap map = failed_map(problem, inputs_);
  maps_.add_failed(map, inputs_ - 1);
  if (options_.json) print(attention_to_json(map) + '\n');
}

/// The task's own answer; "" where none is known.
std::string InputExplainer::right_answer(const Explained& explained) const {
  if (!task_) return "";
  const auto right = task_->task->solve(task_->options, explained.source);
  return right ? join(right->target) : "";
}

/// Notes what is odd about an answer.
void InputExplainer::tell_answer(const Explained& explained, const std::string& place) {
  const ModelText& rules = reader_.rules();
  if (is_cut(explained) && notes_.may_tell()) {
    tell_cut(options_.quiet, rules.source.join(explained.source), explained.answer.size());
  }
  const std::string answer = rules.target.join(explained.answer);
  const std::string right = right_answer(explained);
  if (task_ && right.empty()) {
    return notes_.tell(
        fmt::format("{}\"{}\" is no input of the task {}: it has no truth, and only "
                    "swaps that make it one",
                    place, printable(rules.source.join(explained.source)), task_->task->name));
  }
  if (right.empty() || right == answer) return;
  notes_.tell(
      fmt::format("{}the answer \"{}\" is wrong, expected \"{}\"; what follows explains the "
                  "wrong one",
                  place, printable(answer), printable(right)));
}

/// Prints, keeps and draws what was found.
void InputExplainer::show(const Explained& explained, std::span<const Attribution> attributions,
                          std::span<const MethodScores> scores) {
  std::vector<AttentionMap> maps;
  for (std::size_t i = 0; i < attributions.size(); ++i) {
    maps.push_back(to_map(explained, attributions[i]));
    add_facts(attributions[i], scores[i], maps.back());
    maps_.add(maps.back(), inputs_ - 1);
  }
  print_all(explained, attributions, scores, maps);
  if (!options_.show && options_.out.empty()) return;
  const Pictures pictures = pictures_of(explained, std::move(maps));
  const FigureOptions figure = figure_options(explained);
  if (options_.show) {
    std::string text = draw_text(pictures, {}, terminal_options(STDERR_FILENO));
    text.pop_back();  // tell() ends the line
    tell(false, text);
  }
  if (format_ == "html") {
    figure_.emplace().file = draw_page(pictures, {figure});
  } else if (!options_.out.empty()) {
    figure_ = draw_figure(pictures, figure);
  }
}

void InputExplainer::print_all(const Explained& explained,
                               std::span<const Attribution> attributions,
                               std::span<const MethodScores> scores,
                               std::span<const AttentionMap> maps) const {
  std::string text;
  if (options_.json) {
    for (const AttentionMap& map : maps) text += attention_to_json(map) + '\n';
  } else {
    const ModelText& rules = reader_.rules();
    text = (inputs_ > 1 ? "\n" : "") + explanation_text(rules.source.join(explained.source),
                                                        rules.target.join(explained.answer),
                                                        attributions, scores);
  }
  print(text);
}

Pictures InputExplainer::pictures_of(const Explained& explained,
                                     std::vector<AttentionMap> maps) const {
  Pictures pictures;
  const std::string checksum = checksum_of(model_);
  for (AttentionMap& map : maps) {
    std::string title = map.metadata.at("title");
    if (methods_.size() == 1) title = sheet_title(explained) + " · " + title;
    pictures.each.push_back({std::move(map), title, path_, checksum, ""});
  }
  return pictures;
}

/// "sort: 39641 → 13469 · exact"
std::string InputExplainer::sheet_title(const Explained& explained) const {
  Prediction prediction;
  prediction.source_text = reader_.rules().source.join(explained.source);
  prediction.answer_text = reader_.rules().target.join(explained.answer);
  const std::string right = right_answer(explained);
  if (!right.empty()) prediction.map.metadata["expected"] = right;
  return picture_title(explained.task, prediction);
}

FigureOptions InputExplainer::figure_options(const Explained& explained) const {
  FigureOptions figure;
  figure.look = options_.look;
  if (methods_.size() > 1 && !figure.look.title) figure.look.title = sheet_title(explained);
  figure.quiet = options_.quiet;
  figure.format = format_;
  return figure;
}

void InputExplainer::finish() {
  if (figure_) {
    Inputs inputs;
    inputs.add("a font", figure_->fonts);
    inputs.refuse_output("--out", options_.out);
    write_file(options_.out, figure_->file);
    std::string wrote = "wrote " + printable(options_.out, no_limit);
    if (format_ != "html") {
      wrote += fmt::format(" ({}x{} pixels)", figure_->width, figure_->height);
    }
    tell(options_.quiet, wrote);
  }
  maps_.write(inputs_, "standard input", options_.quiet);
  const bool shows = options_.show || options_.json || !options_.out.empty();
  if (!shows && !maps_.is_wanted() && isatty(STDERR_FILENO) == 1) {
    tell_note(options_.quiet, "--show prints the values, --out FILE.png draws them");
  }
  if (maps_.is_wanted() && !maps_.format().starts_with("json") && maps_.format() != "npz") {
    tell_note(options_.quiet, "a ." + maps_.format() + " file does not say that its values are " +
                                  "signed; draw it with render --scale centred");
  }
  notes_.require_all(inputs_);
}

}  // namespace attnviz

// Answers inputs one after the other, prints each, and keeps the attention for a file.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/error.h"
#include "cli/input_notes.h"
#include "cli/map_file.h"
#include "infer/predict.h"
#include "infer/trace.h"

namespace attnviz {

struct PredictOptions {
  std::string model;
  std::vector<std::string> inputs;
  std::vector<std::string> targets;  // given answers, one an input
  std::string data;                  // a file of inputs with given answers, in place of both
  std::string attention;             // file for the maps; "" for none
  std::string trace;                 // file for how answers come about, JSON; "" for none
  std::string trace_full;            // the same as .npz
  std::string alignment;             // what is printed in place of the answers; "" for those
  AnswerOptions answer;
  std::string map;  // attention or posterior; "" for attention
  bool show = false;
  bool json = false;
  bool strict = false;  // stop at the first input without an answer
  bool quiet = false;

  bool has_targets() const { return !targets.empty() || !data.empty(); }
};

/// Answers come out in order, one for each input: where there is none to give, an entry without an
/// answer, and a note of the reason. Maps are kept until the end, since a file is written as a
/// whole.
class Predictor {
 public:
  /// `options` and `model` must outlive this.
  Predictor(const PredictOptions& options, const Model& model, MapFile maps);

  /// Answers it now or with those that follow; with a target, as if the model had answered so.
  /// `place` begins messages about it, as in "standard input, line 3: ". Throws UsageError for a
  /// second input where one alone has room and, if options.strict, InputError and LimitError for
  /// one that cannot be answered, when all before it are out.
  void add(std::string_view text, const std::optional<std::string_view>& target,
           const std::string& place);
  /// The same for an input that cannot be read at all.
  void add_unreadable(const Error& error, const std::string& place);

  /// Answers and prints what was added.
  void answer();
  /// The same, then writes the file of maps if one was asked for. Throws CheckFailed if an input
  /// has no answer, LimitError if not all maps had room in the file.
  void finish();

 private:
  /// What was added, and is not yet printed.
  struct Input {
    std::string place;
    std::string problem;  // why it has no answer; "" if it has one
  };

  void count_input();
  void take(SourceText source, std::optional<SourceText> target, const std::string& place);
  void refuse(Input& input, const Error& error);
  std::string entry(const Input& input, std::span<const Prediction> answers);
  std::string empty_entry(const Input& input);
  std::string line_of(const Prediction& prediction) const;
  void keep_trace(const Prediction& prediction);
  void write_trace(const std::string& path, const std::string& bytes) const;

  const PredictOptions& options_;
  const Model& model_;
  SourceReader reader_;
  InputNotes notes_;
  MapFile maps_;
  Answerer answerer_;
  std::string task_;  // its name, "" for a model of pairs
  std::vector<Input> added_;
  std::vector<std::vector<std::string>> sources_;  // of those that have an answer
  std::vector<std::vector<std::string>> targets_;
  std::size_t numbers_ = 0;       // that the answers to these hold at most
  std::size_t inputs_ = 0;        // all
  std::size_t answered_ = 0;      // those printed
  std::optional<Tracer> tracer_;  // where a trace is asked for
  std::string trace_;             // lines of JSON
  std::string trace_full_;
};

}  // namespace attnviz

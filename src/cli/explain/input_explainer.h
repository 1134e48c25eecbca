// Explains inputs one after the other, and prints or draws what methods say of each.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/error.h"
#include "cli/explain/method_options.h"
#include "cli/input_notes.h"
#include "cli/map_file.h"
#include "cli/render/figure.h"
#include "explain/faithfulness.h"
#include "infer/model_task.h"
#include "infer/source_reader.h"

namespace attnviz {

struct ExplainCommandOptions {
  std::string model;
  std::vector<std::string> inputs;
  std::vector<std::string> targets;  // given answers, one an input
  MethodOptions method;
  ExplainOptions explain;
  std::string out;        // file for the picture; "" for none
  std::string attention;  // file for the maps; "" for none
  LookFlags look;
  bool json = false;
  bool show = false;
  bool quiet = false;
};

class InputExplainer {
 public:
  /// `options` and `model` must outlive this; `path` is the model's, `format` the picture's. Throws
  /// as choose_methods() does, and UsageError for a file of maps that has no room for all methods.
  InputExplainer(const ExplainCommandOptions& options, const Model& model, std::string path,
                 std::string format, MapFile maps);

  /// Explains the model's answer to it, or the target, and prints what was found. `place` begins
  /// messages about it. Throws UsageError for a second input where one alone has room and, if it
  /// is to be the only one, InputError and LimitError for one that cannot be explained.
  void add(std::string_view text, const std::optional<std::string_view>& target,
           const std::string& place);
  /// The same for an input that cannot be read at all.
  void add_unreadable(const Error& error, const std::string& place);

  /// Writes the files that were asked for. Throws CheckFailed if an input has no answer, LimitError
  /// if not all maps had room in their file.
  void finish();

 private:
  void count_input();
  void refuse(const Error& error, const std::string& place);
  void show(const Explained& explained, std::span<const Attribution> attributions,
            std::span<const MethodScores> scores);
  std::string right_answer(const Explained& explained) const;
  void tell_answer(const Explained& explained, const std::string& place);
  void print_all(const Explained& explained, std::span<const Attribution> attributions,
                 std::span<const MethodScores> scores, std::span<const AttentionMap> maps) const;
  Pictures pictures_of(const Explained& explained, std::vector<AttentionMap> maps) const;
  FigureOptions figure_options(const Explained& explained) const;
  std::string sheet_title(const Explained& explained) const;

  const ExplainCommandOptions& options_;
  const Model& model_;
  std::string path_;
  std::optional<ModelTask> task_;
  std::string format_;
  SourceReader reader_;
  InputNotes notes_;
  MapFile maps_;
  Workers workers_;
  Explainer explainer_;
  ExplainOptions explain_;
  std::vector<Method> methods_;
  std::size_t inputs_ = 0;        // all
  bool is_alone_;                 // refused as any other argument is
  std::optional<Figure> figure_;  // of the input, if one was asked for
};

}  // namespace attnviz

// Answers inputs one after the other, prints each, and keeps the attention for a file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "infer/predict.h"

namespace attnviz {

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

/// Answers come out in order; maps are kept until the end, since a file is written as a whole.
class Predictor {
 public:
  /// `format` is that of the file of maps. `options` and `model` must outlive this.
  Predictor(const PredictOptions& options, const Model& model, std::string format);

  /// Answers it now or with those that follow. `place` names the input in messages. Throws
  /// InputError and LimitError for what cannot be answered, when all before it are out.
  void add(std::string_view text, const std::string& place);
  /// Answers and prints what was added.
  void answer();
  /// Writes the file of maps, if one was asked for.
  void write_maps() const;

 private:
  void add_target();
  void show(const std::vector<Prediction>& predictions) const;
  std::string line_of(const Prediction& prediction) const;

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

}  // namespace attnviz

// The answers of `attnviz eval`: the first wrong ones, and all of them as a file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/options.h"
#include "score/pair_evaluation.h"

namespace attnviz {

struct AnswerLogOptions {
  std::size_t wrong = 0;  // how many wrong answers to print
  std::string file;       // for all answers, "" for none
};

/// Adds --wrong and --out. `options` must outlive the program.
void add_answer_log_options(const Command& command, AnswerLogOptions& options);

class AnswerLog {
 public:
  /// Throws OutputError now if the file could not be written later.
  explicit AnswerLog(const AnswerLogOptions& options);

  /// Throws UsageError where the file is one of these, which are read.
  void keep(const std::vector<std::string>& inputs) const;

  void add(const JudgedAnswer& answer);

  /// The first wrong answers, for people: empty without any.
  std::string text() const;
  /// The same as a member "wrong" of the object `json`.
  std::string add_to(const std::string& json) const;
  /// Writes the file, if there is to be one: a JSON object a line.
  void write() const;

 private:
  const AnswerLogOptions& options_;
  std::vector<JudgedAnswer> wrong_;
  std::size_t count_ = 0;  // of all wrong ones
  std::string lines_;
};

}  // namespace attnviz

// Answers with their attention, as symbols: what a user sees.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "infer/beam.h"
#include "infer/model_task.h"
#include "infer/model_text.h"

namespace attnviz {

/// An input as its user wrote it.
struct SourceText {
  std::vector<std::string> symbols;
  bool separators_dropped = false;   // "1, 9, 4" was read as "194"
  std::vector<std::string> unknown;  // distinct symbols that the model has never seen
};

inline constexpr std::size_t max_input = 1000;  // symbols

/// Reads texts the way a model was trained on them.
class SourceReader {
 public:
  /// The model must outlive the reader. Throws as text_of() and task_of() do.
  explicit SourceReader(const Model& model);

  /// `text` as the symbols of a source. Characters that the task takes as separators and the
  /// vocabulary does not hold are dropped. Throws InputError for invalid UTF-8, an empty text and,
  /// unless the model takes unknown symbols, for those, naming them; LimitError for more than
  /// `max_input` symbols.
  SourceText read(std::string_view text) const;

  /// The same for a target that is given: separators stay, the vocabulary is that of targets.
  SourceText read_target(std::string_view text) const;

  /// Symbols that were read by the model's rules: throws as read() and read_target() do, calling
  /// them "source" and "target".
  void check_source(std::span<const std::string> symbols) const;
  void check_target(std::span<const std::string> symbols) const;

  const ModelText& rules() const { return rules_; }

 private:
  /// One of the two sides, which messages call `name`.
  struct Side {
    std::string name;
    const Tokenizer& tokenizer;
    const Vocabulary& vocabulary;
    std::string_view separators;
  };
  SourceText read(std::string_view text, const Side& side) const;
  /// The unknown ones, if there may be any.
  std::vector<std::string> check(std::span<const std::string> symbols, const Side& side) const;

  const Model& model_;
  ModelText rules_;
  std::string_view separators_;
};

struct Prediction {
  std::size_t input = 0;  // which of the sources
  int rank = 1;           // among the answers to it, 1 is the best
  std::vector<std::string> source;
  std::vector<std::string> answer;  // without END
  std::string source_text;
  std::string answer_text;
  bool ended = false;            // false: the limit was reached before END
  double log_probability = 0.0;  // of the answer, END included
  /// END last on both sides. Where the model's task knows the answer: gold, expected (cut or filled
  /// up to the rows there are) and all of it in metadata["expected"].
  AttentionMap map;
  std::vector<float> logits;  // rows x target vocabulary, row-major, if kept
};

struct AnswerOptions {
  BeamOptions beam;
  bool keep_logits = false;      // with a beam of one
  bool replace_unknown = false;  // <unk> in an answer by the input that it attends to most
};

/// The numbers that the answers to a source of so many symbols hold at most, in maps and logits.
std::size_t max_numbers(const Model& model, const ModelText& text, std::size_t symbols,
                        const AnswerOptions& options);

/// Answers to several sources, in order; beam.n_best of each, best first, fewer where there are no
/// more.
std::vector<Prediction> predict(const Model& model,
                                std::span<const std::vector<std::string>> sources,
                                const AnswerOptions& options = {});

/// The given targets as if the model had answered so: their attention and log-probability. As many
/// targets as sources.
std::vector<Prediction> align(const Model& model, std::span<const std::vector<std::string>> sources,
                              std::span<const std::vector<std::string>> targets);

}  // namespace attnviz

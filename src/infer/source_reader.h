// Texts as the sources and targets of a model.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "infer/model_text.h"
#include "model/model.h"

namespace attnviz {

/// An input as its user wrote it.
struct SourceText {
  std::vector<std::string> symbols;
  bool separators_dropped = false;  // "1, 9, 4" was read as "194"
  std::string unknown;              // as list_unknown() shows them; "" for none
};

/// The symbols of `text` that `vocabulary` does not hold, each once, safe to print: "dgo",
/// "ca\u200bt" (without U+200B it is known). "" for none.
std::string list_unknown(const Vocabulary& vocabulary, std::span<const std::string> text);

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

  /// Why the answer to so many symbols is less sure than others: the model was trained on shorter
  /// or longer inputs only. "" where it was not, or that is not known.
  std::string length_warning(std::size_t symbols) const;

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
  std::string check(std::span<const std::string> symbols, const Side& side) const;

  const Model& model_;
  ModelText rules_;
  std::string_view separators_;
  int shortest_ = 0;  // of the inputs of training; 0 where that is not known
  int longest_ = 0;
};

}  // namespace attnviz

// Answers with their attention, as symbols: what a user sees.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "attnviz/infer/decode.h"
#include "attnviz/infer/model_task.h"

namespace attnviz {

/// An input as its user wrote it.
struct SourceText {
  std::vector<std::string> symbols;
  bool separators_dropped = false;  // "1, 9, 4" was read as "194"
};

/// `text` as the symbols of a source. Characters of `separators` that the vocabulary does not hold
/// are dropped. Throws InputError naming the characters that the model has never seen, invalid
/// UTF-8 or an empty text; LimitError for more than `max_input` characters.
SourceText read_source(const Vocabulary& vocabulary, std::string_view separators,
                       std::string_view text);

/// The separators that the task of a model allows; "" if it has none.
std::string_view separators_of(const Model& model);

inline constexpr std::size_t max_input = 1000;  // symbols

struct Prediction {
  std::vector<std::string> source;
  std::vector<std::string> answer;  // without END
  bool ended = false;               // false: the limit was reached before END
  /// END last on both sides. Where the model's task knows the answer: gold, expected (cut or filled
  /// up to the rows there are) and all of it in facts["expected"].
  AttentionMap map;
  std::vector<float> logits;  // rows x target vocabulary, row-major, if kept
};

/// Greedy answers to several sources, in order. `keep_logits` fills Prediction::logits.
std::vector<Prediction> predict(const Model& model,
                                std::span<const std::vector<std::string>> sources,
                                bool keep_logits = false);

}  // namespace attnviz

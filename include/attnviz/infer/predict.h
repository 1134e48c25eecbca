// Answers with their attention, as symbols: what a user sees.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "attnviz/infer/decode.h"
#include "attnviz/infer/model_task.h"

namespace attnviz {

/// `text` as the symbols of a source. Throws InputError naming the characters that the model has
/// never seen, invalid UTF-8, an empty text, or one of more than `max_input` characters.
std::vector<std::string> read_source(const Model& model, std::string_view text);

inline constexpr std::size_t max_input = 1000;  // symbols

struct Prediction {
  std::vector<std::string> source;
  std::vector<std::string> answer;  // without END
  bool ended = false;               // false: the limit was reached before END
  AttentionMap map;  // END last on both sides; gold and expected where the model's task knows them
  std::vector<float> logits;  // rows x target vocabulary, row-major, if kept
};

/// Greedy answers to several sources, in order. `keep_logits` fills Prediction::logits.
std::vector<Prediction> predict(const Model& model,
                                std::span<const std::vector<std::string>> sources,
                                bool keep_logits = false);

}  // namespace attnviz

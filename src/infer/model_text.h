// How a model reads and writes text: kept in its file, so that it is used as it was trained.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "model/model.h"
#include "text/tokenizer.h"

namespace attnviz {

inline constexpr int max_input = 1000;  // symbols of a side, in training and after it

struct ModelText {
  Tokenizer source;
  Tokenizer target;
  int longest = 0;  // symbols of an answer with END; 0 where it follows from the input's length
  bool takes_unknown = false;  // reads symbols that it does not know as <unk>
  std::string sample;          // an input to show; "" where a task has one
  int shortest_source = 0;     // symbols of the training inputs; 0 where that is not known
  int longest_source = 0;
};

std::string to_json(const Tokenizer& tokenizer);
/// Throws InputError when the text is not from to_json().
Tokenizer tokenizer_from_json(const std::string& text);

/// For Model::metadata["text"].
std::string text_to_json(const ModelText& text);

/// The entry in a model's file; a model without it reads and writes characters, and refuses those
/// that it does not know. Throws InputError when the entry is malformed.
ModelText text_of(const Model& model);

/// How often each ordinary symbol of the source vocabulary occurs in the training pairs: an entry
/// in the file of a model of pairs, which explanations read.
inline constexpr const char* source_counts_key = "source_counts";
std::string counts_to_json(std::span<const std::size_t> counts);
/// Empty for a model that has none. Throws InputError when the entry is malformed.
std::vector<std::size_t> source_counts_of(const Model& model);

/// The least log-probability a symbol of the right answers in the final test of its training;
/// minus infinity where less than 1,000 were right, or that is not known.
double usual_log_probability(const Model& model);

}  // namespace attnviz

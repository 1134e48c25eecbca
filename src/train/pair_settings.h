// Which sentence pairs a model is trained on, and how they are read.
#pragma once

#include <string>

#include "text/corpus.h"

namespace attnviz {

/// Which pairs, and how they are read. Kept in the model file.
struct PairSettings {
  PairFiles train;
  PairFiles validation;   // where it is not given, a share of the training pairs is held out
  PairFiles test;         // the same
  double held_out = 0.1;  // of the distinct sources, for each part that has no file
  Tokenizer source;
  Tokenizer target;
  VocabularyLimits limits;
  int max_length = 100;  // symbols of a side; longer pairs are left out
};

/// For the files of a run.
std::string to_json(const PairSettings& settings);
/// Throws InputError naming `place` when the text is not from to_json().
PairSettings pair_settings_from_json(const std::string& text, const std::string& place);

}  // namespace attnviz

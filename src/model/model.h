// A trained model: everything needed to use it.
#pragma once

#include <map>
#include <string>

#include "model/seq2seq.h"
#include "text/vocabulary.h"

namespace attnviz {

struct Model {
  ModelConfig config;
  Vocabulary source;
  Vocabulary target;
  Seq2SeqWeights weights;
  std::map<std::string, std::string>
      metadata;                // "task", "recipe", "scores", ...: JSON kept in the file
  bool checked = true;         // against the checksums in its file; false for one made elsewhere
  std::string name = "model";  // of its file, for messages
};

}  // namespace attnviz

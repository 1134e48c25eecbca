// The four sizes at which training steps are measured, and batches for them.
#pragma once

#include <string>
#include <vector>

#include "model/config.h"
#include "train/trainer.h"

namespace attnviz::bench {

struct Size {
  const char* name;
  int embedding;
  int hidden;
  int attention_units;
  int batch;
};

inline constexpr Size sizes[] = {{"XS", 32, 32, 64, 16},
                                 {"S", 32, 64, 64, 64},
                                 {"M", 64, 128, 128, 64},
                                 {"L", 128, 256, 256, 128}};

inline constexpr int letters = 26;
inline constexpr int usual_length = 10;  // symbols of a pair, END not counted
// of sentence pairs
inline constexpr int shortest_pair = 5;
inline constexpr int longest_pair = 20;

inline ModelConfig config_of(const Size& size) {
  ModelConfig config;
  config.embedding = size.embedding;
  config.hidden = config.decoder_hidden = size.hidden;
  config.attention_units = size.attention_units;
  config.source_vocabulary = config.target_vocabulary = Vocabulary::reserved + letters;
  return config;
}

/// A batch of reversals; lengths run through shortest..longest again and again and do not count
/// END.
inline std::vector<EncodedPair> draw_pairs(int batch, int shortest, int longest, Random& random,
                                           int symbols = letters) {
  std::vector<EncodedPair> pairs(static_cast<std::size_t>(batch));
  int length = shortest;
  for (EncodedPair& pair : pairs) {
    for (int i = 0; i < length; ++i) {
      pair.source.push_back(Vocabulary::reserved + static_cast<int>(random.below(symbols)));
    }
    pair.target.assign(pair.source.rbegin(), pair.source.rend());
    pair.source.push_back(Vocabulary::end);
    pair.target.push_back(Vocabulary::end);
    length = length < longest ? length + 1 : shortest;
  }
  return pairs;
}

inline std::vector<const EncodedPair*> pointers(const std::vector<EncodedPair>& pairs) {
  std::vector<const EncodedPair*> result;
  for (const EncodedPair& pair : pairs) result.push_back(&pair);
  return result;
}

/// Symbols of one side, END included.
inline double count_symbols(const std::vector<EncodedPair>& pairs) {
  std::size_t symbols = 0;
  for (const EncodedPair& pair : pairs) symbols += pair.source.size();
  return static_cast<double>(symbols);
}

}  // namespace attnviz::bench

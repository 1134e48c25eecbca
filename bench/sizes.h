// The four sizes at which training steps are measured, and batches for them.
#pragma once

#include <string>
#include <vector>

#include "attnviz/model/config.h"
#include "attnviz/train/trainer.h"

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

inline ModelConfig config_of(const Size& size) {
  ModelConfig config;
  config.embedding = size.embedding;
  config.hidden = config.decoder_hidden = size.hidden;
  config.attention_units = size.attention_units;
  config.source_vocabulary = config.target_vocabulary = Vocabulary::reserved + letters;
  return config;
}

/// A batch of reversals; lengths are drawn from shortest..longest and do not count END.
inline std::vector<EncodedPair> draw_pairs(int batch, int shortest, int longest, Random& random) {
  std::vector<EncodedPair> pairs(static_cast<std::size_t>(batch));
  for (EncodedPair& pair : pairs) {
    const auto spread = static_cast<std::uint64_t>(longest - shortest + 1);
    const int length = shortest + static_cast<int>(random.below(spread));
    for (int i = 0; i < length; ++i) {
      pair.source.push_back(Vocabulary::reserved + static_cast<int>(random.below(letters)));
    }
    pair.target.assign(pair.source.rbegin(), pair.source.rend());
    pair.source.push_back(Vocabulary::end);
    pair.target.push_back(Vocabulary::end);
  }
  return pairs;
}

}  // namespace attnviz::bench

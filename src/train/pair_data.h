// Sentence pairs from files, encoded for the trainer: split into parts, in batches, epoch after
// epoch.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "attnviz/error.h"
#include "infer/model_text.h"
#include "text/corpus.h"
#include "train/training_data.h"

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

/// What was read.
struct PairCounts {
  std::size_t train = 0;
  std::size_t validation = 0;
  std::size_t test = 0;
  std::size_t too_long = 0;
  bool has_gold = false;
};

/// A part is left without a pair.
class EmptyPartError : public InputError {
 public:
  EmptyPartError(const std::string& message, Part part, bool too_long)
      : InputError(message), part_(part), too_long_(too_long) {}
  Part part() const { return part_; }
  bool too_long() const { return too_long_; }  // some pairs were left out for their length

 private:
  Part part_;
  bool too_long_;
};

class PairData : public TrainingData {
 public:
  /// Reads the files. The seed decides which pairs are held out and how batches are drawn.
  /// Vocabularies are counted in the training pairs. Throws as PairReader does, and EmptyPartError.
  PairData(PairSettings settings, std::uint64_t seed);
  /// The same with the vocabularies of a model.
  PairData(PairSettings settings, std::uint64_t seed, const Vocabulary& source,
           const Vocabulary& target);

  const PairSettings& settings() const { return settings_; }
  PairCounts counts() const;
  /// The pairs of a part by their place among those that were read, ascending.
  const std::vector<std::uint32_t>& part(Part part) const;
  int longest_source() const { return longest_source_; }  // of all parts, without END

  const Vocabulary& source() const override { return corpus_.source_vocabulary(); }
  const Vocabulary& target() const override { return corpus_.target_vocabulary(); }
  int longest() const override { return 1 + std::max(longest_source_, longest_target_); }
  /// "text", how the model reads, and "data", the settings with a checksum of the pairs.
  std::map<std::string, std::string> metadata() const override;
  /// All of a part, or as many of it, drawn without repetition.
  std::vector<EncodedExample> held_out(Part part, int max, Random& random) const override;
  /// The batches of an epoch hold every training pair once. Which they are follows from the seed
  /// and the step.
  void next_batch(const Recipe& recipe, int step, Random& random,
                  std::vector<EncodedPair>& pairs) override;

  /// How many steps the first epoch takes; others may differ by a few with a budget of tokens.
  int steps_per_epoch(const Recipe& recipe);

 private:
  void read();
  void check_parts() const;
  void plan(const Recipe& recipe, int epoch);
  std::size_t tokens(std::uint32_t pair) const;
  /// The first test source without unknown symbols, else any symbol, else "".
  std::string sample() const;

  PairSettings settings_;
  std::uint64_t seed_;
  Corpus corpus_;
  CorpusSplit split_;
  std::size_t too_long_ = 0;
  std::uint64_t checksum_ = 0;
  int longest_source_ = 0;
  int longest_target_ = 0;

  // the planned epoch
  int epoch_ = -1;
  int first_step_ = 0;
  std::vector<std::uint32_t> order_;
  std::vector<std::size_t> batch_starts_;  // in order_, and its end
};

/// The pairs that a model was trained on, by the entry "data" of its metadata; `place` names that
/// in messages. Throws as PairData does, and InputError when the pairs have changed.
PairData reopen_pairs(const std::string& entry, const std::string& place, std::uint64_t seed,
                      const Vocabulary& source, const Vocabulary& target);

}  // namespace attnviz

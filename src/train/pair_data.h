// Sentence pairs from files, encoded for the trainer: split into parts, in batches, epoch after
// epoch.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "attnviz/error.h"
#include "model/model.h"
#include "text/corpus.h"
#include "train/pair_settings.h"
#include "train/training_data.h"

namespace attnviz {

/// What was read.
struct PairCounts {
  std::size_t train = 0;
  std::size_t validation = 0;
  std::size_t test = 0;
  std::size_t too_long = 0;
  PairNotes notes;
  bool has_gold = false;
};

/// The symbols of a part's pairs that are read as <unk>, as shares of a side.
struct UnknownShares {
  double source = 0.0;
  double target = 0.0;
};

/// A part is left without a pair.
class EmptyPartError : public InputError {
 public:
  struct Reasons {
    Part part = Part::train;
    bool too_long = false;             // some pairs were left out for their length
    bool validation_held_out = false;  // and of the few that there are some went to these parts
    bool test_held_out = false;
  };
  EmptyPartError(const std::string& message, Reasons reasons)
      : InputError(message), reasons_(reasons) {}
  const Reasons& reasons() const { return reasons_; }

 private:
  Reasons reasons_;
};

class PairData : public TrainingData {
 public:
  /// Reads the files. The seed decides which pairs are held out and how batches are drawn.
  /// Vocabularies are counted in the training pairs. Throws as PairReader and Corpus do,
  /// EmptyPartError, and InputError for what is no regular file: a run that is resumed reads its
  /// pairs again. With `copies` examples say what may be copied.
  PairData(PairSettings settings, std::uint64_t seed, bool copies = false);
  /// The same with the vocabularies of a model.
  PairData(PairSettings settings, std::uint64_t seed, const Vocabulary& source,
           const Vocabulary& target, bool copies = false);

  /// Throws InputError unless these are the pairs of an entry "data" of a model, in which their
  /// files may have other names. Makes it their own entry too if `keep_names`.
  void adopt(const std::string& entry, bool keep_names);

  const PairSettings& settings() const { return settings_; }
  PairCounts counts() const;
  UnknownShares unknown(Part part) const { return unknown_.at(part); }
  /// The pairs of a part by their place among those that were read, ascending.
  const std::vector<std::uint32_t>& part(Part part) const;
  int longest_source() const { return longest_source_; }  // of all parts, without END

  const Vocabulary& source() const override { return corpus_.source_vocabulary(); }
  const Vocabulary& target() const override { return corpus_.target_vocabulary(); }
  bool copies() const override { return copies_; }
  int longest() const override { return 1 + std::max(longest_source_, longest_target_); }
  /// "text", how the model reads, "data", the settings with a checksum of the pairs, and "unknown",
  /// the shares of a part's side that are read as <unk>, where there are any; and the counts of the
  /// source's symbols. Of pairs
  /// that adopted an entry, the names of the files are those recorded: a run that is resumed ends
  /// with the same bytes wherever its pairs are found.
  std::map<std::string, std::string> metadata() const override;
  /// All of a part, or as many of it, drawn without repetition.
  std::vector<EncodedExample> held_out(Part part, int max, Random& random) const override;
  /// The first pair with this source, as the vocabulary reads it.
  std::optional<EncodedExample> example_of(const std::vector<std::string>& source) const override;
  /// The batches of an epoch hold every training pair once. Which they are follows from the seed
  /// and the step.
  void next_batch(const Recipe& recipe, int step, Random& random,
                  std::vector<EncodedPair>& pairs) override;

  /// How many steps the first epoch takes; others may differ by a few with a budget of tokens.
  int steps_per_epoch(const Recipe& recipe);

 private:
  EncodedExample example(std::uint32_t pair) const;
  void read();
  void check_parts() const;
  void count_unknown();
  void plan(const Recipe& recipe, int epoch);
  std::size_t tokens(std::uint32_t pair) const;
  /// The first test source without unknown symbols, else any symbol, else "".
  std::string sample() const;
  std::string data_json() const;

  PairSettings settings_;
  std::uint64_t seed_;
  bool copies_;
  Corpus corpus_;
  CorpusSplit split_;
  std::size_t too_long_ = 0;
  PairNotes notes_;
  std::map<Part, UnknownShares> unknown_;
  std::uint64_t checksum_ = 0;
  std::string adopted_;  // the entry "data" of a model, "" for their own
  int longest_source_ = 0;
  int longest_target_ = 0;

  // the planned epoch
  int epoch_ = -1;
  int first_step_ = 0;
  std::vector<std::uint32_t> order_;
  std::vector<std::size_t> batch_starts_;  // in order_, and its end
};

/// The settings of the pairs that a model was trained on, by its metadata; `file` is the model's,
/// for messages. Throws InputError for a model without them.
PairSettings recorded_pairs(const Model& model, const std::string& file);

/// The pairs that a model was trained on. Files whose name in `asked` is not the recorded one are
/// taken as they are; the others are looked for (train/pair_places.h). Throws as PairData does,
/// PairsNotFoundError, and InputError when the pairs are others than those of the training.
PairData reopen_pairs(const Model& model, const std::string& file, std::uint64_t seed,
                      const PairSettings& asked);

}  // namespace attnviz

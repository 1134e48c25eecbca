// Maps of chosen inputs while a model is trained: what `maps.jsonl` in the folder of a run holds.
#pragma once

#include <string>
#include <vector>

#include "attnviz/attention_map.h"
#include "infer/decode.h"
#include "train/training_data.h"

namespace attnviz {

/// What is watched, as a run records it.
struct WatchSettings {
  std::vector<std::string> texts;  // inputs; of pairs also "source TAB target"; none: no watching
  int frames = 24;                 // steps with maps, the first and the last included

  friend bool operator==(const WatchSettings&, const WatchSettings&) = default;
};

inline constexpr std::size_t max_watched_texts = 64;
inline constexpr int max_watch_frames = 1000;

/// The steps whose maps are kept, ascending: 0, then from 10 (less in short runs) to `last` each by
/// the same factor later than the one before; all of them where there are no more than `frames`.
std::vector<int> watch_steps(int frames, int last);

/// Inputs with their right answers. Maps of them have the same rows and columns at every step: the
/// decoder is given the right answer, whatever it would have said.
class Watch {
 public:
  /// The text "" stands for the sample input of the task or the pairs. The right answer is the
  /// task's; of pairs that of the first pair with this source, or the text after a TAB. Throws
  /// SettingError "watch" where there is none or an input is given twice, LimitError for more
  /// weights than the maps of a run may have, and as SourceReader does. The data must outlive it.
  Watch(WatchSettings settings, const TrainingData& data);

  /// With the sample in place of "".
  const WatchSettings& settings() const { return settings_; }

  /// The maps of all inputs after `step` steps, lines of JSON without the last line end. Each has
  /// in its metadata (there "facts") "step", "loss" (mean cross-entropy of a symbol of the right
  /// answer), "gold_mass" where gold is known, "predicted" (the most probable symbol of each row,
  /// as a JSON list), "input", "expected", "task", "title" and, where the run has a name, "run".
  /// Throws InputError where the weights give numbers that are not finite; WorkStopped when
  /// scratch.stop says so. It costs a forward pass of each input.
  std::string lines(const Seq2SeqWeights& weights, const ModelConfig& config, int step,
                    const std::string& run, DecodingScratch& scratch) const;

 private:
  struct Example {
    EncodedPair pair;
    AttentionMap map;  // but for the weights
  };
  Example read(std::string& text, const Model& model) const;
  AttentionMap map_of(const Example& example, const Decoded& answer, int step,
                      const DecodingScratch& scratch) const;

  WatchSettings settings_;
  const TrainingData& data_;
  std::vector<Example> examples_;
};

}  // namespace attnviz

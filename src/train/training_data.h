// Where a run's examples come from.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "score/evaluate.h"
#include "tasks/task.h"
#include "text/vocabulary.h"
#include "train/recipe.h"

namespace attnviz {

class TrainingData {
 public:
  virtual ~TrainingData() = default;

  virtual const Vocabulary& source() const = 0;
  virtual const Vocabulary& target() const = 0;

  /// Whether its pairs say what may be copied, for a model with a copy gate.
  virtual bool copies() const { return false; }

  /// Symbols of the longest side of an example, END included.
  virtual int longest() const = 0;

  /// What the model file records about the data, as JSON by name, such as "task".
  virtual std::map<std::string, std::string> metadata() const = 0;

  /// At most `max` examples of the validation or test part, with their gold alignments.
  virtual std::vector<EncodedExample> held_out(Part part, int max, Random& random) const = 0;

  /// The example with this source, END left out, and its right answer; nothing where there is none.
  virtual std::optional<EncodedExample> example_of(
      const std::vector<std::string>& source) const = 0;

  /// Fills `pairs`, whose buffers are reused, with the training pairs of a step, which carry no
  /// gold alignment. They may depend on the step and on `random` and on nothing else, or a run
  /// could not be resumed.
  virtual void next_batch(const Recipe& recipe, int step, Random& random,
                          std::vector<EncodedPair>& pairs) = 0;
};

}  // namespace attnviz

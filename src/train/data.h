// Examples of a task, encoded for the trainer.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tasks/task.h"
#include "train/training_data.h"

namespace attnviz {

/// A task with its options and vocabularies.
class TaskData : public TrainingData {
 public:
  /// The vocabularies hold every symbol that can occur.
  TaskData(const Task& task, const TaskOptions& options);
  /// With the vocabularies of a model.
  TaskData(const Task& task, const TaskOptions& options, Vocabulary source, Vocabulary target);

  const Task& task() const { return task_; }
  const TaskOptions& options() const { return options_; }
  const Vocabulary& source() const override { return source_; }
  const Vocabulary& target() const override { return target_; }
  int longest() const override;
  std::map<std::string, std::string> metadata() const override;

  /// `count` random examples of one part, with their gold alignments.
  std::vector<EncodedExample> draw(Part part, int count, Random& random) const;

  std::vector<EncodedExample> held_out(Part part, int max, Random& random) const override {
    return draw(part, max, random);
  }
  std::optional<EncodedExample> example_of(const std::vector<std::string>& source) const override;
  /// Random examples: batch_size() of them, the share recipe.augment of them by
  /// Task::draw_augmented.
  void next_batch(const Recipe& recipe, int step, Random& random,
                  std::vector<EncodedPair>& pairs) override;

 private:
  EncodedExample encoded(const Example& example) const;

  const Task& task_;
  TaskOptions options_;
  Vocabulary source_;
  Vocabulary target_;
};

}  // namespace attnviz

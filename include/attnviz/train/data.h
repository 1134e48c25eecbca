// Examples of a task as the trainer wants them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "attnviz/infer/evaluate.h"
#include "attnviz/tasks/task.h"
#include "attnviz/text/vocabulary.h"

namespace attnviz {

/// A task with its options and vocabularies.
class TaskData {
 public:
  /// The vocabularies hold every symbol that can occur.
  TaskData(const Task& task, const TaskOptions& options);
  /// With the vocabularies of a model.
  TaskData(const Task& task, const TaskOptions& options, Vocabulary source, Vocabulary target);

  const Task& task() const { return task_; }
  const TaskOptions& options() const { return options_; }
  const Vocabulary& source() const { return source_; }
  const Vocabulary& target() const { return target_; }

  /// `count` random examples of one part, with their gold alignments.
  std::vector<EncodedExample> draw(Part part, int count, Random& random) const;

  /// Fills `pairs` with random training examples, which carry no gold alignment; `beyond` is the
  /// share that may go beyond the task (see draw_training_example).
  void draw_batch(double beyond, Random& random, std::span<EncodedPair> pairs) const;

 private:
  const Task& task_;
  TaskOptions options_;
  Vocabulary source_;
  Vocabulary target_;
};

}  // namespace attnviz

// A small model with random weights, for tests that need any model at all.
#pragma once

#include "infer/model_task.h"
#include "model/model.h"
#include "tasks/task.h"
#include "train/data.h"

namespace attnviz {

inline Model small_model(std::string_view task_name = "reverse", std::uint64_t seed = 3,
                         bool coverage = false, bool hard = false, Cell cell = Cell::gru) {
  const Task& task = find_task(task_name);
  const TaskData data(task, task.defaults);
  Model model;
  model.source = data.source();
  model.target = data.target();
  model.config = {.source_vocabulary = model.source.size(),
                  .target_vocabulary = model.target.size(),
                  .embedding = 5,
                  .hidden = 6,
                  .decoder_hidden = 7,
                  .attention_units = 8,
                  .cell = cell,
                  .coverage = coverage,
                  .hard = hard};
  Random random(seed);
  initialise(model.config, {.embedding_std = 1.0, .score_scale = 2.0}, random, model.weights);
  model.metadata["task"] = task_to_json(task, task.defaults);
  return model;
}

inline std::vector<EncodedExample> some_examples(std::string_view task_name, int count,
                                                 std::uint64_t seed = 9) {
  const Task& task = find_task(task_name);
  Random random(seed);
  return TaskData(task, task.defaults).draw(Part::test, count, random);
}

}  // namespace attnviz

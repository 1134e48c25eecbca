// A small model with random weights, for tests that need any model at all.
#pragma once

#include "infer/model_task.h"
#include "model/model.h"
#include "tasks/task.h"
#include "train/data.h"

namespace attnviz {

/// Gives `model` small sizes for its vocabularies, and random weights. `form` says its equations.
inline void make_small(Model& model, ModelConfig form, std::uint64_t seed,
                       double score_scale = 2.0) {
  form.source_vocabulary = model.source.size();
  form.target_vocabulary = model.target.size();
  form.embedding = 5;
  form.hidden = 6;
  form.decoder_hidden = 7;
  form.attention_units = 8;
  model.config = form;
  Random random(seed);
  initialise(form, {.embedding_std = 1.0, .score_scale = score_scale}, random, model.weights);
}

inline Model small_model(std::string_view task_name = "reverse", std::uint64_t seed = 3,
                         const ModelConfig& form = {}) {
  const Task& task = find_task(task_name);
  const TaskData data(task, task.defaults);
  Model model;
  model.source = data.source();
  model.target = data.target();
  make_small(model, form, seed);
  model.metadata["task"] = task_to_json(task, task.defaults);
  return model;
}

inline std::vector<EncodedExample> some_examples(std::string_view task_name, int count,
                                                 std::uint64_t seed = 9) {
  const Task& task = find_task(task_name);
  Random random(seed);
  return TaskData(task, task.defaults).draw(Part::test, count, random);
}

inline std::vector<const EncodedPair*> pointers(const std::vector<EncodedExample>& examples) {
  std::vector<const EncodedPair*> result;
  for (const EncodedExample& example : examples) result.push_back(&example.pair);
  return result;
}

}  // namespace attnviz

#include "train/data.h"

#include <utility>

#include "infer/model_task.h"

namespace attnviz {

TaskData::TaskData(const Task& task, const TaskOptions& options)
    : TaskData(task, options, Vocabulary(task.source_symbols(options)),
               Vocabulary(task.target_symbols(options))) {}

TaskData::TaskData(const Task& task, const TaskOptions& options, Vocabulary source,
                   Vocabulary target)
    : task_(task), options_(options), source_(std::move(source)), target_(std::move(target)) {}

std::vector<EncodedExample> TaskData::draw(Part part, int count, Random& random) const {
  std::vector<EncodedExample> examples;
  examples.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    examples.push_back(encoded(draw_example(task_, options_, part, random)));
  }
  return examples;
}

EncodedExample TaskData::encoded(const Example& example) const {
  EncodedExample encoded;
  encoded.pair = {encode(source_, example.source), encode(target_, example.target)};
  encoded.gold = example.gold;
  if (task_.details != nullptr) encoded.details = task_.details(example);
  return encoded;
}

std::optional<EncodedExample> TaskData::example_of(const std::vector<std::string>& source) const {
  const std::optional<Example> example = task_.solve(options_, source);
  return example ? std::optional(encoded(*example)) : std::nullopt;
}

int TaskData::longest() const {
  return 1 + (task_.takes_lengths ? options_ : task_.defaults).max_length;
}

std::map<std::string, std::string> TaskData::metadata() const {
  return {{"task", task_to_json(task_, options_)}};
}

void TaskData::next_batch(const Recipe& recipe, int step, Random& random,
                          std::vector<EncodedPair>& pairs) {
  pairs.resize(static_cast<std::size_t>(batch_size(recipe, step)));
  for (EncodedPair& pair : pairs) {
    const Example example = draw_training_example(task_, options_, recipe.augment, random);
    pair = {encode(source_, example.source), encode(target_, example.target)};
  }
}

}  // namespace attnviz

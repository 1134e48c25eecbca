#include "attnviz/train/data.h"

#include <utility>

namespace attnviz {

TaskData::TaskData(const Task& task, const TaskOptions& options)
    : TaskData(task, options, Vocabulary(task.source_symbols(options)),
               Vocabulary(task.target_symbols(options))) {}

TaskData::TaskData(const Task& task, const TaskOptions& options, Vocabulary source,
                   Vocabulary target)
    : task_(task),
      options_(options),
      source_(std::move(source)),
      target_(std::move(target)) {}

std::vector<EncodedExample> TaskData::draw(Part part, int count, Random& random) const {
  std::vector<EncodedExample> examples;
  examples.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    examples.push_back(encode(source_, target_, draw_example(task_, options_, part, random)));
  }
  return examples;
}

}  // namespace attnviz

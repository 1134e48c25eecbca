// Which task a model was trained on: kept in its file, so that its answers can be judged.
#pragma once

#include <optional>
#include <string>

#include "model/model.h"
#include "tasks/task.h"

namespace attnviz {

struct ModelTask {
  const Task* task;
  TaskOptions options;
};

/// The task as JSON, for Model::metadata["task"].
std::string task_to_json(const Task& task, const TaskOptions& options);

/// The task a model was trained on; nothing if it was none of these.
/// Throws InputError when the entry is malformed or holds settings that the task cannot have.
std::optional<ModelTask> task_of(const Model& model);

}  // namespace attnviz

#include "attnviz/infer/model_task.h"

#include <nlohmann/json.hpp>

#include "attnviz/base/error.h"

namespace attnviz {

using Json = nlohmann::ordered_json;

std::string task_to_json(const Task& task, const TaskOptions& options) {
  return Json{{"name", task.name},
              {"min_length", options.min_length},
              {"max_length", options.max_length},
              {"shift", options.shift},
              {"alphabet", options.alphabet}}
      .dump();
}

std::optional<ModelTask> task_of(const Model& model) {
  const auto found = model.facts.find("task");
  if (found == model.facts.end()) return std::nullopt;
  try {
    const Json json = Json::parse(found->second);
    const Task& task = find_task(json.at("name").get<std::string>());
    TaskOptions options;
    options.min_length = json.at("min_length").get<int>();
    options.max_length = json.at("max_length").get<int>();
    options.shift = json.at("shift").get<int>();
    options.alphabet = json.at("alphabet").get<std::string>();
    check_task_options(task, options);
    return ModelTask{&task, options};
  } catch (const Json::exception&) {
    throw InputError("model: metadata: task: expected a task and its settings, got " +
                     printable(found->second));
  } catch (const UsageError& error) {
    throw InputError(std::string("model: metadata: task: ") + error.what());
  }
}

}  // namespace attnviz

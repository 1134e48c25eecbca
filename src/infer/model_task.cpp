#include "infer/model_task.h"

#include <fmt/core.h>

#include "attnviz/error.h"
#include "formats/json.h"
#include "formats/strict_json.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::string task_to_json(const Task& task, const TaskOptions& options) {
  Json json{{"name", task.name},
            {"min_length", options.min_length},
            {"max_length", options.max_length},
            {"shift", options.shift},
            {"alphabet", options.alphabet}};
  if (options.cases) json["cases"] = true;
  return json.dump();
}

std::optional<ModelTask> task_of(const Model& model) {
  const auto found = model.metadata.find("task");
  if (found == model.metadata.end()) return std::nullopt;
  const std::string place = "model: metadata: task";
  const auto json = parse_strict_json<Json>(found->second, place);
  constexpr int max = 1'000'000;  // the task itself checks its limits
  try {
    const Task& task = find_task(json.at("name").get<std::string>());
    TaskOptions options;
    options.min_length = json_integer(json.at("min_length"), max);
    options.max_length = json_integer(json.at("max_length"), max);
    options.shift = json_integer(json.at("shift"), max);
    options.alphabet = json.at("alphabet").get<std::string>();
    options.cases =
        json.value("cases", false);  // not in older files, whose models lack the letters
    check_task_options(task, options);
    return ModelTask{&task, options};
  } catch (const Json::exception&) {
  } catch (const InputError&) {
  } catch (const UsageError& error) {
    throw InputError(fmt::format("{}: {}", place, error.what()));
  }
  throw InputError(
      fmt::format("{}: expected a task and its settings, got {}", place, printable(found->second)));
}

}  // namespace attnviz

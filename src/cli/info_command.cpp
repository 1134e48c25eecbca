#include "info_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "attnviz/base/error.h"
#include "attnviz/base/file.h"
#include "attnviz/base/utf8.h"
#include "attnviz/model/checkpoint.h"
#include "attnviz/train/run_folder.h"
#include "options.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

struct InfoOptions {
  std::string model;
  bool json = false;
};

/// The metadata, with entries that hold JSON as JSON.
Json describe_as_json(const Model& model) {
  Json result;
  for (const auto& [key, value] : describe(model)) {
    const Json parsed = Json::parse(value, nullptr, false);
    result[key] = parsed.is_structured() ? parsed : Json(value);
  }
  result["parameters"] = count_parameters(model.config);
  return result;
}

std::string to_text(const Json& description) {
  std::string text;
  for (const auto& [key, value] : description.items()) {
    text += key + ": ";
    if (value.is_object()) {
      for (const auto& [name, entry] : value.items()) text += "\n  " + name + ": " + entry.dump();
    } else if (value.is_array()) {  // symbols
      text += printable(join(value.get<std::vector<std::string>>()));
    } else {
      text += value.is_string() ? printable(value.get<std::string>()) : value.dump();
    }
    text += '\n';
  }
  return text;
}

void run_info(const InfoOptions& options) {
  const Json description =
      describe_as_json(load_model(options.model.empty() ? newest_run() : options.model));
  write_file("-", options.json ? description.dump() + "\n" : to_text(description));
}

}  // namespace

void setup_info(CLI::App& program) {
  const auto options = std::make_shared<InfoOptions>();
  CLI::App& command = *program.add_subcommand("info", "say what is in a model file");
  lead_with_examples(command, {"attnviz info", "attnviz info runs/dates --json"});
  command
      .add_option("model", options->model,
                  "a run's folder or a model file (default: the newest run)")
      ->type_name("PATH");
  command.add_flag("--json", options->json, "print JSON");
  command.callback([options] { run_info(*options); });
}

}  // namespace attnviz

#include "train/pair_settings.h"

#include <fmt/core.h>

#include "attnviz/error.h"
#include "formats/json.h"
#include "formats/strict_json.h"
#include "infer/model_text.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

Json files_json(const PairFiles& files) {
  Json json = Json::array({files.pairs, files.source, files.target});
  if (!files.columns.empty()) json.push_back(columns_text(files.columns));
  return json;
}

PairFiles read_files(const Json& json) {
  PairFiles files{json.at(0).get<std::string>(), json.at(1).get<std::string>(),
                  json.at(2).get<std::string>()};
  if (json.size() == 3) return files;
  const auto columns = columns_from(json.at(3).get<std::string>());
  if (!columns) throw InputError("columns");
  files.columns = *columns;
  return files;
}

}  // namespace

std::string to_json(const PairSettings& settings) {
  return Json{{"train", files_json(settings.train)},
              {"validation", files_json(settings.validation)},
              {"test", files_json(settings.test)},
              {"held_out", settings.held_out},
              {"source", Json::parse(to_json(settings.source))},
              {"target", Json::parse(to_json(settings.target))},
              {"min_count", settings.limits.min_count},
              {"max_vocabulary", settings.limits.max_size},
              {"max_length", settings.max_length}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

PairSettings pair_settings_from_json(const std::string& text, const std::string& place) {
  constexpr int max_count = 1'000'000'000;
  const auto json = parse_strict_json<Json>(text, place);
  try {
    PairSettings settings;
    settings.train = read_files(json.at("train"));
    settings.validation = read_files(json.at("validation"));
    settings.test = read_files(json.at("test"));
    settings.held_out = json.at("held_out").get<double>();
    settings.source = tokenizer_from_json(json.at("source").dump());
    settings.target = tokenizer_from_json(json.at("target").dump());
    settings.limits = {json_integer(json.at("min_count"), max_count),
                       json_integer(json.at("max_vocabulary"), max_count)};
    settings.max_length = json_integer(json.at("max_length"), max_input);
    return settings;
  } catch (const Json::exception&) {
  } catch (const InputError&) {
  }
  throw InputError(
      fmt::format("{}: expected the settings of sentence pairs, got {}", place, printable(text)));
}

}  // namespace attnviz

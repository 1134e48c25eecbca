#include "infer/model_text.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "attnviz/error.h"
#include "formats/strict_json.h"

namespace attnviz {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::string to_json(const Tokenizer& tokenizer) {
  Json json{
      {"unit", to_string(tokenizer.unit)}, {"lower", tokenizer.lower}, {"nfc", tokenizer.nfc}};
  // Only where it is used: files of models that were made before it was there stay as they are.
  if (tokenizer.punctuation) json["split_punctuation"] = true;
  return json.dump();
}

Tokenizer tokenizer_from_json(const std::string& text) {
  const auto json = Json::parse(text, nullptr, false);
  try {
    if (const auto unit = unit_from(json.at("unit").get<std::string>())) {
      return {*unit, json.at("lower").get<bool>(), json.at("nfc").get<bool>(),
              json.value("split_punctuation", false)};
    }
  } catch (const Json::exception&) {
  }
  throw InputError(fmt::format("tokenizer: expected unit, lower and nfc, got {}", printable(text)));
}

std::string text_to_json(const ModelText& text) {
  return Json{{"source", Json::parse(to_json(text.source))},
              {"target", Json::parse(to_json(text.target))},
              {"longest", text.longest},
              {"takes_unknown", text.takes_unknown},
              {"sample", text.sample}}
      .dump();
}

ModelText text_of(const Model& model) {
  const auto found = model.metadata.find("text");
  if (found == model.metadata.end()) return {};
  constexpr int max_answer = 2000;  // sides of training pairs have at most 1000 symbols
  const std::string place = "model: metadata: text";
  const auto json = parse_strict_json<Json>(found->second, place);
  try {
    return {tokenizer_from_json(json.at("source").dump()),
            tokenizer_from_json(json.at("target").dump()),
            json_integer(json.at("longest"), max_answer), json.at("takes_unknown").get<bool>(),
            json.at("sample").get<std::string>()};
  } catch (const Json::exception&) {
  } catch (const InputError&) {
  }
  throw InputError(fmt::format("{}: expected how the model reads text, got {}", place,
                               printable(found->second)));
}

}  // namespace attnviz

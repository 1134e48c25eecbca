#include "infer/model_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "attnviz/error.h"
#include "formats/json.h"
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
              {"sample", text.sample},
              {"shortest_source", text.shortest_source},
              {"longest_source", text.longest_source}}
      .dump();
}

ModelText text_of(const Model& model) {
  const auto found = model.metadata.find("text");
  if (found == model.metadata.end()) return {};
  const std::string place = "model: metadata: text";
  const auto json = parse_strict_json<Json>(found->second, place);
  const auto side_length = [&](const char* key) {  // not in older files
    return json.contains(key) ? json_integer(json.at(key), max_input) : 0;
  };
  try {
    return {tokenizer_from_json(json.at("source").dump()),
            tokenizer_from_json(json.at("target").dump()),
            json_integer(json.at("longest"), 2 * max_input),
            json.at("takes_unknown").get<bool>(),
            json.at("sample").get<std::string>(),
            side_length("shortest_source"),
            side_length("longest_source")};
  } catch (const Json::exception&) {
  } catch (const InputError&) {
  }
  throw InputError(fmt::format("{}: expected how the model reads text, got {}", place,
                               printable(found->second)));
}

std::string counts_to_json(std::span<const std::size_t> counts) {
  return Json(std::vector<std::size_t>(counts.begin(), counts.end())).dump();
}

std::vector<std::size_t> source_counts_of(const Model& model) {
  const auto found = model.metadata.find(source_counts_key);
  if (found == model.metadata.end()) return {};
  const std::string place = fmt::format("{}: metadata: {}", model.name, source_counts_key);
  const auto json = parse_strict_json<Json>(found->second, place);
  const bool are_counts =
      json.is_array() && json.size() == model.source.symbols().size() &&
      std::ranges::all_of(json, [](const Json& count) { return count.is_number_unsigned(); });
  if (!are_counts) {
    throw InputError(fmt::format("{}: expected {} counts, one a symbol, got {}", place,
                                 model.source.symbols().size(), printable(found->second)));
  }
  return json.get<std::vector<std::size_t>>();
}

double usual_log_probability(const Model& model) {
  constexpr double least_right = 1000;
  constexpr double unknown = -std::numeric_limits<double>::infinity();
  const auto scores = model.metadata.find("scores");
  if (scores == model.metadata.end()) return unknown;
  const auto json = Json::parse(scores->second, nullptr, false);
  try {
    const double right = json.at("examples").get<double>() * json.at("exact_match").get<double>();
    return right < least_right ? unknown : json.at("least_log_probability").get<double>();
  } catch (const Json::exception&) {
    return unknown;  // an older file
  }
}

}  // namespace attnviz

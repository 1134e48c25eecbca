#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "attnviz/error.h"
#include "base/suggest.h"
#include "formats/attention_io.h"
#include "formats/strict_json.h"

namespace attnviz {
namespace {

using Json = FloatJson;

constexpr const char* format = "attnviz-attention";
constexpr int version = 1;
constexpr const char* orientation = "rows=output,columns=input";

std::string quote(std::string_view text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// A JSON list of write(0), write(1), ...
template <typename Write>
std::string list(std::size_t count, Write write) {
  std::string text = "[";
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += ',';
    text += write(i);
  }
  return text + ']';
}

std::string list_of(const std::vector<std::string>& labels) {
  return list(labels.size(), [&](std::size_t i) { return quote(labels[i]); });
}

/// A part of the document and its place: "maps.json: weights[2]".
struct Field {
  const Json& value;
  std::string place;

  std::size_t size() const { return value.size(); }
  Field operator[](std::size_t i) const { return {value[i], fmt::format("{}[{}]", place, i)}; }
};

[[noreturn]] void refuse(const Field& field, const std::string& expected) {
  const std::string got =
      field.value.is_structured()
          ? fmt::format("an {}", field.value.type_name())
          : printable(field.value.dump(-1, ' ', false, Json::error_handler_t::replace));
  throw InputError(fmt::format("{}: expected {}, got {}", field.place, expected, got));
}

std::string text_of(const Field& field) {
  if (!field.value.is_string()) refuse(field, "a string");
  return field.value.get<std::string>();
}

void check_list(const Field& field, const std::string& items) {
  if (!field.value.is_array()) refuse(field, "a list of " + items);
}

void check_list(const Field& field, const std::string& items, std::size_t count) {
  check_list(field, items);
  if (field.size() == count) return;
  throw InputError(
      fmt::format("{}: expected {} {}, got {}", field.place, count, items, field.size()));
}

std::vector<std::string> read_labels(const Field& field) {
  check_list(field, "strings");
  std::vector<std::string> labels;
  labels.reserve(field.size());
  for (std::size_t i = 0; i < field.size(); ++i) labels.push_back(text_of(field[i]));
  return labels;
}

std::vector<float> read_weights(const Field& field, std::size_t rows, std::size_t columns) {
  check_list(field, "rows", rows);
  std::vector<float> weights;
  for (std::size_t r = 0; r < rows; ++r) {
    const Field row = field[r];
    check_list(row, "numbers", columns);
    for (std::size_t c = 0; c < columns; ++c) {
      // Finite: the parser refuses numbers outside the range of float.
      if (!row.value[c].is_number()) refuse(row[c], "a finite number");
      weights.push_back(row.value[c].get<float>());
    }
  }
  return weights;
}

std::vector<int> read_positions(const Field& field, std::size_t columns) {
  check_list(field, "source positions");
  std::vector<int> positions;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const Field item = field[i];
    const std::string range = fmt::format("an integer in 0..{}", columns - 1);
    if (!item.value.is_number_unsigned() || item.value.get<std::uint64_t>() >= columns) {
      refuse(item, range);
    }
    positions.push_back(item.value.get<int>());
    if (i > 0 && positions[i] <= positions[i - 1]) refuse(item, range + ", ascending");
  }
  return positions;
}

GoldAlignment read_gold(const Field& field, std::size_t rows, std::size_t columns) {
  check_list(field, "rows", rows);
  GoldAlignment gold;
  for (std::size_t r = 0; r < rows; ++r) gold.push_back(read_positions(field[r], columns));
  return gold;
}

std::map<std::string, std::string> read_metadata(const Field& field) {
  if (!field.value.is_object()) refuse(field, "an object");
  std::map<std::string, std::string> metadata;
  for (const auto& [key, value] : field.value.items()) {
    metadata.emplace(key, text_of({value, fmt::format("{}: {}", field.place, printable(key))}));
  }
  return metadata;
}

void check_value(const Field& field, const Json& expected) {
  if (field.value != expected) refuse(field, expected.dump());
}

/// The document itself; keys that are not known are refused.
class Document {
 public:
  Document(const Json& json, const std::string& name) : json_(json), name_(name) {
    static const std::vector<std::string> keys = {"format", "version",  "orientation",
                                                  "source", "target",   "weights",
                                                  "gold",   "expected", "facts"};
    if (!json.is_object()) refuse({json, name}, "an object");
    for (const auto& [key, value] : json.items()) {
      if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
      throw InputError(
          fmt::format("{}: unknown key \"{}\"{}", name, printable(key), did_you_mean(key, keys)));
    }
  }

  bool has(const char* key) const { return json_.contains(key); }

  Field at(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) {
      throw InputError(fmt::format("{}: {}: expected it, got nothing", name_, key));
    }
    return {*found, name_ + ": " + key};
  }

 private:
  const Json& json_;
  std::string name_;
};

}  // namespace

std::string attention_to_json(const AttentionMap& map) {
  const auto row = [&](std::size_t r) {
    return list(map.columns(), [&](std::size_t c) { return weight_text(map, r, c); });
  };
  const auto gold_row = [&](std::size_t r) {
    return list(map.gold[r].size(),
                [&](std::size_t i) { return fmt::format("{}", map.gold[r][i]); });
  };
  std::string json = fmt::format(
      R"({{"format":{},"version":{},"orientation":{},"source":{},"target":{},"weights":{})",
      quote(format), version, quote(orientation), list_of(map.source), list_of(map.target),
      list(map.rows(), row));
  if (!map.gold.empty()) json += ",\"gold\":" + list(map.gold.size(), gold_row);
  if (!map.expected.empty()) json += ",\"expected\":" + list_of(map.expected);
  std::string metadata;
  for (const auto& [key, value] : map.metadata) {
    metadata += fmt::format("{}{}:{}", metadata.empty() ? "" : ",", quote(key), quote(value));
  }
  if (!metadata.empty()) json += ",\"facts\":{" + metadata + '}';
  return json + '}';
}

namespace {

/// The map of a document, or that of an input without an answer: no labels, and metadata["error"].
AttentionMap read_map(std::string_view text, std::string_view name) {
  const std::string file(name);
  const Json json = parse_strict_json<Json>(text, file);
  const Document document(json, file);
  check_value(document.at("format"), format);
  check_value(document.at("version"), version);
  check_value(document.at("orientation"), orientation);

  AttentionMap map;
  map.source = read_labels(document.at("source"));
  map.target = read_labels(document.at("target"));
  if (document.has("facts")) map.metadata = read_metadata(document.at("facts"));
  if (is_missing(map)) return map;
  for (const auto& [side, labels] : {std::pair{"source", &map.source}, {"target", &map.target}}) {
    if (!labels->empty()) continue;
    throw InputError(fmt::format("{}: {}: expected at least one label, got none", file, side));
  }
  check_weight_shape(map.rows(), map.columns(), file);
  map.weights = read_weights(document.at("weights"), map.rows(), map.columns());
  if (document.has("gold")) map.gold = read_gold(document.at("gold"), map.rows(), map.columns());
  if (document.has("expected")) {
    const Field expected = document.at("expected");
    check_list(expected, "strings", map.rows());
    map.expected = read_labels(expected);
  }
  return map;
}

}  // namespace

AttentionMap attention_from_json(std::string_view text, std::string_view name) {
  AttentionMap map = read_map(text, name);
  require_map(map, std::string(name));
  return map;
}

std::vector<AttentionMap> attention_from_json_lines(std::string_view text, std::string_view name) {
  std::vector<AttentionMap> maps;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string place = fmt::format("{}:{}", name, number);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    maps.push_back(read_map(line, place));
  }
  return maps;
}

}  // namespace attnviz

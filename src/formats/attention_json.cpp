#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "attnviz/error.h"
#include "base/number.h"
#include "base/utf8.h"
#include "formats/array_maps.h"
#include "formats/attention_io.h"
#include "formats/json_maps.h"
#include "formats/map_kind.h"
#include "formats/npy.h"
#include "formats/strict_json.h"

namespace attnviz {
namespace {

std::string quote(std::string_view text) {
  return FloatJson(text).dump(-1, ' ', false, FloatJson::error_handler_t::replace);
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

void require_count(const std::string& place, const std::string& field, const char* items,
                   std::size_t expected, std::size_t got) {
  if (got == expected) return;
  throw InputError(
      fmt::format("{}: {}: expected {} {}, got {}", place, field, expected, items, got));
}

void check_gold(const AttentionMap& map, std::size_t rows, std::size_t columns,
                const std::string& name) {
  require_count(name, "gold", "rows", rows, map.gold.size());
  for (std::size_t r = 0; r < map.gold.size(); ++r) {
    const std::vector<int>& row = map.gold[r];
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool ascends = i == 0 || row[i] > row[i - 1];
      if (ascends && static_cast<std::size_t>(row[i]) < columns) continue;
      throw InputError(fmt::format("{}: gold[{}][{}]: expected an integer in 0..{}{}, got {}", name,
                                   r, i, columns - 1, ascends ? "" : ", ascending", row[i]));
    }
  }
}

/// Names every key that is wanted, and those that are not there.
void check_keys(const JsonMap& entry, const std::string& place) {
  using Keys = std::vector<std::string>;
  const bool is_own = entry.is_own() || entry.seen.contains("version");
  Keys wanted = is_own ? Keys{"format", "version", "orientation"} : Keys{};
  wanted.insert(wanted.end(), {"source", "target", "weights"});
  Keys missing;
  for (const std::string& key : wanted) {
    const bool may_lack =
        key == "weights" ? is_missing(entry.map) : !is_own && entry.seen.contains("weights");
    if (!may_lack && !entry.seen.contains(key)) missing.push_back(key);
  }
  if (missing.empty()) return;
  throw InputError(fmt::format("{}: expected the keys {}, got no {}", place, join(wanted, ", "),
                               join(missing, ", ")));
}

/// Checks the counts of rows and columns, of which `shape` has the last two.
void check_counts(const JsonMap& entry, const std::vector<std::size_t>& shape, bool transposes,
                  const std::string& place) {
  const AttentionMap& map = entry.map;
  for (const auto& [side, labels] :
       {std::pair{"source", &map.source}, std::pair{"target", &map.target}}) {
    if (!labels->empty() || !entry.seen.contains(side)) continue;
    throw InputError(fmt::format("{}: {}: expected at least one label, got none", place, side));
  }
  if (!map.source.empty() && !map.target.empty())
    check_weight_shape(map.rows(), map.columns(), place);
  const std::size_t rows = shape[shape.size() - 2];
  const std::size_t columns = shape[shape.size() - 1];
  if (!transposes && !entry.is_own() && rows != columns && rows == map.columns() &&
      columns == map.rows()) {
    throw SettingError(
        "transpose",
        fmt::format(
            "needed for {}: its weights are {} x {}, and it has {} target and {} source labels",
            place, rows, columns, map.rows(), map.columns()));
  }
  if (!map.target.empty()) require_count(place, "weights", "rows", map.rows(), rows);
  if (!map.source.empty()) require_count(place, "weights[0]", "numbers", map.columns(), columns);
  if (entry.seen.contains("gold")) check_gold(map, rows, columns, place);
  if (entry.seen.contains("expected"))
    require_count(place, "expected", "strings", rows, map.expected.size());
  if (entry.seen.contains("copied"))
    require_count(place, "copied", "numbers", rows, map.copied.size());
}

/// Weights whose rows are inputs, with labels that name the sides.
void turn_weights(JsonMap& entry, std::vector<std::size_t>& shape, const std::string& place) {
  if (shape.size() != 2) {
    throw SettingError("transpose",
                       fmt::format("expected one map with labels, got an array of {} axes in {}",
                                   shape.size(), place));
  }
  AttentionMap file;
  file.target.resize(shape[0]);
  file.source.resize(shape[1]);
  file.weights = std::move(entry.numbers.values);
  entry.numbers.values = transposed(file);
  std::swap(shape[0], shape[1]);
}

/// Adds the maps of an entry if the sentence is chosen; checks it in any case.
void add_entry(JsonMap& entry, const std::string& place, bool is_chosen, ChosenMaps& maps) {
  check_keys(entry, place);
  AttentionMap& map = entry.map;
  if (is_missing(map) && entry.numbers.values.empty()) {
    maps.leave_out(fmt::format("{}: an input without an answer, and so without a map: {}", place,
                               printable(map.metadata.at("error"))));
    return;
  }
  if (map.source.empty() && map.target.empty()) map.source = map.target = entry.tokens;
  std::vector<std::size_t> shape = entry.numbers.shape;
  // Of lists without a number all that is known may be how many there are.
  shape.resize(std::max<std::size_t>(shape.size(), 2), 0);
  const bool has_sides = !map.source.empty() || !map.target.empty();
  const bool turns =
      maps.options().transpose && has_sides && !entry.is_own() && entry.tokens.empty();
  if (turns) turn_weights(entry, shape, place);
  check_counts(entry, shape, turns, place);
  if (entry.numbers.values.empty())
    throw InputError(place + ": expected at least one row and one column");
  if (!is_chosen) return;
  NpyArray array;
  array.shape = std::move(shape);
  array.items = {reinterpret_cast<const char*>(entry.numbers.values.data()),
                 entry.numbers.values.size() * sizeof(float)};
  add_array_maps(array, place, std::move(map),
                 turns            ? Orientation::turned
                 : entry.is_own() ? Orientation::stated
                                  : Orientation::unknown,
                 maps);
}

/// Those of a document that has several by name: the one that is chosen.
JsonMap& choose_entry(std::vector<JsonMap>& entries, const std::string& wanted,
                      const std::string& place) {
  if (wanted.empty() && entries.size() == 1) return entries.front();
  const auto found = std::ranges::find(entries, wanted, &JsonMap::name);
  if (!wanted.empty() && found != entries.end()) return *found;
  std::string names;
  for (const JsonMap& entry : entries) {
    names += (names.empty() ? "" : ", ") + printable(entry.name);
  }
  throw SettingError("array", fmt::format("expected one of {}, the parts of {}, got \"{}\"",
                                          printable(names, 300), place, printable(wanted)));
}

void read_document(std::string_view text, const std::string& place, ChosenMaps& maps) {
  JsonDocument document = read_json_maps(text, place);
  const std::string& wanted = maps.options().array.array;
  const bool has_names = !document.maps.empty() && document.map.seen.contains("attention");
  if (!wanted.empty() && !has_names) {
    throw SettingError("array", fmt::format("expected maps by name under \"attention\" in {}, got "
                                            "none",
                                            place));
  }
  if (document.maps.empty()) return add_entry(document.map, place, maps.next(), maps);
  if (has_names) {
    JsonMap& entry = choose_entry(document.maps, wanted, place);
    return add_entry(entry, place, maps.next(), maps);
  }
  std::size_t number = 0;
  for (JsonMap& map : document.maps) {
    add_entry(map, fmt::format("{}: map {}", place, ++number), maps.next(), maps);
  }
}

}  // namespace

std::string attention_to_json(const AttentionMap& map) {
  const auto row = [&](std::size_t r) {
    return list(map.columns(), [&](std::size_t c) { return weight_text(map, r, c, "null"); });
  };
  const auto gold_row = [&](std::size_t r) {
    return list(map.gold[r].size(),
                [&](std::size_t i) { return fmt::format("{}", map.gold[r][i]); });
  };
  std::string json =
      fmt::format(R"({{"format":{},"version":{},"orientation":{})", quote(attention_json_format),
                  attention_json_version, quote(attention_json_orientation));
  if (map.kind != MapKind::attention) json += ",\"kind\":" + quote(to_string(map.kind));
  json += fmt::format(R"(,"source":{},"target":{},"weights":{})", list_of(map.source),
                      list_of(map.target), list(map.rows(), row));
  if (!map.gold.empty()) json += ",\"gold\":" + list(map.gold.size(), gold_row);
  if (!map.expected.empty()) json += ",\"expected\":" + list_of(map.expected);
  if (!map.copied.empty()) {
    json += ",\"copied\":" +
            list(map.copied.size(), [&](std::size_t r) { return format_shortest(map.copied[r]); });
  }
  std::string metadata;
  for (const auto& [key, value] : map.metadata) {
    metadata += fmt::format("{}{}:{}", metadata.empty() ? "" : ",", quote(key), quote(value));
  }
  if (!metadata.empty()) json += ",\"facts\":{" + metadata + '}';
  return json + '}';
}

void read_attention_json(std::string_view text, ChosenMaps& maps) {
  read_document(text, maps.file(), maps);
}

void read_attention_json_lines(std::string_view text, ChosenMaps& maps) {
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    read_document(line, fmt::format("{}:{}", maps.file(), number), maps);
  }
}

}  // namespace attnviz

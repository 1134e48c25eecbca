#include <fmt/core.h>

#include <algorithm>
#include <set>
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

constexpr std::size_t max_facts = std::size_t{1} << 16U;  // each takes many times its bytes

/// Stores the parts of a map as they are read: all else is refused at once.
class MapReader : public JsonEvents<Json> {
 public:
  explicit MapReader(std::string name) : name_(std::move(name)) {}

  void value(Json value) override {
    if (depth_ == 3) return add_item(value);
    if (depth_ == 2 && key_ == "facts" && value.is_string()) {
      map_.metadata.emplace(fact_, std::move(value.get_ref<std::string&>()));
    } else if (depth_ == 2 && is_texts() && value.is_string()) {
      if (texts().size() == max_attention_labels) refuse_label_count(place());
      texts().push_back(std::move(value.get_ref<std::string&>()));
      ++index_;
    } else if (depth_ != 1 || fixed_value().is_null() || value != fixed_value()) {
      refuse(value);
    }
  }

  void open(bool is_object) override {
    const bool fits = depth_ == 0   ? is_object
                      : depth_ == 1 ? fixed_value().is_null() && is_object == (key_ == "facts")
                                    : depth_ == 2 && is_rows() && !is_object;
    if (!fits) refuse_text(is_object ? "an object" : "an array");
    if (depth_ == 1) index_ = 0;
    if (index_ == max_attention_labels) refuse_label_count(place());  // a row for each
    if (depth_ == 2 && key_ == "gold") map_.gold.emplace_back();
    ++depth_;
    item_ = 0;
  }

  void close() override {
    --depth_;
    if (depth_ != 2) return;
    ++index_;
    if (key_ == "weights") row_ends_.push_back(map_.weights.size());
  }

  void key(std::string name) override {
    const bool is_new = depth_ == 1 ? seen_.insert(name).second : !map_.metadata.contains(name);
    if (!is_new) {
      throw InputError(fmt::format("{}: the key \"{}\" occurs twice", name_, printable(name)));
    }
    if (depth_ == 2 && map_.metadata.size() == max_facts) {
      throw LimitError(fmt::format("{}: facts: expected at most {}", name_, max_facts));
    }
    (depth_ == 1 ? key_ : fact_) = std::move(name);
    static const std::vector<std::string> keys = {"format", "version",  "orientation",
                                                  "source", "target",   "weights",
                                                  "gold",   "expected", "facts"};
    if (depth_ != 1 || std::ranges::find(keys, key_) != keys.end()) return;
    throw InputError(
        fmt::format("{}: unknown key \"{}\"{}", name_, printable(key_), did_you_mean(key_, keys)));
  }

  /// The map when all is read, or one that is missing.
  AttentionMap finish() {
    for (const char* needed : {"format", "version", "orientation", "source", "target"})
      require(needed);
    if (is_missing(map_)) return std::move(map_);
    for (const auto& [side, labels] :
         {std::pair{"source", &map_.source}, std::pair{"target", &map_.target}}) {
      if (!labels->empty()) continue;
      throw InputError(fmt::format("{}: {}: expected at least one label, got none", name_, side));
    }
    check_weight_shape(map_.rows(), map_.columns(), name_);
    require("weights");
    require_count("weights", "rows", map_.rows(), row_ends_.size());
    for (std::size_t r = 0; r < map_.rows(); ++r) {
      const std::size_t start = r == 0 ? 0 : row_ends_[r - 1];
      require_count(fmt::format("weights[{}]", r), "numbers", map_.columns(), row_ends_[r] - start);
    }
    if (seen_.contains("gold")) check_gold();
    if (seen_.contains("expected")) {
      require_count("expected", "strings", map_.rows(), map_.expected.size());
    }
    return std::move(map_);
  }

 private:
  /// What the value of a key must be; null for one that is a list or an object.
  Json fixed_value() const {
    return key_ == "format"        ? Json(format)
           : key_ == "version"     ? Json(version)
           : key_ == "orientation" ? Json(orientation)
                                   : Json();
  }
  bool is_texts() const { return key_ == "source" || key_ == "target" || key_ == "expected"; }
  bool is_rows() const { return key_ == "weights" || key_ == "gold"; }
  std::vector<std::string>& texts() {
    return key_ == "source" ? map_.source : key_ == "target" ? map_.target : map_.expected;
  }

  void add_item(const Json& value) {
    if (key_ == "weights") {
      // Finite: the parser refuses numbers outside the range of float.
      if (!value.is_number()) refuse(value);
      check_weight_count(map_.weights.size(), 1, name_);
      map_.weights.push_back(value.get<float>());
    } else {
      if (!value.is_number_unsigned() || value.get<std::uint64_t>() >= position_limit()) {
        refuse(value);
      }
      map_.gold.back().push_back(value.get<int>());
    }
    ++item_;
  }

  /// Positions are below this, as far as is known.
  std::uint64_t position_limit() const {
    return map_.source.empty() ? max_attention_labels : map_.columns();
  }

  void check_gold() const {
    require_count("gold", "rows", map_.rows(), map_.gold.size());
    for (std::size_t r = 0; r < map_.gold.size(); ++r) {
      const std::vector<int>& row = map_.gold[r];
      for (std::size_t i = 0; i < row.size(); ++i) {
        const bool ascends = i == 0 || row[i] > row[i - 1];
        if (ascends && static_cast<std::size_t>(row[i]) < map_.columns()) continue;
        throw InputError(fmt::format("{}: gold[{}][{}]: expected an integer in 0..{}{}, got {}",
                                     name_, r, i, map_.columns() - 1, ascends ? "" : ", ascending",
                                     row[i]));
      }
    }
  }

  void require(const char* key) const {
    if (!seen_.contains(key)) {
      throw InputError(fmt::format("{}: {}: expected it, got nothing", name_, key));
    }
  }
  void require_count(const std::string& field, const char* items, std::size_t expected,
                     std::size_t got) const {
    if (got == expected) return;
    throw InputError(
        fmt::format("{}: {}: expected {} {}, got {}", name_, field, expected, items, got));
  }

  /// Of the value that is read: "maps.json: weights[2][0]".
  std::string place() const {
    std::string text = name_;
    if (depth_ > 0) text += ": " + printable(key_);
    if (depth_ > 1) text += key_ == "facts" ? ": " + printable(fact_) : fmt::format("[{}]", index_);
    if (depth_ > 2) text += fmt::format("[{}]", item_);
    return text;
  }
  std::string expected() const {
    if (depth_ == 0) return "an object";
    if (depth_ == 1 && !fixed_value().is_null()) return fixed_value().dump();
    const bool weights = key_ == "weights";
    if (depth_ == 1)
      return key_ == "facts" ? "an object" : is_texts() ? "a list of strings" : "a list of rows";
    if (depth_ == 2 && is_rows())
      return weights ? "a list of numbers" : "a list of source positions";
    if (depth_ == 2) return "a string";
    return weights ? "a finite number" : fmt::format("an integer in 0..{}", position_limit() - 1);
  }
  [[noreturn]] void refuse(const Json& got) const {
    refuse_text(printable(got.dump(-1, ' ', false, Json::error_handler_t::replace)));
  }
  [[noreturn]] void refuse_text(const std::string& got) const {
    throw InputError(fmt::format("{}: expected {}, got {}", place(), expected(), got));
  }

  std::string name_;
  AttentionMap map_;
  std::vector<std::size_t> row_ends_;  // in weights
  std::set<std::string> seen_;         // keys
  int depth_ = 0;                      // 1 in the document, 2 in a field, 3 in a row
  std::string key_;
  std::string fact_;
  std::size_t index_ = 0;  // in a field
  std::size_t item_ = 0;   // in a row
};

AttentionMap read_map(std::string_view text, std::string_view name) {
  MapReader reader{std::string(name)};
  read_strict_json<Json>(text, std::string(name), reader);
  return reader.finish();
}

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

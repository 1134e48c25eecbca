#include "formats/json_maps.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "attnviz/error.h"
#include "base/suggest.h"
#include "formats/attention_io.h"
#include "formats/map_kind.h"
#include "formats/strict_json.h"

namespace attnviz {
namespace {

using Json = FloatJson;

constexpr std::size_t max_entries = std::size_t{1} << 16U;

// Keys of other programs: BertViz' payload and pandas' to_json(orient="split").
constexpr std::pair<std::string_view, std::string_view> other_keys[] = {
    {"attn", "weights"}, {"att", "weights"},  {"left_text", "target"}, {"right_text", "source"},
    {"data", "weights"}, {"index", "target"}, {"columns", "source"}};
constexpr std::string_view own_keys[] = {"format", "version", "orientation", "kind",     "source",
                                         "target", "weights", "gold",        "expected", "facts",
                                         "title",  "tokens",  "attention",   "name",     "copied"};
// What BertViz adds for its page.
constexpr std::string_view skipped_keys[] = {
    "queries",        "keys",          "default_filter", "root_div_id",  "layer",      "heads",
    "include_layers", "include_heads", "bidirectional",  "display_mode", "total_heads"};

bool is_in(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != std::end(names);
}

/// Stores the parts of maps as they are read: all else is refused at once. A document is a map, a
/// list of maps, lists of numbers, or an object whose "attention" holds maps by name.
class MapReader : public JsonEvents<Json> {
 public:
  explicit MapReader(std::string name) : name_(std::move(name)) {}

  void value(Json value) override {
    const std::size_t level = depth_ - base_;
    if (skipped_ > 0 || (level == 0 && is_in(skipped_keys, key_))) return;
    if (depth_ == 0 || depth_ == entries_) refuse(value);
    if (key_ == "weights") return add_number(value, level);
    if (key_ == "gold" && level == 2) return add_position(value);
    if (key_ == "facts" && level == 1 && value.is_string()) {
      entry().map.metadata.emplace(fact_, std::move(value.get_ref<std::string&>()));
    } else if (key_ == "title" && level == 0 && value.is_string()) {
      add_fact("title");
      entry().map.metadata.emplace("title", std::move(value.get_ref<std::string&>()));
    } else if (const auto kind = kind_of(value); kind && level == 0) {
      entry().map.kind = *kind;
    } else if (key_ == "name" && level == 0 && (value.is_string() || value.is_null())) {
      entry().name = value.is_null() ? "" : value.get<std::string>();
    } else if (key_ == "copied" && level == 1 && is_share(value)) {
      std::vector<float>& copied = entry().map.copied;
      if (copied.size() == max_attention_labels) refuse_label_count(place());
      copied.push_back(value.get<float>());
      ++index_;
    } else if (texts() != nullptr && level == 1 && is_label(value)) {
      if (texts()->size() == max_attention_labels) refuse_label_count(place());
      texts()->push_back(value.is_string() ? std::move(value.get_ref<std::string&>())
                                           : value.dump());
      ++index_;
    } else if (level != 0 || fixed_value().is_null() || value != fixed_value()) {
      refuse(value);
    }
  }

  void open(bool is_object) override {
    const std::size_t level = depth_ - base_;
    if (skipped_ > 0 || (depth_ > 0 && level == 0 && is_in(skipped_keys, key_))) {
      ++skipped_;
    } else if (depth_ == 0) {
      is_list_ = !is_object;
      base_ = is_object ? 1 : 0;
      key_ = is_object ? "" : "weights";
      if (is_list_) {
        document_.seen.insert("weights");
        document_.numbers.counts.push_back(0);
      }
    } else if (depth_ == entries_ && !is_object) {
      refuse_text("an array");
    } else if (is_object && holds_entries(level)) {
      open_entry();
    } else if (key_ == "attention" && level == 0) {
      if (is_object) entries_ = depth_ + 1;
    } else {
      open_field(is_object, level);
    }
    ++depth_;
  }

  void close() override {
    --depth_;
    if (skipped_ > 0) {
      --skipped_;
    } else if (entries_ > 0 && depth_ == entries_) {  // the end of an entry
      if (all_.back().seen.empty()) {
        throw InputError(
            fmt::format("{}: map {}: expected one, got an empty object", name_, all_.size()));
      }
      base_ = is_list_ ? 0 : 1;
      key_ = is_list_ ? "weights" : "attention";
    } else if (entries_ > 0 && depth_ + 1 == entries_) {
      entries_ = 0;
    } else if (key_ == "weights" && depth_ >= base_) {
      close_list();
    } else if (depth_ == base_ + 1) {
      ++index_;
    }
  }

  void key(std::string name) override {
    if (skipped_ > 0) return;
    if (depth_ == entries_) {  // of an entry, in an object of them
      entry_name_ = std::move(name);
    } else if (depth_ > base_) {
      fact_ = std::move(name);
      add_fact(fact_);
    } else {
      key_ = std::move(name);
      original_key_ = key_;
      for (const auto& [other, own] : other_keys) {
        if (key_ == other) key_ = own;
      }
      if (!is_in(own_keys, key_) && !is_in(skipped_keys, key_)) refuse_key();
      if (!entry().seen.insert(key_).second) {
        throw InputError(fmt::format("{}: the key \"{}\" occurs twice", name_, printable(key_)));
      }
    }
  }

  JsonDocument take() { return {std::move(document_), std::move(all_)}; }

 private:
  JsonMap& entry() { return entries_ > 0 && depth_ > entries_ ? all_.back() : document_; }
  const JsonMap& entry() const { return const_cast<MapReader*>(this)->entry(); }

  /// Whether an object that opens here is a map of its own.
  bool holds_entries(std::size_t level) {
    if (depth_ == entries_) return true;
    const bool in_list = is_list_ ? depth_ == 1 : key_ == "attention" && level == 1;
    if (!in_list || !entry().numbers.shape.empty()) return false;
    entries_ = depth_;
    return true;
  }

  void open_entry() {
    if (all_.size() == max_entries) {
      throw LimitError(fmt::format("{}: expected at most {} maps, got more", name_, max_entries));
    }
    all_.emplace_back().name = std::move(entry_name_);
    base_ = depth_ + 1;
    key_.clear();
  }

  void open_field(bool is_object, std::size_t level) {
    Numbers& numbers = entry().numbers;
    if (key_ == "attention" && level == 1) {  // lists of numbers under this name
      if (!entry().seen.insert("weights").second) {
        throw InputError(name_ + ": the key \"weights\" occurs twice");
      }
      key_ = "weights";
      numbers.counts.push_back(0);
    }
    const bool fits =
        key_ == "weights" ? !is_object && (numbers.leaf == 0 || level < numbers.leaf)
        : level == 0      ? is_object == (key_ == "facts") &&
                           (is_object || texts() != nullptr || key_ == "gold" || key_ == "copied")
                     : level == 1 && key_ == "gold" && !is_object;
    if (!fits) refuse_text(is_object ? "an object" : "an array");
    if (key_ == "weights") {
      numbers.counts.push_back(0);
      return;
    }
    if (level == 0) index_ = 0;
    item_ = 0;
    if (key_ != "gold" || level != 1) return;
    if (index_ == max_attention_labels) refuse_label_count(place());
    entry().map.gold.emplace_back();
  }

  void close_list() {
    Numbers& numbers = entry().numbers;
    const std::size_t count = numbers.counts.back();
    numbers.counts.pop_back();
    const std::size_t level = numbers.counts.size();
    if (count == 0 && level > 0) refuse_empty();
    if (numbers.shape.size() <= level) numbers.shape.resize(level + 1, no_limit);
    if (numbers.shape[level] == no_limit) numbers.shape[level] = count;
    if (numbers.shape[level] != count) {
      const bool inner = level + 1 == numbers.shape.size();
      throw InputError(fmt::format("{}: expected {} {}, got {}", place(), numbers.shape[level],
                                   inner ? "numbers" : "lists", count));
    }
    if (level > 0) ++numbers.counts.back();
  }

  void add_number(const Json& value, std::size_t level) {
    Numbers& numbers = entry().numbers;
    if (numbers.leaf == 0 && level >= 2) numbers.leaf = level;
    // Finite: the parser refuses numbers outside the range of float.
    if (level != numbers.leaf || level < 2 || !(value.is_number() || value.is_null()))
      refuse(value);
    check_weight_count(numbers.values.size(), 1, name_);
    numbers.values.push_back(value.is_null() ? std::nanf("") : value.get<float>());
    ++numbers.counts.back();
  }

  void add_position(const Json& value) {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() >= position_limit()) {
      refuse(value);
    }
    entry().map.gold.back().push_back(value.get<int>());
    ++item_;
  }

  void add_fact(const std::string& fact) {
    if (entry().map.metadata.contains(fact)) {
      throw InputError(fmt::format("{}: the key \"{}\" occurs twice", name_, printable(fact)));
    }
    if (entry().map.metadata.size() < max_attention_facts) return;
    throw LimitError(fmt::format("{}: facts: expected at most {}", name_, max_attention_facts));
  }

  /// What the value of a key must be; null for one that is not fixed.
  Json fixed_value() const {
    return key_ == "format"        ? Json(attention_json_format)
           : key_ == "version"     ? Json(attention_json_version)
           : key_ == "orientation" ? Json(attention_json_orientation)
                                   : Json();
  }
  /// What the value of "kind" names; nothing for another key or name.
  std::optional<MapKind> kind_of(const Json& value) const {
    if (key_ != "kind" || !value.is_string()) return std::nullopt;
    return map_kind_from(value.get_ref<const std::string&>());
  }
  /// The list of texts that the key names; null for another key.
  std::vector<std::string>* texts() {
    JsonMap& at = entry();
    return key_ == "source"     ? &at.map.source
           : key_ == "target"   ? &at.map.target
           : key_ == "expected" ? &at.map.expected
           : key_ == "tokens"   ? &at.tokens
                                : nullptr;
  }
  /// pandas numbers rows and columns that have no names.
  bool is_label(const Json& value) const {
    const bool is_pandas = original_key_ == "index" || original_key_ == "columns";
    return value.is_string() || (is_pandas && value.is_number_integer());
  }

  static bool is_share(const Json& value) {
    return value.is_number() && value.get<float>() >= 0 && value.get<float>() <= 1;
  }

  /// Positions are below this, as far as is known.
  std::uint64_t position_limit() const {
    const std::size_t columns = entry().map.columns();
    return columns == 0 ? max_attention_labels : columns;
  }

  /// Of the value that is read: "maps.json: weights[2][0]".
  std::string place() const {
    std::string text = name_;
    const std::size_t level = depth_ - base_;
    if (depth_ == 0) return text;
    if (depth_ == entries_) return fmt::format("{}: map {}", text, all_.size() + 1);
    text += is_list_ && base_ == 0 ? ": " : ": " + printable(original_key_);
    if (key_ == "weights") {
      for (const std::size_t count : entry().numbers.counts) text += fmt::format("[{}]", count);
      return text;
    }
    if (level > 0) text += key_ == "facts" ? ": " + printable(fact_) : fmt::format("[{}]", index_);
    if (level > 1) text += fmt::format("[{}]", item_);
    return text;
  }
  std::string expected() const {
    const std::size_t level = depth_ - base_;
    if (depth_ == 0) return "an object or a list";
    if (depth_ == entries_) return "an object";
    if (level == 0 && !fixed_value().is_null()) return fixed_value().dump();
    if (level == 0 && key_ == "kind") return std::string(expected_map_kinds);
    const bool is_text = key_ == "title" || key_ == "name";
    if (key_ == "weights") {
      const std::size_t leaf = entry().numbers.leaf;
      return level == 0                    ? "a list of rows"
             : level >= 2 && level >= leaf ? "a finite number"
             : level == 1                  ? "a list of numbers"
                                           : "a list";
    }
    if (level == 0) {
      return key_ == "facts"                         ? "an object"
             : is_text                               ? "a string"
             : key_ == "gold" || key_ == "attention" ? "a list of rows"
             : key_ == "copied"                      ? "a list of numbers"
                                                     : "a list of strings";
    }
    if (key_ == "copied") return "a number in 0..1";
    if (key_ != "gold") return "a string";
    return level == 1 ? "a list of source positions"
                      : fmt::format("an integer in 0..{}", position_limit() - 1);
  }
  [[noreturn]] void refuse(const Json& got) const {
    refuse_text(printable(got.dump(-1, ' ', false, Json::error_handler_t::replace)));
  }
  [[noreturn]] void refuse_empty() const {
    throw InputError(place() + ": expected at least one number, got an empty list");
  }
  [[noreturn]] void refuse_text(const std::string& got) const {
    throw InputError(fmt::format("{}: expected {}, got {}", place(), expected(), got));
  }
  [[noreturn]] void refuse_key() const {
    static const std::vector<std::string> keys = {
        "format", "version",  "orientation", "kind",  "source", "target", "weights",
        "gold",   "expected", "copied",      "facts", "title",  "tokens"};
    const std::string close = did_you_mean(key_, keys);
    throw InputError(fmt::format(
        "{}: unknown key \"{}\"{}", name_, printable(key_),
        close.empty()
            ? "; a map has weights, source and target, and may have title, gold, expected "
              "and facts"
            : close));
  }

  std::string name_;
  JsonMap document_;
  std::vector<JsonMap> all_;
  bool is_list_ = false;  // the document
  std::size_t depth_ = 0;
  std::size_t base_ = 0;     // the depth of the keys of a map
  std::size_t entries_ = 0;  // that of the list or object of maps that is open; 0 for none
  std::size_t skipped_ = 0;  // how many lists and objects are open that are skipped
  std::string key_;
  std::string original_key_;
  std::string fact_;
  std::string entry_name_;
  std::size_t index_ = 0;  // in a field that is a list
  std::size_t item_ = 0;   // in a row of gold
};

}  // namespace

std::string without_python_numbers(std::string_view text) {
  std::string json;
  bool quoted = false;
  while (!text.empty()) {
    std::size_t count = 1;
    if (quoted && text.front() == '\\') count = std::min<std::size_t>(2, text.size());
    if (text.front() == '"') quoted = !quoted;
    const std::string_view found = quoted                          ? ""
                                   : text.starts_with("NaN")       ? "NaN"
                                   : text.starts_with("-Infinity") ? "-Infinity"
                                                                   : "";
    json += found.empty() ? text.substr(0, count) : "null";
    text.remove_prefix(found.empty() ? count : found.size());
  }
  return json;
}

JsonDocument read_json_maps(std::string_view text, const std::string& name) {
  std::string json;
  if (text.find("NaN") != std::string_view::npos ||
      text.find("-Infinity") != std::string_view::npos) {
    json = without_python_numbers(text);
    text = json;
  }
  MapReader reader(name);
  read_strict_json<Json>(text, name, reader);
  return reader.take();
}

}  // namespace attnviz

#include "formats/strict_json.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <type_traits>
#include <utility>

#include "attnviz/error.h"
#include "base/utf8.h"

namespace attnviz {
namespace {

constexpr std::size_t max_depth = 64;

// Gives the parser's events away, within limits.
template <typename Json>
class Parser : public nlohmann::json_sax<Json> {
 public:
  Parser(std::string_view text, const std::string& name, JsonEvents<Json>& events)
      : text_(text), name_(name), events_(events) {}

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override { return add(value); }
  bool number_float(typename Json::number_float_t value, const std::string& /*token*/) override {
    return add(value);
  }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(typename Json::binary_t& /*value*/) override { return false; }  // not in JSON text

  bool start_object(std::size_t /*size*/) override { return open(true); }
  bool start_array(std::size_t /*size*/) override { return open(false); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(std::string& name) override {
    events_.key(std::move(name));
    return true;
  }

  bool parse_error(std::size_t position, const std::string& token,
                   const typename Json::exception& error) override {
    // The end of the text counts as one more character read.
    if (position > text_.size()) throw InputError(name_ + ": not valid JSON: it ends too early");
    const std::size_t offset = std::max<std::size_t>(position, 1) - 1;
    const std::string_view rest = text_.substr(offset);
    std::string what = "not valid JSON at ";
    std::string got = printable(rest.substr(0, rest.find_first_of("\r\n")), 20);
    constexpr int out_of_range = 406;
    if (error.id == out_of_range) {
      constexpr bool single = std::is_same_v<typename Json::number_float_t, float>;
      what = fmt::format("expected a number in the range of {}, got ", single ? "float" : "double");
      got = printable(token);
    } else if (depth_ == 0 && has_root_) {
      what = "expected nothing after the JSON document, got ";
    }
    throw InputError(fmt::format("{}{}: {}\"{}\"", name_, text_place(text_, offset), what, got));
  }

 private:
  bool add(Json value) {
    has_root_ = true;
    events_.value(std::move(value));
    return true;
  }

  bool open(bool is_object) {
    has_root_ = true;
    if (depth_ == max_depth) {
      throw InputError(
          fmt::format("{}: expected at most {} levels of nesting, got more", name_, max_depth));
    }
    ++depth_;
    events_.open(is_object);
    return true;
  }

  bool close() {
    --depth_;
    events_.close();
    return true;
  }

  std::string_view text_;
  const std::string& name_;
  JsonEvents<Json>& events_;
  std::size_t depth_ = 0;
  bool has_root_ = false;
};

// Builds the value. The library's own builder keeps the last of two equal keys, limits no depth,
// and with its filter callback is quadratic in the number of objects; its ordered objects look for
// each new key among all others.
template <typename Json>
class Builder : public JsonEvents<Json> {
 public:
  explicit Builder(const std::string& name) : name_(name) {}

  Json take_root() { return std::move(root_); }

  void value(Json value) override { place(std::move(value)); }

  void open(bool is_object) override {
    // Valid while it is open: until then its parent gets no other child.
    open_.push_back(place(is_object ? Json::object() : Json::array()));
    keys_.emplace_back();
  }

  void close() override {
    keys_.pop_back();
    open_.pop_back();
  }

  void key(std::string name) override {
    if (!keys_.back().insert(name).second) {
      throw InputError(fmt::format("{}: the key \"{}\" occurs twice", name_, printable(name)));
    }
    auto& members = open_.back()->template get_ref<typename Json::object_t&>();
    if constexpr (requires { members.emplace_back(name, nullptr); }) {
      member_ = &members.emplace_back(std::move(name), nullptr).second;
    } else {
      member_ = &members[std::move(name)];
    }
  }

 private:
  Json* place(Json&& value) {
    if (++count_ > max_json_values) {
      throw LimitError(
          fmt::format("{}: expected at most {} values, got more", name_, max_json_values));
    }
    if (open_.empty()) return &(root_ = std::move(value));
    if (open_.back()->is_array()) {
      open_.back()->push_back(std::move(value));
      return &open_.back()->back();
    }
    return &(*member_ = std::move(value));
  }

  const std::string& name_;
  Json root_;
  std::size_t count_ = 0;
  std::vector<Json*> open_;  // the arrays and objects around what comes next, outermost first
  std::vector<std::set<std::string>> keys_;  // of those of them that are objects
  Json* member_ = nullptr;                   // of the innermost object: the value of the last key
};

class Texts : public JsonEvents<FloatJson> {
 public:
  std::optional<std::vector<std::string>> take() {
    if (!is_list_) return std::nullopt;
    return std::move(texts_);
  }

  void value(FloatJson value) override {
    is_list_ = is_list_ && value.is_string();
    if (is_list_) texts_.push_back(std::move(value.get_ref<std::string&>()));
  }
  void open(bool is_object) override { is_list_ = !is_object && !std::exchange(opened_, true); }
  void close() override {}
  void key(std::string /*name*/) override {}

 private:
  std::vector<std::string> texts_;
  bool opened_ = false;
  bool is_list_ = false;
};

}  // namespace

template <typename Json>
void read_strict_json(std::string_view text, const std::string& name, JsonEvents<Json>& events) {
  require_utf8(text, name);
  // The library takes a zero byte for the end of the text.
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    throw InputError(name + text_place(text, zero) + ": not valid JSON at \"\\x00\"");
  }
  Parser<Json> parser(text, name, events);
  Json::sax_parse(text.begin(), text.end(), &parser);
}

template <typename Json>
Json parse_strict_json(std::string_view text, const std::string& name) {
  Builder<Json> builder(name);
  read_strict_json<Json>(text, name, builder);
  return builder.take_root();
}

std::optional<std::vector<std::string>> parse_json_texts(std::string_view text,
                                                         const std::string& name) {
  Texts texts;
  read_strict_json<FloatJson>(text, name, texts);
  return texts.take();
}

int json_integer(const nlohmann::ordered_json& value, int max) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > static_cast<std::uint64_t>(max)) {
    throw InputError(fmt::format("expected an integer in 0..{}", max));
  }
  return value.get<int>();
}

template void read_strict_json(std::string_view, const std::string&, JsonEvents<FloatJson>&);
template FloatJson parse_strict_json(std::string_view, const std::string&);
template nlohmann::ordered_json parse_strict_json(std::string_view, const std::string&);

}  // namespace attnviz

#include "text/tokenizer.h"

#include "base/grapheme.h"
#include "base/utf8.h"
#include "text/punctuation.h"

namespace attnviz {
namespace {

/// Unicode's property White_Space.
bool is_space(char32_t c) {
  return (c >= 0x9 && c <= 0xd) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  while (!text.empty()) {
    const CodePoint next = first_code_point(text);
    if (is_space(next.value)) {
      inside = false;
    } else {
      if (!inside) words.emplace_back();
      inside = true;
      words.back() += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  return words;
}

}  // namespace

std::string_view to_string(Unit unit) {
  return unit == Unit::character ? "char" : "word";
}

std::optional<Unit> unit_from(std::string_view name) {
  for (const Unit unit : {Unit::character, Unit::word}) {
    if (name == to_string(unit)) return unit;
  }
  return std::nullopt;
}

bool is_blank(std::string_view text) {
  while (!text.empty()) {
    const CodePoint next = first_code_point(text);
    if (!is_space(next.value)) return false;
    text.remove_prefix(next.length);
  }
  return true;
}

std::vector<std::string> Tokenizer::split(std::string_view text) const {
  std::string changed;
  if (nfc) text = changed = to_nfc(text);
  if (lower) text = changed = to_lower(text);
  if (unit == Unit::character) return split_characters(text);
  return punctuation ? split_punctuation(split_words(text)) : split_words(text);
}

std::string Tokenizer::join(const std::vector<std::string>& symbols) const {
  if (unit == Unit::word && punctuation) return join_punctuation(symbols);
  return attnviz::join(symbols, unit == Unit::character ? "" : " ");
}

}  // namespace attnviz

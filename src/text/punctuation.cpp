#include "text/punctuation.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "base/grapheme.h"
#include "base/utf8.h"

namespace attnviz {
namespace {

enum class Mark {
  none,    // no mark
  opens,   // belongs to what follows
  closes,  // belongs to what is before it
  quote,   // one or the other
  apart,   // stands alone, as a dash does
};

/// Marks of the class "other" (Po) that close: those of English, Chinese, Devanagari, Arabic.
constexpr std::array<std::string_view, 20> closing = {".",  ",",  "!",  "?",  ";",  ":",  "%",
                                                      "…",  "‰",  "。", "、", "，", "！", "？",
                                                      "；", "：", "।",  "॥",  "،",  "؟"};

Mark mark_of(std::string_view symbol) {
  const CodePoint first = first_code_point(symbol);
  const std::string_view category = general_category(first.value);
  if (first.length != symbol.size() || category.front() != 'P') return Mark::none;
  if (symbol == "\"" || symbol == "'") return Mark::quote;
  if (category == "Ps" || category == "Pi" || symbol == "¿" || symbol == "¡") return Mark::opens;
  const bool closes = category == "Pe" || category == "Pf" ||
                      std::find(closing.begin(), closing.end(), symbol) != closing.end();
  return closes ? Mark::closes : Mark::apart;
}

/// Whether a character is a letter or a digit.
bool is_inner(std::string_view character) {
  const char kind = general_category(first_code_point(character).value).front();
  return kind == 'L' || kind == 'N';
}

}  // namespace

std::vector<std::string> split_punctuation(const std::vector<std::string>& words) {
  std::vector<std::string> symbols;
  for (const std::string& word : words) {
    const std::vector<std::string> characters = split_characters(word);
    bool inside = false;
    for (std::size_t i = 0; i < characters.size(); ++i) {
      const bool kept = i > 0 && i + 1 < characters.size() && is_inner(characters[i - 1]) &&
                        is_inner(characters[i + 1]);
      const bool apart = !kept && mark_of(characters[i]) != Mark::none;
      if (apart || !inside) symbols.emplace_back();
      symbols.back() += characters[i];
      inside = !apart;
    }
  }
  return symbols;
}

std::string join_punctuation(const std::vector<std::string>& symbols) {
  std::string text;
  std::map<std::string_view, bool> is_open;  // by quote
  std::string before;
  bool opened = false;  // by the symbol before
  for (const std::string& symbol : symbols) {
    Mark mark = mark_of(symbol);
    if (mark == Mark::quote) {
      bool& open = is_open[symbol];
      mark = open ? Mark::closes : Mark::opens;
      open = !open;
    }
    // An accent that stands alone would join the mark before it.
    const bool glued = (opened || mark == Mark::closes) &&
                       split_punctuation({before + symbol}) == std::vector{before, symbol};
    if (!glued && !text.empty()) text += ' ';
    text += symbol;
    before = symbol;
    opened = mark == Mark::opens;
  }
  return text;
}

}  // namespace attnviz

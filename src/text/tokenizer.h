// How a text becomes symbols, and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz {

enum class Unit {
  character,  // as base/grapheme.h cuts them; spaces are characters
  word,       // text between white space
};

std::string_view to_string(Unit unit);
/// "char" or "word"; nothing for anything else.
std::optional<Unit> unit_from(std::string_view name);

/// Whether there is nothing but white space.
bool is_blank(std::string_view text);

/// One side's rules, kept in the model file.
struct Tokenizer {
  Unit unit = Unit::character;
  bool lower = false;        // lower case first
  bool nfc = false;          // Unicode's normalisation form C before that
  bool punctuation = false;  // of words: marks of punctuation are words of their own

  /// The symbols of valid UTF-8.
  std::vector<std::string> split(std::string_view text) const;
  /// The text of symbols: words with a space between them, but none before a mark that closes and
  /// after one that opens, if those are words of their own. Split again it gives the same symbols.
  std::string join(const std::vector<std::string>& symbols) const;

  friend bool operator==(const Tokenizer&, const Tokenizer&) = default;
};

}  // namespace attnviz

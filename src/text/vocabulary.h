// Symbols and their numbers.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace attnviz {

/// Numbers the symbols of one side. The first four are reserved.
class Vocabulary {
 public:
  static constexpr int pad = 0;
  static constexpr int start = 1;
  static constexpr int end = 2;
  static constexpr int unknown = 3;
  static constexpr int reserved = 4;

  Vocabulary() = default;
  /// Symbols are numbered from 4 in the order given. Throws InputError naming a symbol that is
  /// empty, not valid UTF-8, given twice, the label of a reserved one, or holds a line
  /// break or NUL.
  explicit Vocabulary(std::vector<std::string> symbols);

  /// Whether `symbol` is the label of a reserved one, such as <unk>.
  static bool is_reserved(std::string_view symbol);

  int size() const { return reserved + static_cast<int>(symbols_.size()); }
  /// Without the reserved ones.
  const std::vector<std::string>& symbols() const { return symbols_; }

  /// The number of a symbol, `unknown` if it has none.
  int id(std::string_view symbol) const;
  /// The symbol of a number; the labels of the reserved ones are <pad>, <s>, </s>, <unk>.
  const std::string& symbol(int id) const;

  /// The distinct symbols of `text` that have no number, in order.
  std::vector<std::string> missing(std::span<const std::string> text) const;

 private:
  std::vector<std::string> symbols_;
  /// Finds a std::string by a view.
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, int, Hash, std::equal_to<>> ids_;
};

}  // namespace attnviz

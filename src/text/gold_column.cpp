#include "text/gold_column.h"

#include <fmt/core.h>

#include <algorithm>

#include "attnviz/error.h"
#include "base/number.h"
#include "base/split.h"

namespace attnviz {
namespace {

[[noreturn]] void gold_fault(std::string_view entry, std::size_t row, const std::string& expected) {
  throw InputError(fmt::format("gold of target symbol {}: expected {}, got \"{}\"", row + 1,
                               expected, printable(entry)));
}

void read_gold_entry(std::string_view entry, std::size_t row, std::size_t columns, TextPair& pair) {
  if (entry == "-") return;
  for (std::string_view text : split(entry, ",")) {
    const bool possible = text.ends_with('?');
    if (possible) text.remove_suffix(1);
    const auto position = parse_integer<std::uint32_t>(text);
    if (!position || *position >= columns) {
      gold_fault(entry, row, fmt::format("- or source positions in 0..{}", columns - 1));
    }
    const int value = static_cast<int>(*position);
    std::vector<int>& gold = pair.gold[row];
    const auto place = std::lower_bound(gold.begin(), gold.end(), value);
    if (place != gold.end() && *place == value) gold_fault(entry, row, "each position once");
    gold.insert(place, value);
    if (possible) pair.possible[row].push_back(value);
  }
}

}  // namespace

void read_gold(std::string_view text, std::size_t rows, std::size_t columns, TextPair& pair) {
  std::vector<std::string_view> entries = split(text, " ");
  std::erase_if(entries, [](std::string_view entry) { return entry.empty(); });
  if (entries.size() != rows) {
    throw InputError(fmt::format("gold: expected {} entries, one a target symbol, got {}", rows,
                                 entries.size()));
  }
  pair.gold.assign(rows, {});
  pair.possible.assign(rows, {});
  for (std::size_t row = 0; row < rows; ++row) read_gold_entry(entries[row], row, columns, pair);
}

std::string gold_text(const GoldAlignment& gold, const GoldAlignment& possible) {
  std::string text;
  for (std::size_t row = 0; row < gold.size(); ++row) {
    if (row > 0) text += ' ';
    if (gold[row].empty()) text += '-';
    for (std::size_t i = 0; i < gold[row].size(); ++i) {
      if (i > 0) text += ',';
      text += fmt::format("{}", gold[row][i]);
      const bool marked = row < possible.size() &&
                          std::find(possible[row].begin(), possible[row].end(), gold[row][i]) !=
                              possible[row].end();
      if (marked) text += '?';
    }
  }
  return text;
}

}  // namespace attnviz

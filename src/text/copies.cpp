#include "text/copies.h"

#include <algorithm>
#include <unordered_map>

namespace attnviz {

void set_copies(std::span<const int> source, std::span<const int> target, int vocabulary,
                EncodedPair& pair) {
  std::vector<int> others;  // those of the source, in order
  const auto number = [&](int symbol, bool is_source) {
    if (symbol < vocabulary) return symbol;
    const auto found = std::find(others.begin(), others.end(), symbol);
    if (found == others.end() && !is_source) return Vocabulary::unknown;
    const auto place = static_cast<int>(found - others.begin());
    if (found == others.end()) others.push_back(symbol);
    return vocabulary + place;
  };
  pair.copies.clear();
  for (const int symbol : source) pair.copies.push_back(number(symbol, true));
  pair.copies.push_back(Vocabulary::end);
  pair.labels.clear();
  for (const int symbol : target) pair.labels.push_back(number(symbol, false));
  pair.labels.push_back(Vocabulary::end);
}

void set_copies(const Vocabulary& vocabulary, std::span<const std::string> source,
                std::span<const std::string> target, EncodedPair& pair) {
  std::unordered_map<std::string_view, int> others;
  const auto numbers = [&](std::span<const std::string> symbols) {
    std::vector<int> result;
    for (const std::string& symbol : symbols) {
      const int id = vocabulary.id(symbol);
      const bool is_other = id == Vocabulary::unknown && !Vocabulary::is_reserved(symbol);
      const auto next = vocabulary.size() + static_cast<int>(others.size());
      result.push_back(is_other ? others.emplace(symbol, next).first->second : id);
    }
    return result;
  };
  const std::vector<int> of_source = numbers(source);
  set_copies(of_source, numbers(target), vocabulary.size(), pair);
}

const std::string& answer_symbol(const Vocabulary& vocabulary, int id,
                                 std::span<const std::string> source, std::span<const int> copies) {
  if (id < vocabulary.size()) return vocabulary.symbol(id);
  return source[static_cast<std::size_t>(std::ranges::find(copies, id) - copies.begin())];
}

std::vector<std::string> decode_answer(const Vocabulary& vocabulary, std::span<const int> ids,
                                       std::span<const std::string> source,
                                       std::span<const int> copies) {
  std::vector<std::string> symbols;
  for (const int id : ids) {
    if (id == Vocabulary::end) break;
    symbols.push_back(answer_symbol(vocabulary, id, source, copies));
  }
  return symbols;
}

}  // namespace attnviz

#include "score/pair_list.h"

#include <algorithm>
#include <numeric>

namespace attnviz {
namespace {

bool is_before(std::span<const int> a, std::span<const int> b) {
  return std::ranges::lexicographical_compare(a, b);
}

}  // namespace

void PairList::add(const TextPair& pair) {
  std::vector<int> numbers;
  const auto push = [&](const std::vector<std::string>& side, FlatLists& lists) {
    numbers.clear();
    for (const std::string& symbol : side) numbers.push_back(symbols_.number(symbol));
    lists.push(numbers);
  };
  push(pair.source, sources_);
  push(pair.target, targets_);
  numbers.clear();
  for (std::size_t row = 0; pair.has_gold && row < pair.gold.size(); ++row) {
    const std::vector<int>& possible = pair.possible[row];
    numbers.push_back(static_cast<int>(pair.gold[row].size()));
    for (const int place : pair.gold[row]) {
      const bool is_possible = std::ranges::find(possible, place) != possible.end();
      numbers.push_back(2 * place + (is_possible ? 1 : 0));
    }
  }
  gold_.push(numbers);
}

std::vector<std::string> PairList::symbols(std::span<const int> numbers) const {
  std::vector<std::string> symbols;
  symbols.reserve(numbers.size());
  for (const int number : numbers) symbols.push_back(symbols_.symbol(number));
  return symbols;
}

TextPair PairList::operator[](std::size_t i) const {
  TextPair pair;
  pair.source = symbols(sources_[i]);
  pair.target = symbols(targets_[i]);
  const std::span<const int> gold = gold_[i];
  pair.has_gold = !gold.empty();
  for (std::size_t at = 0; at < gold.size();) {
    std::vector<int>& places = pair.gold.emplace_back();
    std::vector<int>& possible = pair.possible.emplace_back();
    for (const std::size_t end = at + static_cast<std::size_t>(gold[at]); at++ < end;) {
      places.push_back(gold[at] / 2);
      if (gold[at] % 2 == 1) possible.push_back(gold[at] / 2);
    }
  }
  return pair;
}

FlatLists PairList::by_source() const {
  std::vector<int> order(size());
  std::iota(order.begin(), order.end(), 0);
  const auto source = [this](int i) { return sources_[static_cast<std::size_t>(i)]; };
  std::ranges::stable_sort(order, is_before, source);
  std::vector<std::span<const int>> groups;
  for (auto first = order.begin(); first != order.end();) {
    const auto last = std::find_if(first, order.end(),
                                   [&](int i) { return is_before(source(*first), source(i)); });
    groups.emplace_back(first, last);
    first = last;
  }
  std::ranges::sort(groups, {}, [](std::span<const int> group) { return group.front(); });
  FlatLists lists;
  for (const auto& group : groups) lists.push(group);
  return lists;
}

std::vector<std::vector<std::string>> PairList::targets(std::span<const int> pairs) const {
  const auto target = [this](int i) { return targets_[static_cast<std::size_t>(i)]; };
  std::vector<int> different(pairs.begin() + 1, pairs.end());
  std::ranges::stable_sort(different, is_before, target);
  const auto equal = [&](int a, int b) { return std::ranges::equal(target(a), target(b)); };
  different.erase(std::unique(different.begin(), different.end(), equal), different.end());
  std::erase_if(different, [&](int i) { return equal(i, pairs.front()); });
  std::ranges::sort(different);
  std::vector<std::vector<std::string>> texts{symbols(target(pairs.front()))};
  for (const int i : different) texts.push_back(symbols(target(i)));
  return texts;
}

}  // namespace attnviz

#include "explain/swaps.h"

#include <algorithm>
#include <utility>

#include "base/grapheme.h"
#include "base/utf8.h"
#include "infer/model_text.h"

namespace attnviz {
namespace {

/// Unicode's class of a symbol: 'L' for letters, 'N' for numbers, others. With the second letter of
/// its category where case counts.
std::string kind_of(const std::string& symbol, bool by_case) {
  const std::string category(general_category(first_code_point(symbol).value));
  return category.substr(0, by_case && category.starts_with('L') ? 2 : 1);
}

std::vector<int> swaps_of_task(const Model& model, const ModelTask& task,
                               std::vector<std::string> source, std::size_t input) {
  const std::string own = source[input];
  const bool by_case = !task.task->takes_alphabet;
  std::vector<int> swaps;
  for (const std::string& symbol : model.source.symbols()) {
    if (symbol == own || kind_of(symbol, by_case) != kind_of(own, by_case)) continue;
    source[input] = symbol;
    if (task.task->solve(task.options, source)) swaps.push_back(model.source.id(symbol));
  }
  return swaps;
}

std::vector<int> swaps_of_pairs(const Model& model, std::span<const std::size_t> counts,
                                const std::string& own) {
  const int own_id = model.source.id(own);
  const auto count_of = [&](int id) {
    const auto place = static_cast<std::size_t>(id - Vocabulary::reserved);
    return id < Vocabulary::reserved || counts.empty() ? 0 : counts[place];
  };
  std::vector<int> swaps;
  for (int id = Vocabulary::reserved; id < model.source.size(); ++id) {
    if (id != own_id && count_of(id) >= (count_of(own_id) + 9) / 10) swaps.push_back(id);
  }
  return swaps;
}

}  // namespace

std::size_t Swaps::count() const {
  std::size_t count = 0;
  for (const std::vector<int>& symbols : of) count += symbols.size();
  return count;
}

void choose(Random& random, std::size_t count, std::vector<int>& items) {
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(items[i], items[i + random.below(items.size() - i)]);
  }
  items.resize(count);
  std::ranges::sort(items);
}

Swaps find_swaps(const Model& model, const std::optional<ModelTask>& task,
                 std::span<const std::string> source, std::uint64_t seed) {
  Swaps swaps;
  const auto counts = task ? std::vector<std::size_t>{} : source_counts_of(model);
  for (std::size_t j = 0; j < source.size(); ++j) {
    swaps.of.push_back(task ? swaps_of_task(model, *task, {source.begin(), source.end()}, j)
                            : swaps_of_pairs(model, counts, source[j]));
    if (swaps.of.back().size() <= Swaps::max_of_input) continue;
    Random random(seed, j);
    choose(random, Swaps::max_of_input, swaps.of.back());
    swaps.is_sample = true;
  }
  return swaps;
}

std::vector<Swap> list_swaps(const Swaps& swaps) {
  std::vector<Swap> list;
  for (std::size_t j = 0; j < swaps.of.size(); ++j) {
    for (const int symbol : swaps.of[j]) list.push_back({j, symbol});
  }
  return list;
}

std::vector<double> shares(std::span<const std::size_t> counts, const Swaps& swaps) {
  std::vector<double> result;
  for (std::size_t cell = 0; cell < counts.size(); ++cell) {
    const std::size_t all = swaps.of[cell % swaps.of.size()].size();
    result.push_back(all == 0 ? undefined
                              : static_cast<double>(counts[cell]) / static_cast<double>(all));
  }
  return result;
}

std::vector<double> causal_truth(const Model& model, const ModelTask& task,
                                 std::span<const std::string> source, const Swaps& swaps,
                                 std::size_t rows) {
  const std::size_t n = source.size();
  std::vector<std::string> symbols(source.begin(), source.end());
  const std::optional<Example> right = task.task->solve(task.options, symbols);
  if (!right) return std::vector<double>(rows * n, undefined);
  const std::size_t compared = std::min(rows, right->target.size());
  std::vector<std::size_t> changed(rows * n);
  for (const auto& [input, symbol] : list_swaps(swaps)) {
    symbols[input] = model.source.symbol(symbol);
    const auto other = task.task->solve(task.options, symbols)->target;
    symbols[input] = source[input];
    for (std::size_t i = 0; i < compared; ++i) {
      if (i >= other.size() || other[i] != right->target[i]) ++changed[i * n + input];
    }
  }
  return shares(changed, swaps);
}

}  // namespace attnviz

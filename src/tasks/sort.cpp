// The task that sorts symbols in the order of the alphabet. The gold of an output is every source
// position with its symbol.
#include <algorithm>

#include "base/grapheme.h"
#include "base/utf8.h"
#include "tasks/alphabet.h"
#include "tasks/task.h"

namespace attnviz {
namespace {

// Refuses the empty source, symbols outside the alphabet, and more symbols than a task may have:
// the gold of n equal ones has n * n entries.
std::optional<Example> sort_symbols(const TaskOptions& options,
                                    const std::vector<std::string>& source) {
  if (source.empty() || source.size() > max_task_size) return std::nullopt;
  const std::vector<std::string> alphabet = split_characters(options.alphabet);
  GoldAlignment places(alphabet.size());  // positions in the source of each symbol of the alphabet
  for (std::size_t j = 0; j < source.size(); ++j) {
    const auto found = std::ranges::find(alphabet, source[j]);
    if (found == alphabet.end()) return std::nullopt;
    places[static_cast<std::size_t>(found - alphabet.begin())].push_back(static_cast<int>(j));
  }
  Example example{source, {}, {}};
  for (std::size_t rank = 0; rank < alphabet.size(); ++rank) {
    const std::size_t count = places[rank].size();
    example.target.insert(example.target.end(), count, alphabet[rank]);
    example.gold.insert(example.gold.end(), count, places[rank]);
  }
  return example;
}

Example draw(const TaskOptions& options, Random& random) {
  return sort_symbols(options, draw_symbols(options, random)).value();
}

/// Of a few symbols only, each many times: counting them is hardest to learn, and the task's own
/// inputs rarely need it.
Example draw_repetitive(const TaskOptions& options, Random& random) {
  constexpr int max_distinct = 4;
  std::vector<std::string> symbols = split_characters(options.alphabet);
  random.shuffle(std::span(symbols));
  symbols.resize(static_cast<std::size_t>(
      random.between(1, std::min(max_distinct, static_cast<int>(symbols.size())))));
  TaskOptions few = options;
  few.alphabet = join(symbols);
  return sort_symbols(options, draw_symbols(few, random)).value();
}

std::string source_text(const Example& example) {
  return join(example.source);
}

}  // namespace

Task sort_task() {
  return {.name = "sort",
          .summary = "the digits in ascending order",
          .sample_input = "19438756",
          .defaults = {.min_length = 4, .max_length = 10, .shift = 0, .alphabet = "0123456789"},
          .takes_lengths = true,
          .takes_shift = false,
          .takes_alphabet = true,
          .min_alphabet = 2,  // one symbol has no order
          .separators = ", ",
          .draw = draw,
          .draw_augmented = draw_repetitive,
          .solve = sort_symbols,
          .part_key = source_text,
          .details = nullptr,
          .source_symbols = sorted_alphabet,
          .target_symbols = sorted_alphabet};
}

}  // namespace attnviz

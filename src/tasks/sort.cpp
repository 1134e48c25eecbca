#include "tasks/sort.h"

#include <algorithm>

#include "base/grapheme.h"
#include "base/utf8.h"
#include "tasks/alphabet.h"

namespace attnviz {
namespace {

std::optional<Example> sort_symbols(const TaskOptions& options,
                                    const std::vector<std::string>& source) {
  if (source.empty() || source.size() > max_task_size) return std::nullopt;
  const std::vector<std::string> alphabet = split_characters(options.alphabet);
  GoldAlignment places(alphabet.size());  // where each symbol of the alphabet stands in the source
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

/// Of a few symbols only, each many times: how often one has been written is the hardest to learn,
/// and rare among the task's own inputs.
Example draw_crowded(const TaskOptions& options, Random& random) {
  constexpr int most = 4;
  std::vector<std::string> symbols = split_characters(options.alphabet);
  random.shuffle(std::span(symbols));
  symbols.resize(static_cast<std::size_t>(
      random.between(1, std::min(most, static_cast<int>(symbols.size())))));
  TaskOptions crowded = options;
  crowded.alphabet = join(symbols);
  return sort_symbols(options, draw_symbols(crowded, random)).value();
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
          .separators = ", ",
          .draw = draw,
          .draw_beyond = draw_crowded,
          .solve = sort_symbols,
          .part_key = source_text,
          .details = nullptr,
          .source_symbols = sorted_alphabet,
          .target_symbols = sorted_alphabet};
}

}  // namespace attnviz

// How close answers are to the right texts: edits and n-grams. Equal symbols have equal numbers.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace attnviz {

/// Edits to the right answers over their symbols: the word, character or phoneme error rate.
struct ErrorRate {
  std::size_t edits = 0;
  std::size_t symbols = 0;

  void add(std::span<const int> answer, std::span<const int> right);
  /// Above 1 where answers are far too long; 0 without symbols.
  double rate() const;
};

/// BLEU of a corpus with one or several references an answer (Papineni et al. 2002): the geometric
/// mean of the clipped precisions of 1- to 4-grams, times the brevity penalty; not smoothed.
struct Bleu {
  static constexpr std::size_t longest = 4;

  std::array<std::size_t, longest> matches{};  // n-grams also in a reference, n - 1 is the index
  std::array<std::size_t, longest> ngrams{};   // of the answers
  std::size_t answer_symbols = 0;
  std::size_t right_symbols = 0;  // of the references whose length is nearest, the shorter of two

  /// An answer that was given `times`, and the right ones.
  void add(std::span<const int> answer, std::span<const std::vector<int>> rights,
           std::size_t times = 1);
  /// In 0..1; 0 when no n-gram of some length matches.
  double score() const;
};

}  // namespace attnviz

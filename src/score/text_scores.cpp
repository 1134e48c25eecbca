#include "score/text_scores.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/edit_distance.h"
#include "base/math.h"

namespace attnviz {
namespace {

using Counts = std::map<std::vector<int>, std::size_t>;

Counts count_ngrams(std::span<const int> symbols, std::size_t n) {
  Counts counts;
  for (std::size_t i = 0; i + n <= symbols.size(); ++i) {
    const auto ngram = symbols.subspan(i, n);
    ++counts[std::vector<int>(ngram.begin(), ngram.end())];
  }
  return counts;
}

}  // namespace

void ErrorRate::add(std::span<const int> answer, std::span<const int> right) {
  edits += edit_distance(answer, right);
  symbols += right.size();
}

double ErrorRate::rate() const {
  return symbols == 0 ? 0.0 : static_cast<double>(edits) / static_cast<double>(symbols);
}

void Bleu::add(std::span<const int> answer, std::span<const std::vector<int>> rights,
               std::size_t times) {
  const auto nearest = std::ranges::min(rights, {}, [&](const std::vector<int>& right) {
    const std::size_t length = right.size();
    return std::pair(std::max(length, answer.size()) - std::min(length, answer.size()), length);
  });
  answer_symbols += times * answer.size();
  right_symbols += times * nearest.size();
  for (std::size_t n = 1; n <= longest; ++n) {
    Counts known;
    for (const std::vector<int>& right : rights) {
      for (const auto& [ngram, count] : count_ngrams(right, n)) {
        known[ngram] = std::max(known[ngram], count);
      }
    }
    for (const auto& [ngram, count] : count_ngrams(answer, n)) {
      ngrams[n - 1] += times * count;
      const auto found = known.find(ngram);
      if (found != known.end()) matches[n - 1] += times * std::min(count, found->second);
    }
  }
}

double Bleu::score() const {
  double log_precision = 0.0;
  for (std::size_t n = 0; n < longest; ++n) {
    if (matches[n] == 0) return 0.0;
    log_precision += math::log(static_cast<double>(matches[n]) / static_cast<double>(ngrams[n])) /
                     static_cast<double>(longest);
  }
  const double ratio = static_cast<double>(right_symbols) / static_cast<double>(answer_symbols);
  return math::exp(log_precision + std::min(0.0, 1.0 - ratio));
}

}  // namespace attnviz

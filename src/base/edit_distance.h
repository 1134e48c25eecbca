// How far two sequences are apart.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace attnviz {

/// Whether a swap of two neighbours is one edit, no symbol being edited twice (optimal string
/// alignment), or two (Levenshtein 1966).
enum class Swaps { one_edit, two_edits };

/// The fewest insertions, deletions, substitutions and swaps that turn `a` into `b`.
template <typename Symbol>
std::size_t edit_distance(std::span<const Symbol> a, std::span<const Symbol> b,
                          Swaps swaps = Swaps::two_edits) {
  // Three rows of the table of prefixes suffice; row[j]: of a's first i symbols and b's first j.
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, substituted});
      if (swaps == Swaps::one_edit && i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
          a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row.back();
}

}  // namespace attnviz

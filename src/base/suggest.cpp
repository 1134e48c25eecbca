#include "base/suggest.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/utf8.h"

namespace attnviz {
namespace {

using Text = std::vector<char32_t>;

// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`, no letter
// being edited twice (optimal string alignment). Three rows of the table of prefixes suffice.
std::size_t edit_distance(const Text& a, const Text& b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, substituted});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  const Text text = code_points(word);
  std::string best;
  std::size_t allowed = text.size() / 3 + 1;
  for (const std::string& candidate : candidates) {
    const Text other = code_points(candidate);
    const std::size_t longer = std::max(text.size(), other.size());
    if (longer - std::min(text.size(), other.size()) > allowed)
      continue;  // also keeps a huge word cheap
    const std::size_t distance = edit_distance(text, other);
    if (distance > allowed || distance >= longer) continue;
    best = candidate;
    if (distance == 0) break;
    allowed = distance - 1;  // the first of equals stays
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const std::string found = nearest(word, candidates);
  return found.empty() ? "" : "; did you mean \"" + found + "\"?";
}

}  // namespace attnviz

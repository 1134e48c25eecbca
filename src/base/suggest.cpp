#include "base/suggest.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/edit_distance.h"
#include "base/utf8.h"

namespace attnviz {
std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  const std::vector<char32_t> text = code_points(word);
  std::string best;
  std::size_t allowed = text.size() / 3 + 1;
  for (const std::string& candidate : candidates) {
    const std::vector<char32_t> other = code_points(candidate);
    const std::size_t longer = std::max(text.size(), other.size());
    // Cheap also for a huge word.
    if (longer - std::min(text.size(), other.size()) > allowed) continue;
    const std::size_t distance = edit_distance<char32_t>(text, other, Swaps::one_edit);
    if (distance > allowed || distance >= longer) continue;
    best = candidate;
    if (distance == 0) break;
    allowed = distance - 1;  // of equals the first is kept
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const std::string found = nearest(word, candidates);
  return found.empty() ? "" : fmt::format("; did you mean \"{}\"?", found);
}

}  // namespace attnviz

// Splitting of texts.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

namespace attnviz {

/// The parts of `text` between separators, empty ones too; `join` (base/utf8.h) is the inverse.
inline std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  for (std::size_t start = 0;;) {
    const std::size_t end = text.find(separator, start);
    parts.push_back(text.substr(start, end - start));
    if (end == std::string_view::npos) return parts;
    start = end + separator.size();
  }
}

/// Without the blanks and tabs around it.
inline std::string_view trimmed(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

}  // namespace attnviz

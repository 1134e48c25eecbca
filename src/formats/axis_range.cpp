#include "formats/axis_range.h"

#include <limits>

#include "base/number.h"

namespace attnviz {

std::optional<AxisRange> parse_axis_range(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view before = text.substr(0, colon);
  AxisRange range;
  if (!before.empty() || colon == std::string_view::npos) {
    const auto first = parse_integer<std::ptrdiff_t>(before);
    if (!first) return std::nullopt;
    range.first = *first;
  }
  if (colon == std::string_view::npos) {
    if (range.first == std::numeric_limits<std::ptrdiff_t>::max()) return std::nullopt;
    range.is_single = true;
    if (range.first != -1) range.end = range.first + 1;
    return range;
  }
  const std::string_view after = text.substr(colon + 1);
  if (after.empty()) return range;
  range.end = parse_integer<std::ptrdiff_t>(after);
  return range.end ? std::optional(range) : std::nullopt;
}

}  // namespace attnviz

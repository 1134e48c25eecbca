// Some places of an axis or a sequence, as a user writes them.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace attnviz {

/// From `first` up to, but without, `end`; negative: from the end of the axis.
struct AxisRange {
  std::ptrdiff_t first = 0;
  std::optional<std::ptrdiff_t> end;  // nothing: all that follow
  bool is_single = false;             // one place, not a range that holds one
};

/// "3", "-1", "2:5", ":4", "2:", ":"; nothing for another text.
std::optional<AxisRange> parse_axis_range(std::string_view text);

}  // namespace attnviz

// The scale of a chart's axis and its marks.
#pragma once

#include <string>
#include <vector>

namespace attnviz {

/// The least and the greatest of some values.
struct Range {
  double low = 0;
  double high = 0;
  bool empty = true;

  /// Widens the range; values that are not finite are ignored.
  void include(double value);
};

struct AxisTick {
  double value = 0;
  std::string label;
};

struct Axis {
  double low = 0;
  double high = 1;
  std::vector<AxisTick> ticks;  // about as many as were asked for, ascending

  /// The place of a value between low (0) and high (1).
  double place(double value) const;
};

/// Where an axis ends. Around the only value when there is one, 0 to 1 for an empty range; at 0
/// where that is near the least value.
enum class AxisKind {
  values,  // from tick to tick
  data,    // from the least value to the greatest
  within,  // the same, even where 0 is near
  counts,  // as data, with no tick between whole numbers
  share    // 0 to 1 whatever the range is, labelled in percent
};

/// An axis with about `ticks` steps (1 or more) of 1, 2 or 5 times a power of ten.
Axis make_axis(const Range& range, AxisKind kind, int ticks);

/// The powers of ten from `low`, which is above 0, to `high`: all of them, or every n-th where they
/// are more than `most`.
std::vector<AxisTick> decade_ticks(double low, double high, int most);

}  // namespace attnviz

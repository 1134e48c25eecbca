#include "render/figure/axis.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "catch.h"

namespace attnviz {
namespace {

Range range_of(const std::vector<double>& values) {
  Range range;
  for (const double value : values) range.include(value);
  return range;
}

std::string labels_of(const Axis& axis) {
  std::string text;
  for (const AxisTick& tick : axis.ticks) text += (text.empty() ? "" : " ") + tick.label;
  return text;
}

TEST_CASE("ticks are 1, 2 or 5 times a power of ten") {
  struct Case {
    std::vector<double> values;
    AxisKind kind;
    int ticks;
    std::string labels;
  };
  for (const Case& c : {Case{{0, 4}, AxisKind::values, 5, "0 1 2 3 4"},
                        {{0.05, 3.1}, AxisKind::values, 5, "0 1 2 3 4"},
                        {{2.1, 3.1}, AxisKind::values, 5, "2.0 2.2 2.4 2.6 2.8 3.0 3.2"},
                        {{-1, 1}, AxisKind::values, 4, "-1.0 -0.5 0 0.5 1.0"},
                        {{0, 3}, AxisKind::share, 5, "0% 20% 40% 60% 80% 100%"},
                        {{}, AxisKind::share, 2, "0% 50% 100%"},
                        {{}, AxisKind::values, 2, "0 0.5 1.0"},
                        {{5, 40}, AxisKind::counts, 10, "5 10 15 20 25 30 35 40"},
                        {{5, 7}, AxisKind::counts, 10, "5 6 7"},
                        {{7}, AxisKind::counts, 10, "6 7 8"},
                        {{5, 6}, AxisKind::data, 2, "5.0 5.5 6.0"},
                        {{50, 6000}, AxisKind::counts, 6, "0 1000 2000 3000 4000 5000 6000"},
                        {{0, 3e-9},
                         AxisKind::values,
                         3,
                         "0 1\u00d710\u207b\u2079 2\u00d710\u207b\u2079 3\u00d710\u207b\u2079"},
                        {{0, 1.5e9},
                         AxisKind::values,
                         3,
                         "0 0.5\u00d710\u2079 1.0\u00d710\u2079 1.5\u00d710\u2079"},
                        {{0.25, 0.25}, AxisKind::values, 2, "0.20 0.25 0.30"},
                        {{0, 0}, AxisKind::values, 2, "-1 0 1"}}) {
    CHECK(labels_of(make_axis(range_of(c.values), c.kind, c.ticks)) == c.labels);
  }
}

TEST_CASE("every axis holds its values and few ticks") {
  constexpr double largest = std::numeric_limits<double>::max();
  const std::vector<double> values = {0,       5e-324, 1e-300, 1e-9,    0.1,      1,  3,
                                      1e9 + 1, 1e9,    1e300,  largest, -largest, -1, -1e-9};
  for (const double a : values) {
    for (const double b : values) {
      for (const AxisKind kind : {AxisKind::values, AxisKind::data, AxisKind::counts}) {
        for (const int ticks : {-1, 1, 5, 10}) {
          CAPTURE(a, b, ticks);
          const Axis axis = make_axis(range_of({a, b}), kind, ticks);
          CHECK(axis.low < axis.high);
          for (const double value : {a, b}) {
            CHECK(axis.place(value) >= -1e-6);
            CHECK(axis.place(value) <= 1 + 1e-6);
          }
          CHECK(axis.ticks.size() <= 14);
          for (const AxisTick& tick : axis.ticks) {
            CHECK(axis.place(tick.value) >= -1e-5);
            CHECK(axis.place(tick.value) <= 1 + 1e-5);
            CHECK(tick.label.size() <= 32);
          }
        }
      }
    }
  }
}

TEST_CASE("places are linear") {
  const Axis axis = make_axis(range_of({-2, 6}), AxisKind::data, 4);
  CHECK(axis.place(-2) == 0);
  CHECK(axis.place(0) == 0.25);
  CHECK(axis.place(6) == 1);
}

}  // namespace
}  // namespace attnviz

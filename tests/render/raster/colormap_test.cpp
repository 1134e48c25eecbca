#include "attnviz/colormap.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "catch.h"
#include "render/raster/color.h"

namespace attnviz {
namespace {

TEST_CASE("viridis has its published colours") {
  struct Case {
    double t;
    int red, green, blue;
  };
  // From the table of the authors, entries 0, 32, 64, 96, 128, 160, 192, 224 and 255.
  for (const Case& c : {Case{0, 68, 1, 84},
                        {32.0 / 255, 71, 45, 123},
                        {64.0 / 255, 59, 82, 139},
                        {96.0 / 255, 44, 114, 142},
                        {128.0 / 255, 33, 145, 140},
                        {160.0 / 255, 40, 174, 128},
                        {192.0 / 255, 94, 201, 98},
                        {224.0 / 255, 173, 220, 48},
                        {1, 253, 231, 37}}) {
    CAPTURE(c.t);
    const Color color = map_color(Colormap::viridis, c.t);
    CHECK(color.red == c.red);
    CHECK(color.green == c.green);
    CHECK(color.blue == c.blue);
  }
  const Color middle = map_color(Colormap::viridis, 0.5);
  CHECK(std::abs(middle.red - 33) <= 1);
  CHECK(std::abs(middle.green - 145) <= 1);
  CHECK(std::abs(middle.blue - 140) <= 1);
}

TEST_CASE("viridis clamps, and draws NaN grey") {
  CHECK(map_color(Colormap::viridis, -1) == map_color(Colormap::viridis, 0));
  CHECK(map_color(Colormap::viridis, 1e300) == map_color(Colormap::viridis, 1));
  CHECK(map_color(Colormap::viridis, std::numeric_limits<double>::infinity()) ==
        map_color(Colormap::viridis, 1));
  CHECK(map_color(Colormap::viridis, std::nan("")) == Color{128, 128, 128});
}

TEST_CASE("viridis becomes lighter all the way") {
  for (int i = 1; i <= 50; ++i) {
    CAPTURE(i);
    CHECK(luminance(map_color(Colormap::viridis, i / 50.0)) >
          luminance(map_color(Colormap::viridis, (i - 1) / 50.0)));
  }
}

TEST_CASE("the colour maps have their published colours") {
  struct Case {
    Colormap colormap;
    double t;
    Color color;
  };
  // Magma and cividis: entries 0, 64, 128, 192 and 255 of the tables of their authors.
  for (const Case& c : {Case{Colormap::magma, 0, {0, 0, 4}},
                        {Colormap::magma, 64.0 / 255, {81, 18, 124}},
                        {Colormap::magma, 128.0 / 255, {183, 55, 121}},
                        {Colormap::magma, 192.0 / 255, {252, 137, 97}},
                        {Colormap::magma, 1, {252, 253, 191}},
                        {Colormap::cividis, 0, {0, 34, 78}},
                        {Colormap::cividis, 128.0 / 255, {125, 124, 120}},
                        {Colormap::cividis, 1, {254, 232, 56}},
                        {Colormap::gray, 0, {0, 0, 0}},
                        {Colormap::gray, 0.25, {64, 64, 64}},
                        {Colormap::gray, 1, {255, 255, 255}},
                        {Colormap::gray_r, 0, {255, 255, 255}},
                        {Colormap::gray_r, 1, {0, 0, 0}}}) {
    CAPTURE(static_cast<int>(c.colormap), c.t);
    const Color color = map_color(c.colormap, c.t);
    CHECK(color.red == c.color.red);
    CHECK(color.green == c.color.green);
    CHECK(color.blue == c.color.blue);
  }
}

TEST_CASE("the lightness of every colour map changes in one direction, in even steps") {
  // CIE 1976 lightness.
  const auto lightness = [](Color color) {
    const double y = luminance(color);
    return y > 216.0 / 24389 ? 116 * std::cbrt(y) - 16 : y * 24389 / 27;
  };
  for (const NamedColormap& named : named_colormaps) {
    CAPTURE(named.name);
    const auto at = [&](int i) { return lightness(map_color(named.colormap, i / 16.0)); };
    const double whole = at(16) - at(0);
    CHECK(std::abs(whole) > 60);
    for (int i = 1; i <= 16; ++i) {
      const double step = (at(i) - at(i - 1)) / whole * 16;
      CHECK(step > 0.5);
      CHECK(step < 1.7);
    }
  }
}

TEST_CASE("the colours of a difference are even around zero") {
  const auto at = [](double t) { return map_color(Colormap::difference, t); };
  CHECK(at(0).blue > at(0).red + 100);
  CHECK(at(1).red > at(1).blue + 100);
  const Color middle = at(0.5);
  CHECK(std::abs(middle.red - middle.green) <= 3);
  CHECK(std::abs(middle.green - middle.blue) <= 3);
  for (double distance = 0; distance < 0.49; distance += 0.05) {
    CAPTURE(distance);
    const double below = luminance(at(0.5 - distance));
    const double above = luminance(at(0.5 + distance));
    CHECK(std::abs(below - above) < 0.05);
    CHECK(luminance(at(0.5 + distance + 0.01)) < above);
    CHECK(luminance(at(0.5 - distance - 0.01)) < below);
  }
}

TEST_CASE("a scale places weights between its ends") {
  const Scale fixed;
  CHECK(fixed.place(0.25) == 0.25);
  CHECK(fixed.place(-0.1) == 0);
  CHECK(fixed.place(7) == 1);
  CHECK(std::isnan(fixed.place(std::nan(""))));
  const Scale root = {0, 4, ScaleKind::root};
  CHECK(root.place(1) == 0.5);
  CHECK(root.place(-1) == 0);
  CHECK(root.place(5) == 1);
  const Scale logarithm = {0.01, 1, ScaleKind::logarithm};
  CHECK(std::abs(logarithm.place(0.1) - 0.5) < 1e-12);
  CHECK(logarithm.place(0) == 0);
  CHECK(logarithm.place(-3) == 0);
  CHECK(logarithm.place(2) == 1);
  CHECK(std::isnan(logarithm.place(std::nan(""))));
  const Scale single = {0.2, 0.2};
  CHECK(single.place(0.2) == 0.5);
  CHECK(single.place(0.1) == 0);
  CHECK(single.place(0.3) == 1);
  const Scale around = {-2, 2};
  CHECK(around.place(0) == 0.5);
  CHECK(around.place(1) == 0.75);
  CHECK(around.place(-std::numeric_limits<double>::infinity()) == 0);
  const Scale wide = {-1e308, 1e308};
  CHECK(wide.place(0) == 0.5);
}

}  // namespace
}  // namespace attnviz

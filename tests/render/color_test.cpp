#include "attnviz/render/color.h"

#include <cmath>
#include <cstdlib>
#include <limits>

#include "catch.h"

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
    const Color color = viridis(c.t);
    CHECK(color.red == c.red);
    CHECK(color.green == c.green);
    CHECK(color.blue == c.blue);
  }
  const Color middle = viridis(0.5);
  CHECK(std::abs(middle.red - 33) <= 1);
  CHECK(std::abs(middle.green - 145) <= 1);
  CHECK(std::abs(middle.blue - 140) <= 1);
}

TEST_CASE("viridis clamps, and draws NaN grey") {
  CHECK(viridis(-1) == viridis(0));
  CHECK(viridis(1e300) == viridis(1));
  CHECK(viridis(std::numeric_limits<double>::infinity()) == viridis(1));
  CHECK(viridis(std::nan("")) == Color{128, 128, 128});
}

TEST_CASE("viridis becomes lighter all the way") {
  for (int i = 1; i <= 50; ++i) {
    CAPTURE(i);
    CHECK(luminance(viridis(i / 50.0)) > luminance(viridis((i - 1) / 50.0)));
  }
}

TEST_CASE("the colour scale is fixed at 0..1") {
  CHECK(color_position(0.25) == 0.25);
  CHECK(color_position(-0.1) == 0);
  CHECK(color_position(7) == 1);
  CHECK(std::isnan(color_position(std::nan(""))));
}

TEST_CASE("luminance follows WCAG 2") {
  CHECK(luminance({0, 0, 0}) == 0);
  CHECK(luminance({255, 255, 255}) == Catch::Approx(1));
  CHECK(luminance({255, 0, 0}) == Catch::Approx(0.2126));
  CHECK(luminance({128, 128, 128}) == Catch::Approx(0.2158605));
}

}  // namespace
}  // namespace attnviz

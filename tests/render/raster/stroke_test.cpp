#include "render/raster/stroke.h"

#include <string>

#include "catch.h"
#include "render/raster/canvas.h"

using namespace attnviz;

TEST_CASE("a dashed line has its dashes and gaps in turn, across its points too", "[stroke]") {
  constexpr int length = 32;
  Coverage coverage({0, 0, length, 1});
  coverage.add_path({{0, 0.5}, {7, 0.5}, {length, 0.5}}, 1, {5, 5, 1, 5});
  Canvas canvas(length, 1, {255, 255, 255});
  coverage.paint(canvas, {0, 0, 0});
  std::string line;
  for (int x = 0; x < length; ++x) {
    const int red = canvas.at(x, 0).red;
    line += red == 0 ? '#' : red == 255 ? '.' : '+';
  }
  // round ends reach half into the pixels beside a dash
  CHECK(line == "#####+...+#+...+#####+...+#+....");
}

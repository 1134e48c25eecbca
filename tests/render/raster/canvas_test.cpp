#include "render/raster/canvas.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "attnviz/error.h"
#include "catch.h"

namespace attnviz {
namespace {

constexpr Color white = {255, 255, 255};
constexpr Color red = {255, 0, 0};

int count(const Canvas& canvas, Color color) {
  int found = 0;
  for (int y = 0; y < canvas.height(); ++y) {
    for (int x = 0; x < canvas.width(); ++x) found += canvas.at(x, y) == color;
  }
  return found;
}

TEST_CASE("a canvas starts in one colour, RGB from the top left") {
  Canvas canvas(3, 2, {1, 2, 3});
  CHECK(canvas.bytes() ==
        std::vector<std::uint8_t>{1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3});
  canvas.fill({2, 0, 1, 1}, {7, 8, 9});
  CHECK(canvas.bytes()[6] == 7);
  CHECK(canvas.at(2, 0) == Color{7, 8, 9});
}

TEST_CASE("fill is cut to the canvas") {
  constexpr int huge = std::numeric_limits<int>::max();
  struct Case {
    Box box;
    int filled;
  };
  for (const Case& c : {Case{{1, 1, 2, 3}, 6},
                        {{-2, -2, 3, 3}, 1},
                        {{3, 0, 9, 2}, 4},
                        {{0, 0, huge, huge}, 25},
                        {{huge, huge, huge, huge}, 0},
                        {{-huge, 0, huge, 5}, 0},
                        {{5, 0, 1, 5}, 0},
                        {{2, 2, -1, 4}, 0},
                        {{2, 2, 0, 4}, 0}}) {
    Canvas canvas(5, 5, white);
    canvas.fill(c.box, red);
    CAPTURE(c.box.x, c.box.y, c.box.width, c.box.height);
    CHECK(count(canvas, red) == c.filled);
  }
}

TEST_CASE("blend mixes by coverage and rounds") {
  Canvas canvas(2, 1, {100, 200, 0});
  canvas.blend(0, 0, {0, 0, 255}, 0);
  CHECK(canvas.at(0, 0) == Color{100, 200, 0});
  canvas.blend(0, 0, {0, 0, 255}, 255);
  CHECK(canvas.at(0, 0) == Color{0, 0, 255});
  canvas.blend(1, 0, {200, 100, 255}, 51);  // a fifth
  CHECK(canvas.at(1, 0) == Color{120, 180, 51});
  Canvas grey(1, 1, {0, 0, 0});
  grey.blend(0, 0, {255, 3, 1}, 128);  // 3 * 128 / 255 = 1.506, 128 / 255 = 0.502
  CHECK(grey.at(0, 0) == Color{128, 2, 1});
}

TEST_CASE("pixels outside are ignored by blend and refused by at") {
  Canvas canvas(2, 2, white);
  for (const auto& [x, y] : {std::pair{-1, 0}, {0, -1}, {2, 0}, {0, 2}}) {
    canvas.blend(x, y, red, 255);
    CHECK_THROWS_AS(canvas.at(x, y), std::out_of_range);
  }
  CHECK(count(canvas, white) == 4);
}

TEST_CASE("a canvas has limits") {
  for (const auto& [width, height] :
       {std::pair{0, 1}, {1, 0}, {-1, -1}, {32768, 1}, {1, 32768}, {13378, 13378}}) {
    CAPTURE(width, height);
    CHECK_THROWS_AS(Canvas(width, height, white), LimitError);
  }
  CHECK_THROWS_AS(check_canvas_size(std::numeric_limits<std::int64_t>::max(), 2), LimitError);
  CHECK_NOTHROW(check_canvas_size(32767, 5461));
  CHECK_NOTHROW(Canvas(32767, 1, white));
}

}  // namespace
}  // namespace attnviz

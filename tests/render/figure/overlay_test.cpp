#include "render/figure/overlay.h"

#include <cmath>
#include <cstdlib>

#include "attnviz/error.h"
#include "catch.h"
#include "render/figure/frame.h"
#include "render/maps.h"

namespace attnviz {
namespace {

constexpr Color paper = {100, 100, 100};

/// Half of the colour over the picture in lighter grey.
Color over(Color color) {
  constexpr int ground = 64 + 75;
  const auto mix = [](int above) {
    return static_cast<std::uint8_t>(std::lround(ground + 0.5 * (above - ground)));
  };
  return {mix(color.red), mix(color.green), mix(color.blue)};
}

struct Drawn {
  SheetLayout layout;
  Canvas canvas;

  /// The colour at a place of a panel given as shares of its sides.
  Color at(std::size_t panel, double across, double down) const {
    const Box& box = layout.panels[panel].panel.map;
    return canvas.at(box.x + static_cast<int>(across * box.width),
                     box.y + static_cast<int>(down * box.height));
  }
};

Drawn draw(const std::vector<AttentionMap>& maps, Overlay overlay, const Canvas& photo,
           const SheetOptions& options = {}) {
  const Font font;
  const std::vector<HeatmapTexts> texts(maps.size());
  SheetLayout layout = lay_out_overlays(maps, texts, options, photo, font);
  Canvas canvas = make_canvas(layout.frame, light_theme, font, [&](Painter& painter) {
    paint_overlays(painter, maps, options.look, layout, photo, overlay);
  });
  return {std::move(layout), std::move(canvas)};
}

Color color_of(double place) {
  return over(map_color(Colormap::viridis, place));
}

TEST_CASE("each row of a map is a grid of places") {
  AttentionMap map = map_of({"a", "b"}, repeated(6, "p"));
  map.weights = {0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15};
  const std::vector<AttentionMap> maps = split_places(map, {.width = 3, .height = 2}, "m");
  REQUIRE(maps.size() == 2);
  CHECK(maps[0].rows() == 2);
  CHECK(maps[0].columns() == 3);
  CHECK(maps[0].at(1, 0) == 3);
  CHECK(maps[1].at(0, 2) == 12);
  // A map as large as the grid is its weights.
  CHECK(split_places(maps[1], {.width = 3, .height = 2}, "m").at(0).weights == maps[1].weights);
  CHECK_THROWS_WITH(split_places(map, {.width = 5, .height = 1}, "m"),
                    Catch::Contains("as many places as m has columns, 6, got 1 x 5 = 5"));
}

TEST_CASE("weights lie over their places of the picture") {
  AttentionMap map = map_of(repeated(2, ""), repeated(2, ""));
  map.weights = {0, 1, 0.5F, std::nanf("")};
  const Canvas photo(40, 20, paper);
  const Drawn drawn = draw({map, map}, Overlay::cells, photo);
  CHECK(drawn.layout.panels.size() == 2);
  for (const std::size_t panel : {0U, 1U}) {
    for (const double inside : {0.02, 0.48}) {
      CHECK(drawn.at(panel, inside, inside) == color_of(0));
      CHECK(drawn.at(panel, 0.5 + inside, inside) == color_of(1));
      CHECK(drawn.at(panel, inside, 0.5 + inside) == color_of(0.5));
      CHECK(drawn.at(panel, 0.5 + inside, 0.5 + inside) == Color{139, 139, 139});  // masked
      // and struck out
      CHECK((drawn.at(panel, 0.75, 0.75) == Color{139, 139, 139}) == false);
    }
  }
  // Twice as wide as high, as the picture.
  const Box& box = drawn.layout.panels[0].panel.map;
  const int middle = box.x + box.width / 2;
  CHECK(drawn.canvas.at(middle - 1, box.y) == color_of(0));
  CHECK(drawn.canvas.at(middle, box.y) == color_of(1));
  CHECK(std::abs(box.width - 2 * box.height) <= 1);
}

TEST_CASE("smoothed weights are themselves in the middle of their places") {
  AttentionMap map = map_of({""}, repeated(2, ""));
  map.weights = {0, 1};
  const Canvas photo(64, 32, paper);
  const auto near = [](Color a, Color b) {
    return std::abs(a.red - b.red) + std::abs(a.green - b.green) + std::abs(a.blue - b.blue) <= 3;
  };
  const Drawn drawn = draw({map}, Overlay::smooth, photo);
  for (const double down : {0.05, 0.5, 0.95}) {
    CHECK(near(drawn.at(0, 0.01, down), color_of(0)));
    CHECK(near(drawn.at(0, 0.25, down), color_of(0)));
    CHECK(near(drawn.at(0, 0.375, down), color_of(0.25)));
    CHECK(near(drawn.at(0, 0.5, down), color_of(0.5)));
    CHECK(near(drawn.at(0, 0.75, down), color_of(1)));
    CHECK(near(drawn.at(0, 0.99, down), color_of(1)));
  }
  // Nothing is drawn from a masked place, nor into it.
  map.weights = {std::nanf(""), 1};
  const Drawn masked = draw({map}, Overlay::smooth, photo);
  CHECK(masked.at(0, 0.49, 0.9) == Color{139, 139, 139});
  CHECK(masked.at(0, 0.51, 0.5) == color_of(1));
  map.weights = {1, std::nanf("")};
  CHECK(draw({map}, Overlay::smooth, photo).at(0, 0.49, 0.5) == color_of(1));
}

TEST_CASE("the picture stays what it is below the weights, in grey") {
  AttentionMap map = map_of({""}, {""});
  map.weights = {0};
  Canvas photo(10, 10, {255, 255, 255});
  photo.fill({0, 0, 5, 10}, {255, 0, 0});
  const Drawn drawn = draw({map}, Overlay::cells, photo);
  const Color dark = drawn.at(0, 0.2, 0.5);
  const Color light = drawn.at(0, 0.8, 0.5);
  CHECK(light.red - dark.red == light.blue - dark.blue);
  CHECK(light.red - dark.red == Approx(0.5 * 0.75 * 0.701 * 255).margin(2));
}

TEST_CASE("panels have the size that is asked for") {
  AttentionMap map = map_of(repeated(7, ""), repeated(7, ""));
  SheetOptions options;
  options.look.cell = 10;
  const Canvas photo(200, 100, paper);
  const SheetLayout layout = draw({map, map, map}, Overlay::cells, photo, options).layout;
  CHECK(layout.panels[2].panel.map.width == 70);
  CHECK(layout.panels[2].panel.map.height == 35);
  options.columns = 3;
  CHECK(draw({map, map, map}, Overlay::cells, photo, options).layout.columns == 3);
  options.look.cell = 100000;
  CHECK_THROWS_AS(draw({map}, Overlay::cells, photo, options), LimitError);
}

}  // namespace
}  // namespace attnviz

#include "render/raster/color.h"

#include "attnviz/look.h"
#include "catch.h"

namespace attnviz {
namespace {

TEST_CASE("luminance follows WCAG 2") {
  CHECK(luminance({0, 0, 0}) == 0);
  CHECK(luminance({255, 255, 255}) == Catch::Approx(1));
  CHECK(luminance({255, 0, 0}) == Catch::Approx(0.2126));
  CHECK(luminance({128, 128, 128}) == Catch::Approx(0.2158605));
}

TEST_CASE("contrast is 1 between equal colours and 21 between black and white") {
  CHECK(contrast({7, 7, 7}, {7, 7, 7}) == Catch::Approx(1));
  CHECK(contrast({0, 0, 0}, {255, 255, 255}) == Catch::Approx(21));
  CHECK(contrast({255, 255, 255}, {0, 0, 0}) == Catch::Approx(21));
}

TEST_CASE("what is written on a colour can be read") {
  for (int grey = 0; grey <= 255; ++grey) {
    const auto value = static_cast<std::uint8_t>(grey);
    CAPTURE(grey);
    CHECK(contrast(readable_on({value, value, value}), {value, value, value}) > 3.9);
  }
}

TEST_CASE("the inks of every theme can be read on its paper") {
  const Color white = {255, 255, 255};
  const Color black = {0, 0, 0};
  for (const Theme& theme : {light_theme, dark_theme, transparent_theme}) {
    // The background of a transparent picture is not known.
    for (const Color paper : {theme.paper.value_or(white), theme.paper.value_or(black)}) {
      CHECK(contrast(theme.ink, paper) >= 4.5);
      CHECK(contrast(theme.faint_ink, paper) >= 4.5);
      CHECK(contrast(theme.wrong_ink, paper) >= 4.5);
    }
  }
}

}  // namespace
}  // namespace attnviz

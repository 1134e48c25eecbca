// Weights over a picture: render --over.
#include "attnviz/png.h"
#include "catch.h"
#include "cli/run_program.h"
#include "render/decode_png.h"

namespace attnviz {
namespace {

/// Two words over 2 x 3 places, and a picture of 60 x 40 pixels.
const WorkFolder& photos() {
  static const WorkFolder folder;
  static const bool once = [] {
    folder.write("words.csv", ",1,2,3,4,5,6\ndog,0.5,0.5,0,0,0,0\ncat,0,0,0,0,0,1\n");
    folder.write("grid.csv", ",a,b,c\nd,0.5,0.5,0\ne,0,0,0\n");
    folder.write("channels.csv", ",1,2,3\nword,0.5,0.25,0.25\n");
    folder.write("photo.png", encode_png(Canvas(60, 40, {200, 100, 50})));
    folder.write("photo.jpg",
                 read_bytes(std::string(ATTNVIZ_SOURCE_DIR) + "/tests/data/photos/baseline.jpg"));
    std::string many = ",1\n";
    for (int row = 0; row < 257; ++row) many += "w,1\n";
    folder.write("many.csv", many);
    folder.write("a.gif", "GIF89a");
    return true;
  }();
  REQUIRE(once);
  return folder;
}

ProgramResult render(const std::string& arguments) {
  return photos().run("render --out - " + arguments);
}

TEST_CASE("attnviz render --over: a panel a word, in every kind of picture") {
  for (const std::string photo : {"photo.png", "photo.jpg"}) {
    const auto svg = render("--matrix words.csv --grid 2x3 --format svg --over " + photo);
    INFO(svg.err);
    CHECK(svg.exit_code == 0);
    CHECK(occurrences(svg.out, "aria-label=\"dog\"") == 1);
    CHECK(occurrences(svg.out, "aria-label=\"cat\"") == 1);
    CHECK(occurrences(svg.out, "<image ") == 2);
    // Fitted colours, and that they are.
    CHECK(occurrences(svg.out, "2 x 3 weights, smoothed, over " + photo) == 1);
    CHECK(occurrences(svg.out, "colours from 0 to 1") == 1);
    const auto png = render("--matrix words.csv --grid 2x3 --over " + photo);
    CHECK(decode_png(png.out).width > 400);
    CHECK((png.out == render("--matrix words.csv --grid 2x3 --over " + photo).out));
    const auto cells = render("--matrix words.csv --grid 2x3 --unsmoothed --over " + photo);
    CHECK((png.out == cells.out) == false);
    CHECK(decode_png(cells.out).width == decode_png(png.out).width);
  }
}

TEST_CASE("attnviz render --over: a map as large as the grid is one panel") {
  const auto one = render("--matrix grid.csv --grid 2x3 --format svg --over photo.png");
  CHECK(one.exit_code == 0);
  CHECK(occurrences(one.out, "<image ") == 1);
  CHECK(occurrences(one.out, "aria-label=\"grid.csv\"") == 1);
}

TEST_CASE("attnviz render --over: what it refuses") {
  const std::string words = "render --out o.png --matrix words.csv ";
  const struct {
    std::string arguments;
    int exit_code;
    std::string message;
  } cases[] = {
      {words + "--grid 2x2 --over photo.png", 2,
       "--grid: expected rows x columns of as many places as words.csv has columns, 6, got 2 x 2"},
      {words + "--grid 6 --over photo.png", 2, "--grid: expected rows x columns, as in 14x14"},
      {words + "--grid 0x6 --over photo.png", 2, "--grid: expected rows x columns"},
      {words + "--grid 1x2x3 --over photo.png", 2, "--grid: expected rows x columns"},
      {words + "--grid 2x3", 2, "--grid requires --over"},
      {words + "--over photo.png", 2, "--over requires --grid"},
      {words + "--grid 2x3 --over a.gif", 3, "a.gif: expected a PNG or JPEG picture, got a GIF"},
      {words + "--grid 2x3 --over words.csv", 3, "expected a PNG or JPEG picture, got another"},
      {words + "--grid 2x3 --over none.png", 3, "none.png: cannot read"},
      {"render --out o.json --matrix words.csv --grid 2x3 --over photo.png", 2,
       "--over: expected a file that ends in .png or .svg as --out, got json"},
      {"render --out o.png --matrix many.csv --grid 1x1 --over photo.png", 2,
       "--over: expected at most 256 rows, each in a panel of its own, got 257; --crop-rows"},
      {words + "--grid 2x3 --over photo.png --annotate", 2, "--annotate"},
  };
  for (const auto& each : cases) {
    check_refused(photos().run(each.arguments), each.exit_code, each.message);
  }
}

TEST_CASE("the weights of channels are a map of one row") {
  const auto drawn = render("--matrix channels.csv --format svg --annotate");
  CHECK(drawn.exit_code == 0);
  CHECK(drawn.err.empty());
  CHECK(occurrences(drawn.out, "aria-label=\"0.25\"") == 2);
}

}  // namespace
}  // namespace attnviz

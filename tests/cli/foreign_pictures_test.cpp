// Pictures of what other programs export: drawn right, or said why not.
#include <string>

#include "catch.h"
#include "cli/run_program.h"
#include "render/decode_png.h"

namespace attnviz {
namespace {

/// A text of a picture: the label of a cell, a line of the caption.
bool has_text(const ProgramResult& svg, const std::string& text) {
  INFO(svg.err);
  CHECK(svg.exit_code == 0);
  return occurrences(svg.out, "aria-label=\"" + text + "\"") > 0;
}

ProgramResult draw(const std::string& file, const std::string& options = "") {
  return run_program("render --format svg --out - --matrix '" ATTNVIZ_SOURCE_DIR
                     "/tests/data/foreign/" +
                     file + "' " + options);
}

TEST_CASE("counts are clipped with a warning, or fitted") {
  const auto fixed = draw("cm12.csv", "--annotate=.0f");
  CHECK(has_text(fixed, "139 of 144 weights above 1"));
  CHECK(has_text(fixed, "1063"));
  CHECK(occurrences(fixed.err, "139 of 144 weights lie outside 0 to 1") == 1);
  CHECK(occurrences(fixed.err, "--scale auto") == 1);
  CHECK(occurrences(fixed.err, "drawn as they are") == 0);
  const auto fitted = draw("cm12.csv", "--scale auto");
  CHECK(has_text(fitted, "colours from 0 to 1298, not 0 to 1"));
  CHECK(occurrences(fitted.err, "outside") == 0);
}

TEST_CASE("signed scores are clipped with a warning, or drawn around 0") {
  CHECK(occurrences(draw("logits.npy").err, "--scale auto") == 1);
  CHECK(has_text(draw("logits.npy", "--scale centred"), "colours from -2.17 to 2.17, not 0 to 1"));
}

TEST_CASE("masked cells are blank, counted, and spare the scale") {
  const auto nan = draw("w_nan.npy", "--annotate --mark-argmax");
  CHECK(has_text(nan, "36 of 81 cells masked"));
  CHECK(has_text(nan, "masked"));
  CHECK(occurrences(nan.out, "aria-label=\"nan\"") == 0);
  CHECK(occurrences(nan.out, "<polyline") == 36 + 1);  // and in the legend
  const auto infinite = draw("logits_inf.npy", "--scale auto");
  CHECK(has_text(infinite, "colours from -1.68 to 2.13, not 0 to 1 · 36 of 81 cells masked"));
  const auto text = run_program("render --format terminal --matrix '" ATTNVIZ_SOURCE_DIR
                                "/tests/data/foreign/w_nan.npy'");
  CHECK(occurrences(text.out, "\n36 of 81 cells masked\n") == 1);
  CHECK(occurrences(text.out, "//") >= 36);
}

TEST_CASE("a map of one value says which") {
  const auto uniform = draw("uniform.npy", "--scale auto");
  CHECK(has_text(uniform, "all 0.20"));
  CHECK(occurrences(uniform.out, "0.70") == 0);
}

TEST_CASE("small weights have numbers that differ") {
  const auto small = draw("small.csv", "--scale auto --annotate");
  CHECK(occurrences(small.out, "aria-label=\"0.00\"") == 0);
  CHECK(has_text(small, "0.0007"));
  CHECK(has_text(small, "colours from 0.0000 to 0.0012, not 0 to 1"));
}

TEST_CASE("all heads are a sheet, each named; one of them is named too") {
  const auto all = draw("heads.npy", "--index all");
  for (int head = 0; head < 6; ++head) {
    CHECK(has_text(all, "index " + std::to_string(head)));
  }
  CHECK(occurrences(all.out, "aria-label=\"output\"") == 1);
  CHECK(occurrences(all.out, "aria-label=\"input\"") == 1);
  CHECK(occurrences(draw("stacked.npy", "--index :,:").out, "aria-label=\"layer 0\"") == 1);
  CHECK(occurrences(draw("stacked.npy", "--index :,:").out, "aria-label=\"head 2\"") == 1);
  // Side by side as asked, each has its own name.
  const auto columns = draw("stacked.npy", "--index :,: --columns 6");
  CHECK(occurrences(columns.out, "aria-label=\"layer 1, head 2\"") == 1);
}

TEST_CASE("a title is kept in a file of maps") {
  const auto titled = run_program(
      "render --format json --out - --index 0 --title 'head 0' --matrix '" ATTNVIZ_SOURCE_DIR
      "/tests/data/foreign/heads.npy'");
  CHECK(occurrences(titled.out, R"("title":"head 0")") == 1);
}

TEST_CASE("a long strip has a usable shape, and texts of one size") {
  const WorkFolder folder;
  std::string rows;
  for (int row = 0; row < 900; ++row) {
    for (int column = 0; column < 60; ++column) {
      rows += (column == 0 ? "" : ",") + std::string(column == row / 15 ? "1" : "0");
    }
    rows += '\n';
  }
  folder.write("speech.csv", rows);
  const auto result =
      folder.run("render --matrix speech.csv --transpose --upwards --out - --quiet");
  INFO(result.err);
  const Picture picture = decode_png(result.out);
  CHECK(picture.width > 2 * picture.height);
  CHECK(picture.width < 3 * picture.height);
  CHECK(picture.width < 2100);
}

}  // namespace
}  // namespace attnviz

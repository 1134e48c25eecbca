// Attributions in files, pictures and scores, as a user has them.
#include <string>

#include "attnviz/colormap.h"
#include "attnviz/look.h"
#include "catch.h"
#include "cli/run_program.h"
#include "json.h"
#include "render/decode_png.h"

using namespace attnviz;

namespace {

constexpr int cell = 20;  // pixels

std::string map_json(const std::string& weights, const std::string& more) {
  return R"({"format":"attnviz-attention","version":1,"orientation":"rows=output,columns=input",)"
         R"("kind":"attribution","source":["a","b","</s>"],"target":["x","y","</s>"],"weights":)" +
         weights + more + "}\n";
}

/// A folder with maps of two methods: the second has values in END's column.
const WorkFolder& maps() {
  static const WorkFolder folder;
  static const bool once = [] {
    const std::string ig =
        map_json("[[6,-2,null],[null,-7,null],[0,0,null]]",
                 R"(,"gold":[[0],[1],[]],"facts":{"check":"exact","function":"change of log p",)"
                 R"("gold_mass":"0.98234","method":"ig","overlap":"0.967","title":"ig, mean"})");
    const std::string attention =
        map_json("[[1,0,0],[0,0.5,0.5],[0,0,1]]",
                 R"(,"facts":{"title":"attention","method":"attention","function":"attention"})");
    folder.write("ig.json", ig);
    folder.write("both.jsonl", ig + attention);
    folder.write("plain.csv", ",a,b,</s>\nx,1,0,0\ny,0.5,0.5,0\n</s>,0,0,1\n");
    return true;
  }();
  REQUIRE(once);
  return folder;
}

ProgramResult render(const std::string& arguments) {
  const auto result = maps().run("render --out - --matrix " + arguments);
  INFO(result.err);
  CHECK(result.exit_code == 0);
  return result;
}

/// How many cells of a picture have a colour: the colour bar has less than a cell of any.
int cells_of(const Picture& picture, Color color) {
  int pixels = 0;
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) pixels += picture.at(x, y) == color ? 1 : 0;
  }
  return pixels / (cell * cell);
}

Color share_color(double share) {
  return map_color(Colormap::difference, (share + 1) / 2);
}

bool has_text(const ProgramResult& svg, const std::string& text) {
  return occurrences(svg.out, "aria-label=\"" + text + '"') == 1;
}

}  // namespace

TEST_CASE("attnviz render: attributions are drawn as shares of their rows, sign by colour") {
  const auto result = render("ig.json --cell 20");
  CHECK(result.err.empty());
  const Picture picture = decode_png(result.out);
  CHECK(cells_of(picture, share_color(0.75)) == 1);
  CHECK(cells_of(picture, share_color(-0.25)) == 1);
  CHECK(cells_of(picture, share_color(-1)) == 1);
  CHECK(cells_of(picture, share_color(0)) == 2);  // a row of zeros stays one
  CHECK(share_color(0.75).red > share_color(0.75).blue);
  CHECK(share_color(-0.25).red < share_color(-0.25).blue);
  // Four masked cells, each without its line, and the sample below the colour bar.
  CHECK(cells_of(picture, light_theme.masked) >= 3);
  CHECK(cells_of(picture, light_theme.masked) <= 4);
}

TEST_CASE("attnviz render: a sheet of attributions says what it shows") {
  const auto sheet = render("both.jsonl --sentence all --cell 80 --format svg");
  CHECK(sheet.err.empty());
  CHECK(has_text(sheet, "ig, mean"));
  CHECK(has_text(sheet, "attention"));
  CHECK(occurrences(sheet.out, "gold mass 0.982") == 1);
  CHECK(occurrences(sheet.out, "overlap 0.97") == 1);
  // The cell in END's column is no method's fault.
  CHECK(has_text(sheet, "exact \u00b7 1 undefined"));
  CHECK(occurrences(sheet.out, "cells masked") == 0);
  CHECK(occurrences(sheet.out, "row's") == 1);  // beside the colour bar
  CHECK(occurrences(sheet.out, "not 0 to 1") == 0);
  CHECK(occurrences(sheet.out, "aria-label=\"output\"") == 1);  // shared axes
}

TEST_CASE("attnviz render: a caption counts rows whose values are next to nothing") {
  const WorkFolder folder;
  folder.write(
      "faint.json",
      R"({"format":"attnviz-attention","version":1,"orientation":"rows=output,columns=input",)"
      R"("kind":"attribution","source":["a","b"],"target":["x","y","z"],)"
      R"("weights":[[2,-1],[0.01,-0.01],[0,0]]})");
  const auto svg = folder.run("render --matrix faint.json --cell 80 --format svg --out -");
  INFO(svg.err);
  CHECK(has_text(svg, "1 faint row: below 1 % of the largest sum"));
}

TEST_CASE("attnviz render: attention beside attributions is drawn as they are") {
  const Picture picture = decode_png(render("ig.json plain.csv --cell 20").out);
  CHECK(cells_of(picture, share_color(0.5)) == 2);
  CHECK(cells_of(picture, share_color(1)) == 2);
  CHECK(cells_of(picture, share_color(-1)) == 1);
}

TEST_CASE("attnviz render --scale: attributions as they are, and the picture says so") {
  const auto fitted = render("ig.json --format terminal --scale auto");
  CHECK(fitted.err.empty());
  CHECK(fitted.out.ends_with("\nvalues, not shares of their rows \u00b7 colours from -7 to 7\n"));
  const Picture picture = decode_png(render("ig.json --scale auto --cell 20").out);
  CHECK(cells_of(picture, share_color(-1)) == 1);
  CHECK(cells_of(picture, share_color(6.0 / 7)) == 1);
  CHECK(has_text(render("ig.json --scale auto --cell 60 --format svg"), "change of log p"));
  // Several functions have no name in common.
  CHECK(occurrences(render("both.jsonl --sentence all --scale auto --cell 60 --format svg").out,
                    "change of log p") == 0);
  const auto cut = render("ig.json --format terminal --scale=-4,4");
  CHECK(cut.err.starts_with("attnviz: warning: 2 of 9 values lie outside -4 to 4 "));
  CHECK(cut.out.ends_with("\u00b7 1 of 9 values above 4 \u00b7 1 of 9 values below -4\n"));
  // Where 0 is not in the middle, no colour stands for it.
  const Picture uneven = decode_png(render("ig.json --scale=-7,21 --cell 20 --quiet").out);
  CHECK(cells_of(uneven, map_color(Colormap::viridis, 0)) == 1);
}

TEST_CASE("attnviz render --colormap, --annotate: as given, of the shares") {
  const Picture grey = decode_png(render("ig.json --colormap gray --cell 20").out);
  CHECK(cells_of(grey, map_color(Colormap::gray, 0.875)) == 1);
  const auto numbers = render("ig.json --annotate --format svg");
  CHECK(has_text(numbers, "0.75"));
  CHECK(has_text(numbers, "-0.25"));
}

TEST_CASE("attnviz render --format terminal: the sign is seen without colours") {
  const auto result = render("ig.json --format terminal");
  CHECK(result.err.empty());
  CHECK(occurrences(result.out, "x \u2502\u2593\u2593--//\u2502\n") == 1);
  CHECK(occurrences(result.out, "y \u2502//##//\u2502\n") == 1);
  CHECK(occurrences(result.out,
                    "\ngold mass 0.982 \u00b7 overlap 0.97\nexact \u00b7 1 undefined\n") == 1);
}

TEST_CASE("attnviz render --difference: of attributions, the difference of their shares") {
  const auto result = render("both.jsonl --sentence all --difference --format json");
  CHECK(result.err.empty());
  const auto difference = nlohmann::json::parse(result.out);
  CHECK(difference.at("weights")[0][0] == -0.25);  // 0.75 - 1
  CHECK(difference.at("weights")[1][1] == -1.5);
  CHECK_FALSE(difference.contains("kind"));
  CHECK(difference.at("facts").at("note") == "shares of the rows' sums of |change|");
}

TEST_CASE("attnviz render: conversions keep the kind where the format can hold it") {
  const auto kept = render("ig.json --format jsonl").out;
  CHECK(kept == maps().read("ig.json"));
  maps().write("ig.npz", render("ig.json --format npz").out);
  CHECK(render("ig.npz --format json").out == kept);
  // A table cannot: read back, its rows are looked at as those of attention.
  maps().write("back.csv", render("ig.json --format csv").out);
  CHECK(occurrences(render("back.csv").err,
                    "back.csv: 3 of 3 rows are not weights in 0..1 that sum to one") == 1);
  CHECK(occurrences(render("back.csv --format json").out, "kind") == 0);
}

TEST_CASE("attnviz render: metadata of attributions that are no numbers are left out") {
  maps().write("odd.json", map_json("[[1,2,3],[1,2,3],[1,2,3]]",
                                    R"(,"facts":{"gold_mass":"high","check":"\u001b[31m"})"));
  const auto result = render("odd.json --format terminal");
  CHECK(occurrences(result.out, "gold mass") == 0);
  CHECK(occurrences(result.out, "\x1b") == 0);
  CHECK(occurrences(result.out, "\\x1b[31m") == 1);
}

TEST_CASE("attnviz eval --matrix: attributions are scored by their positive shares") {
  const auto result = maps().run("eval --matrix ig.json --json");
  CHECK(result.exit_code == 0);
  CHECK(result.err.empty());
  const auto json = nlohmann::json::parse(result.out);
  CHECK(json.at("kind") == "attribution");
  CHECK(json.at("gold").at("gold_mass") == 0.5);  // 1 of x, 0 of y
  CHECK(json.at("odd_rows") == 0);
  const auto text = maps().run("eval --matrix ig.json");
  CHECK(occurrences(text.out,
                    "\n1 map of attributions: scored are positive values, divided by their row's "
                    "sum\n") == 1);
  CHECK(occurrences(text.out, "sum to one") == 0);
  CHECK(occurrences(maps().run("eval --matrix plain.csv").out, "attributions") == 0);
}

#include <string>
#include <vector>

#include "catch.h"
#include "cli/run_program.h"
#include "render/machine_font.h"

using namespace attnviz;

namespace {

/// A folder with two maps of the same inputs, one of other inputs and one in Devanagari.
const WorkFolder& maps() {
  static const WorkFolder folder;
  static const bool once = [] {
    folder.write("a.csv", ",x,y\np,1,0\nq,0.25,0.75\n");
    folder.write("b.csv", ",x,y\np,0.5,0.5\nr,0.25,0.75\n");
    folder.write("wide.csv", ",x,y,z\np,1,0,0\n");
    folder.write("other.csv", ",x,z\np,1,0\nq,0.25,0.75\n");
    folder.write("words.csv", ",राहुल,चांगला\nबाबांनी,1,0\n");
    return true;
  }();
  REQUIRE(once);
  return folder;
}

ProgramResult render(const std::string& arguments) {
  return maps().run("render --out - --matrix " + arguments);
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

}  // namespace

TEST_CASE("attnviz render: every look is another picture, the same each time") {
  std::vector<std::string> pictures;
  for (const std::string look : {"",
                                 "--colormap magma",
                                 "--colormap cividis",
                                 "--colormap gray",
                                 "--colormap gray_r",
                                 "--colormap blues",
                                 "--scale auto",
                                 "--theme dark",
                                 "--theme transparent",
                                 "--annotate",
                                 "--annotate=.1f",
                                 "--annotate=.0%",
                                 "--mark-argmax",
                                 "--annotate --mark-argmax",
                                 "--grid-lines",
                                 "--cell 40",
                                 "--font-size 11",
                                 "--title A",
                                 "--x-title B",
                                 "--y-title C",
                                 "--dpi 300",
                                 "--format svg",
                                 "--format svg --dpi 300"}) {
    INFO(look);
    const auto result = render("a.csv " + look);
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    CHECK(result.out == render("a.csv " + look).out);
    for (const std::string& other : pictures) CHECK((result.out == other) == false);
    pictures.push_back(result.out);
  }
}

TEST_CASE("attnviz render: the ending or --format chooses the kind of picture") {
  CHECK(render("a.csv").out.starts_with(png_signature));
  CHECK(render("a.csv --format png").out.starts_with(png_signature));
  CHECK(render("a.csv --format svg").out.starts_with("<?xml"));
  const auto result = maps().run("render --matrix a.csv --out a.svg");
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.err.starts_with("wrote a.svg ("));
  CHECK(maps().read("a.svg") == render("a.csv --format svg").out);
  CHECK(count(maps().read("a.svg"), "<rect") > 4);
}

TEST_CASE("attnviz render: a fitted scale is stated in the picture") {
  const std::string fixed = render("b.csv --format svg").out;
  const std::string fitted = render("b.csv --format svg --scale auto").out;
  CHECK(count(fixed, "colours from") == 0);
  CHECK(count(fitted, "aria-label=\"colours from 0.25 to 0.75, not 0 to 1\"") == 1);
}

TEST_CASE("attnviz render --annotate: numbers that do not fit are left out, and it says so") {
  CHECK(count(render("a.csv --format svg --annotate").out, "aria-label=\"0.75\"") == 1);
  CHECK(count(render("a.csv --format svg --annotate=.0%").out, "aria-label=\"75%\"") == 1);
  const auto small = render("a.csv --format svg --annotate=.3f --cell 12");
  CHECK(small.exit_code == 0);
  CHECK(count(small.out, "0.750") == 0);
  CHECK(small.err.starts_with("attnviz: note: --annotate: no room for numbers in cells of 12"));
  const std::string needed = small.err.substr(small.err.find("--cell ") + 7, 2);
  CHECK(count(render("a.csv --format svg --annotate=.3f --cell " + needed).out, "0.750") == 1);
}

TEST_CASE("attnviz render --difference: the first minus the second") {
  const auto result = render("a.csv b.csv --difference --annotate --format svg");
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(count(result.out, "<title>a.csv minus b.csv</title>") == 1);
  CHECK(count(result.out, "aria-label=\"0.50\"") == 1);
  CHECK(count(result.out, "aria-label=\"-0.50\"") == 1);
  CHECK(count(result.out, "aria-label=\"0.00\"") == 2);
  CHECK(count(result.out, "aria-label=\"q | r\"") == 1);  // they answer differently
  CHECK(count(result.out, "aria-label=\"orange: more in the first · blue: more in the second\"") ==
        1);
  // The colour bar has zero in its middle.
  CHECK(count(result.out, "aria-label=\"-1\"") == 1);
  CHECK(count(render("a.csv b.csv --difference --scale auto --format svg").out,
              "colours from -0.50 to 0.50, not -1 to 1") == 1);
}

TEST_CASE("attnviz render: any script, and a warning where no font has it") {
  const auto one = maps().run("render --out - --matrix words.csv --font a.csv");
  check_refused(one, 3, "a.csv: font: not a TrueType or OpenType file");
  check_refused(maps().run("render --out - --matrix words.csv --font nowhere.ttf"), 3,
                "nowhere.ttf: cannot read");
  const auto drawn = render("words.csv");
  CHECK(drawn.exit_code == 0);
  CHECK(drawn.out.starts_with(png_signature));
  CHECK(count(drawn.err, "apt-get install fonts-lohit-deva\n") == 1);
  CHECK(count(drawn.err, "(U+0902)") == 1);
  // Another line where the program was built without HarfBuzz.
  CHECK(count(drawn.err, "\n") == 1 + count(drawn.err, "HarfBuzz is not there"));
  CHECK(render("words.csv --quiet").err.empty());
  maps().write("unknown.csv", ",\U0003fff0\nx,1\n");
  const auto boxed = render("unknown.csv");
  CHECK(boxed.exit_code == 0);
  CHECK(boxed.out.starts_with(png_signature));
  CHECK(count(boxed.err, "attnviz: warning: no font has ") == 1);
  CHECK(count(boxed.err, "(U+3FFF0)") == 1);
  CHECK(render("unknown.csv --quiet").err.empty());
}

TEST_CASE("attnviz render: fonts are named, or looked for in folders that are") {
  const std::string font = machine_font("Lohit-Devanagari.ttf");
  if (font.empty()) return;
  const std::string folder = std::filesystem::path(font).parent_path();
  const auto missing = [](const std::string& text) { return count(text, "no font has"); };
  const auto boxes = render("words.csv");
  CHECK(missing(boxes.err) == 1);
  const auto named = render("words.csv --font '" + font + "'");
  CHECK(missing(named.err) == 0);
  CHECK_FALSE(named.out == boxes.out);
  for (const std::string variable : {"ATTNVIZ_FONT_PATH", "ATTNVIZ_SYSTEM_FONTS"}) {
    INFO(variable);
    const auto found =
        maps().run("--version >/dev/null; export " + variable + "='/nowhere:" + folder +
                   "'; '" ATTNVIZ_PROGRAM "' render --out - --matrix words.csv");
    CHECK(missing(found.err) == 0);
    CHECK(found.out == named.out);
  }
}

TEST_CASE("attnviz render: looks it refuses") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"a.csv --colormap jet", "--colormap: expected one of viridis, magma"},
      {"a.csv --colormap magna", "did you mean"},
      {"a.csv --scale log", "--scale: expected one of fixed, auto"},
      {"a.csv --theme solarized", "--theme: expected one of light, dark, transparent"},
      {"a.csv --annotate=.2g", "--annotate: expected .0f to .6f or .0% to .6%, got \".2g\""},
      {"a.csv --annotate=.9f", "--annotate: expected .0f to .6f"},
      {"a.csv --annotate=%n", "--annotate: expected .0f to .6f"},
      {"a.csv --font-size 5", "--font-size: expected an integer in 6..128"},
      {"a.csv --font-size nan", "--font-size: expected an integer in 6..128"},
      {"a.csv --dpi 0", "--dpi: expected an integer in 1..10000"},
      {"a.csv --x-title \"$(printf 'a\\377')\"", "--x-title: expected UTF-8, got \"a\\xff\""},
      {"a.csv --format jpg", "--format: expected one of png, svg"},
      {"a.csv --difference", "--difference: expected two maps, got 1"},
      {"a.csv b.csv a.csv --difference", "--difference: expected two maps, got 3"},
      {"a.csv wide.csv --difference",
       "--difference: expected two maps of the same shape, got 2 x 2 and 1 x 3"},
      {"a.csv other.csv --difference",
       "--difference: expected two maps of the same input, got x y and x z"},
      {"a.csv b.csv --difference --colormap gray", "--difference excludes --colormap"},
  };
  for (const auto& [arguments, message] : cases) {
    INFO(arguments);
    check_refused(render(arguments), 2, message);
  }
  check_refused(maps().run("render --matrix a.csv --out a.png --format svg"), 2,
                "--format: expected png for a.png, got svg");
}

TEST_CASE("attnviz render: labels that are left out are reported, in English") {
  for (const auto& [columns, every] :
       std::vector<std::pair<int, std::string>>{{400, ""}, {600, "2nd"}, {1000, "3rd"}}) {
    std::string head;
    std::string row = "r";
    for (int i = 0; i < columns; ++i) {
      head += ",i";
      row += i == 0 ? ",1" : ",0";
    }
    maps().write("many.csv", head + "\n" + row + "\n");
    const auto result = render("many.csv");
    INFO(columns << result.err);
    CHECK(result.exit_code == 0);
    CHECK(count(result.err, "column labels are thinned to every " + every + "\n") ==
          (every.empty() ? 0 : 1));
  }
}

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
                                 "--scale 0,0.5",
                                 "--scale log",
                                 "--scale log:0.01,1",
                                 "--scale sqrt",
                                 "--scale centred",
                                 "--scale centred:-2,2",
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
    CHECK((look.find(",") < look.size() || result.err.empty()));  // warned: some are outside
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
  CHECK(occurrences(maps().read("a.svg"), "<rect") > 4);
}

TEST_CASE("attnviz render: a fitted scale is stated in the picture") {
  const std::string fixed = render("b.csv --format svg").out;
  const std::string fitted = render("b.csv --format svg --scale auto").out;
  CHECK(occurrences(fixed, "colours from") == 0);
  CHECK(occurrences(fitted, "aria-label=\"colours from 0.25 to 0.75, not 0 to 1\"") == 1);
}

TEST_CASE("attnviz render --scale: what the colours show is stated in the picture") {
  maps().write("signed.csv", ",x,y,z\np,-2.5,0,0.004\nq,0.1,1,40\n");
  const auto stated = [](const std::string& scale, const std::string& note) {
    INFO(scale);
    // The caption, which a picture breaks into lines.
    const auto result = render("signed.csv --format terminal --scale " + scale);
    CHECK(result.exit_code == 0);
    CHECK(result.out.ends_with("\n" + note + "\n"));
    CHECK(occurrences(result.err, "--scale auto") == (scale.find(',') < scale.size() ? 1 : 0));
  };
  stated("auto", "colours from -2.50 to 40.00, not 0 to 1");
  stated("-1,2",
         "colours from -1 to 2, not 0 to 1 · 1 of 6 weights above 2 · 1 of 6 weights below -1");
  stated("log",
         "colours by logarithm from 0.004 to 40.000, not 0 to 1 · 2 of 6 weights below 0.004");
  stated("log:0.01,40",
         "colours by logarithm from 0.010 to 40.000, not 0 to 1 · 3 of 6 weights below 0.010");
  stated("sqrt", "colours by square root from -2.50 to 40.00, not 0 to 1");
  stated("centred", "colours from -40 to 40, not 0 to 1");
  // Only where they are fixed can the weights lie outside unintended.
  const auto fixed = render("signed.csv --format svg");
  CHECK(occurrences(fixed.err,
                    "attnviz: warning: 2 of 6 weights lie outside 0 to 1 and have the colour "
                    "of the nearer end; --scale auto fits the colours to them\n") == 1);
  CHECK(occurrences(fixed.out, "1 of 6 weights above 1 · 1 of 6 weights below 0") == 1);
}

TEST_CASE("attnviz render --annotate: small weights are told apart, whole ones have no decimals") {
  maps().write("small.csv", ",x,y\np,0.0003,0.0011\nq,0.0002,0\n");
  maps().write("counts.csv", ",x,y\np,3,1063\nq,0,2\n");
  maps().write("tiny.csv", ",x,y\np,1e-9,2e-9\nq,0,3e-9\n");
  const auto has = [](const std::string& file, const std::string& number) {
    return occurrences(render(file + " --annotate --format svg --scale auto").out,
                       "aria-label=\"" + number + "\"") > 0;
  };
  CHECK(has("small.csv", "0.0003"));
  CHECK(has("small.csv", "0.0011"));
  CHECK(has("counts.csv", "1063"));
  CHECK(has("tiny.csv", "1.00e-09"));
}

TEST_CASE("attnviz render --annotate: numbers that do not fit are left out, and it says so") {
  CHECK(occurrences(render("a.csv --format svg --annotate").out, "aria-label=\"0.75\"") == 1);
  CHECK(occurrences(render("a.csv --format svg --annotate=.0%").out, "aria-label=\"75%\"") == 1);
  const auto small = render("a.csv --format svg --annotate=.3f --cell 12");
  CHECK(small.exit_code == 0);
  CHECK(occurrences(small.out, "0.750") == 0);
  CHECK(small.err.starts_with("attnviz: note: --annotate: no room for numbers in cells of 12"));
  const std::string needed = small.err.substr(small.err.find("--cell ") + 7, 2);
  CHECK(occurrences(render("a.csv --format svg --annotate=.3f --cell " + needed).out, "0.750") ==
        1);
}

TEST_CASE("attnviz render: a panel without a title is named by its file") {
  const auto two = render("a.csv other.csv --format svg");
  CHECK(occurrences(two.out, "aria-label=\"a.csv\"") == 1);
  CHECK(occurrences(two.out, "aria-label=\"other.csv\"") == 1);
  // Alone it needs no name.
  CHECK(occurrences(render("a.csv --format svg").out, "aria-label=\"a.csv\"") == 0);
}

TEST_CASE("attnviz render: maps with the same labels have them once") {
  const auto same = render("a.csv a.csv --format svg");
  CHECK(occurrences(same.out, "aria-label=\"p\"") == 1);
  CHECK(occurrences(same.out, "aria-label=\"x\"") == 2);  // both panels are on top
  CHECK(occurrences(same.out, "aria-label=\"output\"") == 1);
  const auto different = render("a.csv b.csv --format svg");  // another output
  CHECK(occurrences(different.out, "aria-label=\"p\"") == 2);
}

TEST_CASE("attnviz render --title: kept in files of maps too") {
  CHECK(occurrences(render("a.csv --format json --title T").out, R"("facts":{"title":"T"})") == 1);
  maps().write("titled.json", render("a.csv --format json --title T").out);
  CHECK(occurrences(render("titled.json --format svg").out, "aria-label=\"T\"") == 1);
  CHECK(occurrences(render("titled.json --format jsonl").out, R"("title":"T")") == 1);
}

TEST_CASE("attnviz render --upwards: the first row is at the bottom, with all that it has") {
  maps().write(
      "up.json",
      R"({"format":"attnviz-attention","version":1,"orientation":"rows=output,columns=input",)"
      R"("source":["x","y"],"target":["p","q"],"weights":[[1,0],[0.25,0.75]],"gold":[[0],[1]],)"
      R"("expected":["p","r"]})");
  maps().write(
      "down.json",
      R"({"format":"attnviz-attention","version":1,"orientation":"rows=output,columns=input",)"
      R"("source":["x","y"],"target":["q","p"],"weights":[[0.25,0.75],[1,0]],"gold":[[1],[0]],)"
      R"("expected":["r","p"]})");
  const auto upwards = [](const std::string& look) {
    return render("up.json --title T --gold --annotate --upwards " + look).out;
  };
  const auto downwards = [](const std::string& look) {
    return render("down.json --title T --gold --annotate " + look).out;
  };
  CHECK(upwards("--format terminal") == downwards("--format terminal"));
  const auto cells = [](const std::string& svg) { return svg.substr(svg.find("<defs>")); };
  CHECK(cells(upwards("--format svg")) == cells(downwards("--format svg")));
  // The file that is written keeps its order.
  CHECK(upwards("--format csv") == render("up.json --format csv").out);
}

TEST_CASE("attnviz render: what was done to a map is in its caption") {
  maps().write(
      "noted.json",
      R"({"format":"attnviz-attention","version":1,"orientation":"rows=output,columns=input",)"
      R"("source":["x"],"target":["p"],"weights":[[1]],"facts":{"note":"cropped"}})");
  CHECK(occurrences(render("noted.json --format svg").out, "aria-label=\"cropped\"") == 1);
  CHECK(occurrences(render("noted.json --format terminal").out, "\ncropped\n") == 1);
  CHECK(occurrences(render("noted.json noted.json --format svg").out, "aria-label=\"cropped\"") ==
        2);
}

TEST_CASE("attnviz render: what was done to some of several maps, and to those of a difference") {
  const auto noted = [](const std::string& name, const std::string& facts) {
    maps().write(
        name,
        R"({"format":"attnviz-attention","version":1,"orientation":"rows=output,columns=input",)"
        R"("source":["x","y"],"target":["p"],"weights":[[0.5,0.5]])" +
            facts + "}");
  };
  noted("plain.json", "");
  noted("cut.json", R"(,"facts":{"note":"cropped","cut_off":"0.25"})");
  noted("joined.json", R"(,"facts":{"note":"joined"})");
  const auto said = [](const std::string& arguments, const std::string& text) {
    return occurrences(render(arguments + " --format terminal").out, text);
  };
  CHECK(said("plain.json cut.json --difference",
             "\nin the second map: cropped · 25.00 % of the rows' weight cut off · orange") == 1);
  CHECK(said("cut.json cut.json --difference", "\ncropped · 25.00 %") == 1);
  CHECK(said("cut.json joined.json --difference", "in the first map: cropped") == 1);
  CHECK(said("cut.json joined.json --difference", "in the second map: joined") == 1);
  CHECK(said("plain.json plain.json --difference", "map:") == 0);
}

TEST_CASE("attnviz render --difference: the first minus the second") {
  const auto result = render("a.csv b.csv --difference --annotate --format svg");
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(occurrences(result.out, "<title>a.csv minus b.csv</title>") == 1);
  CHECK(occurrences(result.out, "aria-label=\"0.50\"") == 1);
  CHECK(occurrences(result.out, "aria-label=\"-0.50\"") == 1);
  CHECK(occurrences(result.out, "aria-label=\"0.00\"") == 2);
  CHECK(occurrences(result.out, "aria-label=\"q | r\"") == 1);  // they answer differently
  CHECK(occurrences(result.out,
                    "aria-label=\"orange: more in the first · blue: more in the second\"") == 1);
  // The colour bar has zero in its middle.
  CHECK(occurrences(result.out, "aria-label=\"-1\"") == 1);
  CHECK(occurrences(render("a.csv b.csv --difference --scale auto --format svg").out,
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
  CHECK(occurrences(drawn.err, "apt-get install fonts-lohit-deva\n") == 1);
  CHECK(occurrences(drawn.err, "(U+0902)") == 1);
  // Another line where the program was built without HarfBuzz.
  CHECK(occurrences(drawn.err, "\n") == 1 + occurrences(drawn.err, "HarfBuzz is not there"));
  CHECK(render("words.csv --quiet").err.empty());
  maps().write("unknown.csv", ",\U0003fff0\nx,1\n");
  const auto boxed = render("unknown.csv");
  CHECK(boxed.exit_code == 0);
  CHECK(boxed.out.starts_with(png_signature));
  CHECK(occurrences(boxed.err, "attnviz: warning: no font has ") == 1);
  CHECK(occurrences(boxed.err, "(U+3FFF0)") == 1);
  CHECK(render("unknown.csv --quiet").err.empty());
}

TEST_CASE("attnviz render: fonts are named, or looked for in folders that are") {
  const std::string font = machine_font("Lohit-Devanagari.ttf");
  if (font.empty()) return;
  const std::string folder = std::filesystem::path(font).parent_path();
  const auto missing = [](const std::string& text) { return occurrences(text, "no font has"); };
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
      {"a.csv --scale exp",
       "--scale: expected fixed, auto, LOW,HIGH with LOW below HIGH, log, sqrt or centred, got"},
      {"a.csv --scale 1,0", "--scale: expected fixed, auto, LOW,HIGH with LOW below HIGH"},
      {"a.csv --scale 0,nan", "--scale: expected fixed"},
      {"a.csv --scale log:0,1", "--scale: expected log:LOW,HIGH with LOW above 0"},
      {"a.csv --scale sqrt:1", "--scale: expected sqrt:LOW,HIGH with LOW below HIGH"},
      {"a.csv --scale centred:-1,2", "--scale: expected as much below 0 as above"},
      {"a.csv --scale centred --colormap gray", "--colormap: expected none"},
      {"a.csv b.csv --difference --scale log", "--scale: expected fixed, auto or LOW,HIGH of a"},
      {"a.csv b.csv --difference --scale 0,1", "--scale: expected as much below 0 as above"},
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
       std::vector<std::pair<int, std::string>>{{400, ""}, {600, "4th"}, {1000, "5th"}}) {
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
    CHECK(occurrences(result.err, "column labels are thinned to every " + every + "\n") ==
          (every.empty() ? 0 : 1));
  }
}

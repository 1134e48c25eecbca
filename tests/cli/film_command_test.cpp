#include <filesystem>
#include <string>

#include "catch.h"
#include "cli/run_program.h"
#include "render/decode_apng.h"

using namespace attnviz;

namespace {

const std::string long_input(40, 'a');

/// A run that watched three inputs, in runs/reverse, and one that watched none, in plain.
const WorkFolder& watched() {
  static const WorkFolder folder;
  static const std::string train = std::string("train --task reverse") + tiny;
  static const int once =
      folder.run(train + "--watch --watch abcd --watch-frames 5 --watch " + long_input).exit_code +
      folder.run(train + "--out plain").exit_code;
  REQUIRE(once == 0);
  return folder;
}

std::string drawn(const std::string& options, const std::string& out) {
  const auto result = watched().run("render --film runs/reverse --out " + out + " " + options);
  INFO(result.output);
  REQUIRE(result.exit_code == 0);
  CHECK(result.err.starts_with("wrote " + out + " ("));
  return watched().read(out);
}

void refused(const std::string& arguments, int code, const std::string& message) {
  check_refused(watched().run("render " + arguments), code, message);
}

}  // namespace

TEST_CASE("attnviz render --film: an animated PNG of the first watched input", "[film]") {
  const std::string film = drawn("", "film.png");
  CHECK(decode_apng(film).size() == 5);
  CHECK(film.find("reverse: monojitcnn → nnctijonom") != std::string::npos);
  CHECK(film.find("runs/reverse") != std::string::npos);
  CHECK(film == drawn("", "again.png"));
  CHECK(film == watched().run("render --film runs/reverse --out - --quiet").out);
  // Those who show no films show its end.
  const Picture still = decode_png(film);
  CHECK(still.bytes == decode_apng(film).back().picture.bytes);
  // Every frame looks otherwise, in the same size.
  const std::vector<ApngFrame> frames = decode_apng(film);
  for (std::size_t i = 1; i < frames.size(); ++i) {
    CHECK(frames[i].picture.bytes != frames[i - 1].picture.bytes);
  }
}

TEST_CASE("attnviz render --film: another input, speed and look", "[film]") {
  const std::vector<ApngFrame> film = decode_apng(drawn("--input abcd --fps 2", "abcd.png"));
  REQUIRE(film.size() == 5);
  CHECK(film[0].divisor == 2);
  CHECK(film[4].seconds == 2);
  const std::string first = drawn("", "film.png");
  for (const std::string look :
       {"--theme dark", "--theme transparent", "--colormap magma", "--scale auto", "--annotate",
        "--gold", "--mark-argmax", "--grid-lines", "--cell 20", "--font-size 9", "--dpi 300",
        "--title T", "--x-title X", "--y-title Y", "--upwards", "--input abcd"}) {
    CAPTURE(look);
    const std::string other = drawn(look, "look.png");
    CHECK(decode_apng(other).size() == 5);
    CHECK_FALSE(other == first);
  }
}

TEST_CASE("attnviz render --film: a GIF", "[film]") {
  const std::string gif = drawn("", "film.gif");
  CHECK(gif.starts_with("GIF89a"));
  CHECK(gif.ends_with('\x3b'));
  CHECK(occurrences(gif, "NETSCAPE2.0") == 1);
  CHECK(gif == watched().run("render --film runs/reverse --format gif --out - --quiet").out);
  refused("--film runs/reverse --out x.gif --theme transparent", 2,
          "--theme: a .gif has a ground; expected light or dark, got transparent");
  refused("--film runs/reverse --out x.gif --dpi 90", 2, "--dpi: a .gif has no size on paper");
}

TEST_CASE("attnviz render --strip: some of the maps side by side", "[film]") {
  const std::string strip = drawn("--strip", "strip.png");
  CHECK(occurrences(strip, "acTL") == 0);
  const std::string svg = drawn("--strip=2", "strip.svg");
  CHECK(svg.find("<svg") != std::string::npos);
  CHECK(decode_png(drawn("--strip=2 --columns 1", "high.png")).height >
        decode_png(drawn("--strip=2 --columns 2", "wide.png")).height);
  refused("--film runs/reverse --strip=1 --out x.png", 2,
          "--strip: expected an integer in 2..64, got \"1\"");
  refused("--film runs/reverse --strip --format gif --out -", 2,
          "--strip: expected a file that ends in .png or .svg as --out, got gif");
}

TEST_CASE("attnviz render --film: what is no film is refused", "[film]") {
  refused("--film plain --out x.png", 3,
          "plain: holds no maps.jsonl: the run was not watched; a new one is, with attnviz train "
          "--watch");
  refused("--film none --out x.png", 3,
          "none: expected the folder of a run that was watched (attnviz train --watch), got none");
  refused("--film runs/reverse --input abc --out x.png", 2,
          "--input: expected one that was watched, \"monojitcnn\", \"abcd\", \"" + long_input +
              "\", got \"abc\"");
  refused("--film runs/reverse --input a b --out x.png", 2, "--film: expected one --input");
  refused("--film runs/reverse --out x.svg", 2,
          "--out: expected a file that ends in .png, .gif or .html, got \"x.svg\"");
  refused("--film runs/reverse --format svg --out -", 2,
          "--film: expected a file that ends in .png or .gif or .html as --out, got svg");
  refused("--film runs/reverse --columns 2 --out x.png", 2,
          "--columns: has no use with --film, unless with --strip");
  refused("--film runs/reverse --model plain --out x.png", 2, "excludes");
  refused("--model plain --format gif --out -", 2, "--format: a .gif is for --film");
  refused("--model plain --out x.gif", 2, "--out: expected a file that ends in .png, .svg");
  refused("--film runs/reverse --format gif --out runs/reverse/maps.jsonl", 2,
          "--out: expected another file than \"runs/reverse/maps.jsonl\" (--film), which is read");
  refused("--film runs/reverse --input " + long_input + " --cell 256 --out x.png", 5,
          "--film: too many pixels; expected at most 536870912 bytes, got 5 frames of ");
}

TEST_CASE("attnviz render --film: damaged maps are named with their line", "[film]") {
  const std::string maps = watched().read("runs/reverse/maps.jsonl");
  const auto broken = [&](const std::string& from, const std::string& to) {
    std::string text = maps;
    REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
    std::filesystem::create_directory(watched().work() / "broken");
    watched().write("broken/maps.jsonl", text);
    return watched().run("render --film broken --out x.png");
  };
  check_refused(broken("\"step\":\"0\"", "\"step\":\"soon\""), 3,
                "broken/maps.jsonl:1: facts: step: expected that of a run that was watched, got "
                "\"soon\"");
  check_refused(broken("\"loss\":", "\"lost\":"), 3, "broken/maps.jsonl:1: facts: loss: ");
  check_refused(broken("\"predicted\":\"[", "\"predicted\":\"[["), 3,
                "broken/maps.jsonl:1: facts: predicted: ");
  check_refused(broken("\"step\":\"30\"", "\"step\":\"1\""), 3,
                "expected a later map of the same input and answer");
  check_refused(broken("{\"format\"", "{\"form"), 3, "broken/maps.jsonl:1");
  watched().write("broken/maps.jsonl", "");
  check_refused(watched().run("render --film broken --out x.png"), 3, "broken/maps.jsonl");
}

TEST_CASE("attnviz train --watch: the options, and what a run that is resumed keeps", "[watch]") {
  const WorkFolder folder;
  const std::string train = std::string("train --task reverse --out a --steps 30 --hidden 8 ") +
                            "--embedding 8 --attention-units 8 --quiet ";
  REQUIRE(folder.run(train + "--watch abc --watch-frames 4").exit_code == 0);
  CHECK(occurrences(folder.read("a/maps.jsonl"), "\n") == 4);
  CHECK(folder.run("train --resume a --watch abc --quiet").exit_code == 0);
  CHECK(folder.run("train --resume a --watch abc --watch-frames 4 --quiet").exit_code == 0);
  CHECK(folder.run(train + "--continue --watch abc").exit_code == 0);
  check_refused(folder.run("train --resume a --watch"), 2,
                "--watch: expected \"abc\", as in the run that is resumed, got \"monojitcnn\"");
  check_refused(folder.run("train --resume a --watch abc --watch-frames 5"), 2,
                "--watch-frames: expected 4, as in the run that is resumed, got 5");
  REQUIRE(folder.run(train + "--force").exit_code == 0);
  CHECK_FALSE(folder.has("a/maps.jsonl"));
  check_refused(folder.run("train --resume a --watch"), 2,
                "--watch: expected none, as in the run that is resumed, got \"monojitcnn\"");
  check_refused(folder.run("train --task reverse --out b --watch-frames 4"), 2, "--watch");
  check_refused(folder.run("train --task reverse --out b --watch abc --watch-frames 1"), 2,
                "--watch-frames: expected an integer in 2..1000, got \"1\"");
  check_refused(folder.run("train --task all --out b --watch abc"), 2,
                "--watch: expected no text with --task all, which watches the samples");
  check_refused(folder.run("train --task dates --out b --watch ninety"), 2,
                "--watch: expected an input of the task dates, got \"ninety\"");
  CHECK_FALSE(folder.has("b"));
}

TEST_CASE("attnviz train --watch: a killed run resumes to the same maps", "[watch]") {
  const WorkFolder folder;
  const std::string train =
      "train --task reverse --hidden 8 --embedding 8 --attention-units 8 --steps 400 --quiet "
      "--save-every 0.05 --watch --watch-frames 20 ";
  REQUIRE(folder.run(train + "--out whole").exit_code == 0);
  const std::string maps = folder.read("whole/maps.jsonl");
  CHECK(occurrences(maps, "\n") == 20);
  for (const char* delay : {"0.05", "0.15", "0.4"}) {
    CAPTURE(delay);
    const std::string out = std::string("cut") + delay;
    folder.run(train + "--threads 2 --out " + out + " & pid=$!; sleep " + delay +
               "; kill -KILL $pid; wait $pid");
    const auto resumed = folder.run(train + "--continue --out " + out);
    INFO(resumed.output);
    CHECK(resumed.exit_code == 0);
    CHECK((folder.read(out + "/maps.jsonl") == maps));
    CHECK((folder.read(out + "/model.safetensors") == folder.read("whole/model.safetensors")));
  }
}

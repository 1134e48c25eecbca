#include "render/figure/terminal.h"

#include <algorithm>

#include "attnviz/error.h"
#include "base/grapheme.h"
#include "base/utf8.h"
#include "catch.h"

namespace attnviz {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  CHECK(lines.back().empty());  // the text ends with a line's end
  lines.pop_back();
  return lines;
}

AttentionMap small_map() {
  return {{"a", "b", "c"}, {"x", "yy"}, {0.0F, 0.25F, 0.5F, 0.75F, 1.0F, 2.0F}, {}, {}, {}};
}

TEST_CASE("a map as blocks, literally") {
  TerminalOptions options;
  options.title = "t";
  options.caption = "c";
  CHECK(lines_of(draw_terminal(small_map(), options)) ==
        std::vector<std::string>{"t",            //
                                 "    a b c",    //
                                 " x │  ░░▒▒│",  //
                                 "yy │▓▓████│",  //
                                 "    0   ░░▒▒▒▓▓██ ≥1", "c"});
}

TEST_CASE("what was copied stands beside the blocks") {
  AttentionMap map = small_map();
  map.copied = {1.0F, 0.25F};
  const auto lines = lines_of(draw_terminal(map, {}));
  CHECK(lines[0] == "            c");
  CHECK(lines[5] == "    a b c   d");
  CHECK(lines[6] == " x │  ░░▒▒│ ██");
  CHECK(lines[7] == "yy │▓▓████│ ░░");
  map.copied = {1.0F};
  CHECK_THROWS_AS(draw_terminal(map, {}), UsageError);
}

TEST_CASE("masked cells on a terminal are no colour of the scale") {
  AttentionMap map = small_map();
  map.weights = {0.0F, std::nanf(""), 1.0F, 1.0F, std::nanf(""), std::nanf("")};
  TerminalOptions options;
  CHECK(lines_of(draw_terminal(map, options)) ==
        std::vector<std::string>{"    a b c",    //
                                 " x │  //██│",  //
                                 "yy │██////│",  //
                                 "    0   ░░▒▒▒▓▓██ 1  // masked"});
  options.colors = TerminalColors::greys;
  const std::vector<std::string> lines = lines_of(draw_terminal(map, options));
  CHECK(lines[1] == " x │\x1b[48;5;232m  \x1b[0m//\x1b[48;5;255m  \x1b[0m│");
  CHECK(lines[2] == "yy │\x1b[48;5;255m  \x1b[0m////│");
}

TEST_CASE("a map in colours, literally") {
  const AttentionMap map{{"a", "b", "c"}, {"x"}, {0.0F, 1.0F, 1.0F}, {}, {}, {}};
  TerminalOptions options;
  options.colors = TerminalColors::greys;
  CHECK(lines_of(draw_terminal(map, options))[1] ==
        "x │\x1b[48;5;232m  \x1b[48;5;255m    \x1b[0m│");
  options.colors = TerminalColors::full;  // the ends of viridis
  CHECK(lines_of(draw_terminal(map, options))[1] ==
        "x │\x1b[48;2;68;1;84m  \x1b[48;2;253;231;37m    \x1b[0m│");
  for (const std::string& line : lines_of(draw_terminal(small_map(), options))) {
    // No line leaves a colour behind.
    if (line.find('\x1b') != std::string::npos) CHECK(line.rfind("\x1b[0m") == line.rfind('\x1b'));
  }
}

TEST_CASE("another scale and other colours") {
  const AttentionMap map{{"a", "b", "c"}, {"x"}, {-1.0F, 0.0F, 1.0F}, {}, {}, {}};
  TerminalOptions options;
  options.scale = {-1, 1};
  const auto lines = lines_of(draw_terminal(map, options));
  // What is below 0 has marks of its own.
  CHECK(lines[1] == "x │##  ██│");
  CHECK(lines[2] == "   -1 #%==- ░▒▒▓█ 1");
  options.scale = {-4, 4};
  CHECK(lines_of(draw_terminal(map, options))[1] == "x │--  ░░│");
  options.width = 7;  // cells of one character
  CHECK(lines_of(draw_terminal(map, options))[1] == "x │- ░│");
  options.width = 0;
  options.scale = {-1, 1};
  options.colors = TerminalColors::greys;
  CHECK(lines_of(draw_terminal(map, options))[1] ==
        "x │\x1b[48;5;255m\x1b[30m##\x1b[48;5;232m\x1b[97m  \x1b[48;5;255m\x1b[30m  \x1b[0m│");
  options.colors = TerminalColors::full;
  options.colormap = Colormap::gray;
  CHECK(lines_of(draw_terminal(map, options))[1].starts_with("x │\x1b[48;2;0;0;0m  "));
}

TEST_CASE("long labels stand letter below letter and end at the map") {
  const AttentionMap map{
      {"the", "\u4e2d\u6587", "</s>", "e\u0301"}, {"x"}, {0.0F, 0.0F, 0.0F, 1.0F}, {}, {}, {}};
  CHECK(lines_of(draw_terminal(map, {})) == std::vector<std::string>{"       <",          //
                                                                     "   t   /",          //
                                                                     "   h 中s",          //
                                                                     "   e 文> e\u0301",  //
                                                                     "x │      ██│",
                                                                     "   0   ░░▒▒▒▓▓██ 1"});
}

TEST_CASE("wrong symbols are marked") {
  AttentionMap map = small_map();
  map.expected = {"x", "z"};
  const auto lines = lines_of(draw_terminal(map, {}));
  CHECK(lines[1] == " x │  ░░▒▒│");
  CHECK(lines[2] == "yy✗│▓▓████│");
}

TEST_CASE("a narrow terminal gets narrow cells, then fewer of them") {
  AttentionMap map;
  for (int i = 0; i < 20; ++i) map.source.emplace_back(1, static_cast<char>('a' + i));
  map.target = {"x"};
  map.weights.assign(20, 1.0F);
  TerminalOptions options;
  for (int width = 1; width < 60; ++width) {
    INFO(width);
    options.width = width;
    const auto lines = lines_of(draw_terminal(map, options));
    const int room = std::max(1, width - 4);
    const int cells = room >= 40 ? 40 : std::min(room, 20);
    CHECK(display_width(lines[1]) == cells + 4);
    CHECK((lines.size() == 4) == (room < 20));
    if (lines.size() == 4) {
      CHECK(lines[3] == "the first " + std::to_string(room) +
                            " of 20 columns: the terminal is too narrow for more");
    }
  }
  map.source[0] = "\u4e2d";
  options.width = 24;
  CHECK(lines_of(draw_terminal(map, options))[0] == "   ?bcdefghijklmnopqrst");
}

TEST_CASE("nothing of a map reaches the terminal as it is") {
  std::vector<std::string> texts = {"\x1b[31m", "\x1b]0;title\x07", "\u009b31m", "a\rb", "a\nb",
                                    "\b\b",     "\u202egnp",        "\xff\x1b",  "\x7f"};
  for (const std::string& text : texts) {
    INFO(printable(text));
    AttentionMap map{{text, "b"}, {text}, {0.5F, 0.5F}, {}, {}, {}};
    TerminalOptions options;
    options.title = text;
    options.caption = text;
    const std::string drawn = draw_terminal(map, options);
    for (const char32_t c : code_points(drawn)) {
      const bool bad = (c < 0x20 && c != '\n') || (c >= 0x7f && c < 0xa0) || c == 0x202e;
      CHECK(!bad);
    }
    CHECK(!find_invalid_utf8(drawn));
  }
}

TEST_CASE("odd maps: long labels, one cell, none") {
  const AttentionMap one{{std::string(500, 'i')}, {std::string(500, 'o')}, {1.0F}, {}, {}, {}};
  const auto lines = lines_of(draw_terminal(one, {}));
  CHECK(lines.size() == 16 + 2);
  CHECK(lines[15] == std::string(26, ' ') + "…");
  CHECK(lines[16] == std::string(23, 'o') + "… │██│");
  CHECK_THROWS_AS(draw_terminal({}, {}), UsageError);
  CHECK_THROWS_AS(draw_terminal({{"a"}, {"b"}, {}, {}, {}, {}}, {}), UsageError);
}

}  // namespace
}  // namespace attnviz

#include <cmath>
#include <cstring>
#include <limits>

#include "attnviz/error.h"
#include "base/random.h"
#include "catch.h"
#include "formats/attention_io.h"
#include "formats/read_map.h"

namespace attnviz {
namespace {

using namespace std::string_literals;

TEST_CASE("CSV of a map, literally") {
  const AttentionMap map{{"a", ",", end_label},
                         {"say \"B\"", "two\nlines"},
                         {0.1F, 1.0F, 0.0F, 1e-8F, 0.25F, 0.5F},
                         {},
                         {},
                         {}};
  CHECK(attention_to_csv(map) ==
        ",a,\",\",</s>\n"
        "\"say \"\"B\"\"\",0.1,1,0\n"
        "\"two\nlines\",1e-08,0.25,0.5\n");
}

TEST_CASE("labels and weights come back from CSV, to the bit") {
  Random random(4);
  const std::vector<std::string> parts = {"a", ",", "\"", "\n", "\r", " ", "\u0915\u094d\u0937",
                                          ""};
  for (int i = 0; i < 500; ++i) {
    AttentionMap map;
    const auto label = [&] {
      std::string text;
      for (std::uint64_t n = random.below(4); n > 0; --n) text += parts[random.below(parts.size())];
      return text;
    };
    for (int n = random.between(1, 4); n > 0; --n) map.source.push_back(label());
    for (int n = random.between(1, 4); n > 0; --n) map.target.push_back(label());
    while (map.weights.size() < map.rows() * map.columns()) {
      const auto bits = static_cast<std::uint32_t>(random.bits());
      float value = 0;
      std::memcpy(&value, &bits, sizeof value);
      if (std::isfinite(value) && value > -1e8F) map.weights.push_back(value);  // no mask
    }
    const std::string csv = attention_to_csv(map);
    INFO(printable(csv, 1000));
    const AttentionMap back = read_map(csv, "csv", {}, "m");
    REQUIRE(back.source == map.source);
    REQUIRE(back.target == map.target);
    REQUIRE(back.weights.size() == map.weights.size());
    REQUIRE(std::memcmp(back.weights.data(), map.weights.data(),
                        map.weights.size() * sizeof(float)) == 0);
  }
}

TEST_CASE("a table whose only weight is masked comes back, whatever separators are in its labels") {
  for (const char separator : {',', '\t'}) {
    const AttentionMap map{{"a;b"}, {"x;0y,"}, {std::nanf("")}, {}, {}, {}};
    const AttentionMap back =
        read_map(attention_to_csv(map, separator), separator == ',' ? "csv" : "tsv");
    CHECK(back.source == map.source);
    CHECK(back.target == map.target);
    CHECK(same_weights(back.weights, map.weights));
  }
}

TEST_CASE("CSV of other programs is read") {
  for (const std::string text :
       {"x,a,b\nA,1,2\nB,3,4\n", "x,a,b\nA,1,2\nB,3,4", "x,a,b\r\nA,1,2\r\nB,3,4\r\n",
        "\xef\xbb\xbfx,a,b\nA,1.0,2e0\nB,0.3e1,04\n",
        "\"x\",\"a\",\"b\"\n\"A\",\"1\",\"2\"\nB,3,4\n", "\nx,a,b\n\nA,1,2\nB,3,4\n\n\n",
        "\xef\xbb\xbf\"\",a,b\nA,1,2\nB,3,4"}) {
    INFO(printable(text));
    const AttentionMap map = read_map(text, "csv", {}, "m");
    CHECK(map.source == std::vector<std::string>{"a", "b"});
    CHECK(map.target == std::vector<std::string>{"A", "B"});
    CHECK(map.weights == std::vector<float>{1, 2, 3, 4});
  }
}

TEST_CASE("malformed CSV is refused with line and column") {
  struct {
    std::string text, message;
  } cases[] = {
      {"", "m.csv: expected a row of labels, got an empty file"},
      {"\xef\xbb\xbf\r\n\n", "m.csv: expected a row of labels, got an empty file"},
      {"a", "m.csv: expected rows of numbers below the labels, got none"},
      {",a,b\n", "m.csv: expected rows of numbers below the labels, got none"},
      {",a,b\nA,1,2\nB,3\n", "m.csv:3: expected a label and 2 numbers, got 2 cells"},
      {",a,b\nA,1,2,3\n", "m.csv:2: expected a label and 2 numbers, got 4 cells"},
      {",a,b\nA,1,x\n",
       "m.csv:2: column 3: expected a finite number with a decimal point, got \"x\""},
      {",a,b\nA,1,inf\n",
       "m.csv:2: column 3: expected a finite number with a decimal point, got \"inf\""},
      {",a,b\nA,1,1e39\n",
       "m.csv:2: column 3: expected a finite number with a decimal point, got \"1e39\""},
      {",a,b\nA,\"0,5\",1\n",
       "m.csv:2: column 2: expected a finite number with a decimal point, got \"0,5\""},
      {",\"a\nb\",c\nA,1,x\n",  // the label spans two lines
       "m.csv:3: column 3: expected a finite number with a decimal point, got \"x\""},
      {",a\nA,\"1\n",
       "m.csv:2: column 2: expected a closing quote, got the end of the file; a label that is a "
       "quote is written \"\"\"\""},
      {",a\"b\nA,1\n",
       "m.csv:1: column 2: expected a comma or the end of the line after the cell; a label with a "
       "quote stands in quotes, with the quote twice"},
      {",\"a\"b\nA,1\n",
       "m.csv:1: column 2: expected a comma or the end of the line after the cell; a label with a "
       "quote stands in quotes, with the quote twice"},
      {",a\rA,1\r",
       "m.csv:1: column 2: expected a comma or the end of the line after the cell; a label with a "
       "quote stands in quotes, with the quote twice"},
      {",a,b\nA,x,1,2\n", "m.csv:2: expected a label and 2 numbers, got 4 cells"},
      {"1,x\n", "m.csv: expected rows of numbers below the labels, got none"},
      {"1,2\n3\n", "m.csv:2: expected 2 numbers, got 1 cells"},
      {"1,2\n3,4,5\n", "m.csv:2: expected 2 numbers, got 3 cells"},
      {",a\nA,1\xff\n", "m.csv:2: column 4: expected UTF-8, got the byte \\xff"},
      {",a\nA,1\0\n"s,
       "m.csv:2: column 2: expected a finite number with a decimal point, got \"1\\x00\""},
  };
  for (const auto& c : cases) {
    INFO(printable(c.text));
    CHECK_THROWS_WITH(read_map(c.text, "csv", {}, "m.csv"), c.message);
    CHECK_THROWS_AS(read_map(c.text, "csv", {}, "m.csv"), InputError);
  }
  CHECK_THROWS_WITH(read_map("\t\"a\"b\nA\t1\n", "tsv", {}, "m.tsv"),
                    "m.tsv:1: column 2: expected a tab or the end of the line after the cell; a "
                    "label with a quote stands in quotes, with the quote twice");
}

TEST_CASE("the first row and all rows show what separates cells") {
  struct {
    std::string text;
    std::vector<std::string> source, target;
    std::vector<float> weights;
  } cases[] = {
      {";a\nx;0,5\ny;0,75\n", {"a"}, {"x", "y"}, {0.5F, 0.75F}},
      {";a;b\nx;1.5;2,5\n", {"a", "b"}, {"x"}, {1.5F, 2.5F}},
      {";a;b\nx;NA;0,5\ny;0,25;0,75\n", {"a", "b"}, {"x", "y"}, {NAN, 0.5F, 0.25F, 0.75F}},
      {";a;b\nx;;0,5\ny;0,25;0,75\n", {"a", "b"}, {"x", "y"}, {NAN, 0.5F, 0.25F, 0.75F}},
      {";a,b;c\nx;NA;0,5\ny;0,25;0,75\n", {"a,b", "c"}, {"x", "y"}, {NAN, 0.5F, 0.25F, 0.75F}},
      {";\nx,0.5\n", {";"}, {"x"}, {0.5F}},
      {",a\nx;0,5\n", {"a"}, {"x;0"}, {5}},
      {"sep=;\n;a,b\nx;0,5\n", {"a,b"}, {"x"}, {0.5F}},
      {"\xef\xbb\xbfsep=,\r\nl;c,a;b\r\nx;0,5\r\n", {"a;b"}, {"x;0"}, {5}},
  };
  for (const auto& c : cases) {
    for (const std::string format : {"csv", "tsv"}) {
      if (format == "tsv" && c.text.starts_with(',')) continue;
      INFO(format << ": " << c.text);
      const AttentionMap map = read_map(c.text, format);
      CHECK(map.source == c.source);
      CHECK(map.target == c.target);
      CHECK(same_weights(map.weights, c.weights));
    }
  }
  for (const std::string text : {"a\nx;0,5\n", ";a,b\nx;0,5\n"}) {
    CHECK_THROWS_WITH(read_map(text, "csv"),
                      "m: expected cells separated by commas or by semicolons, got \"x;0,5\", "
                      "which can be read both ways; a first line sep=, or sep=; chooses");
  }
  CHECK_THROWS_WITH(read_map(";a\nx;1.234,5\n", "csv"),
                    "m:2: column 2: expected a finite number with a decimal point, got "
                    "\"1.234,5\"; leave out the point, a thousands separator");
  CHECK_THROWS_WITH(read_map("sep=;\n;a\nx;y\n", "csv"),
                    "m:3: column 2: expected a finite number with a decimal point, got \"y\"");
}

TEST_CASE("a quote that is a token is named") {
  const std::string hint =
      "; the quote on line 1, column 2 is closed on line 2: a label that is a quote is written "
      "\"\"\"\"";
  CHECK_THROWS_WITH(read_map("\t\"\tb\n\"\t.5\t.5\nb\t.5\t.5\n", "tsv"),
                    "m:1: column 2: expected a label, got a quote that may be one, or begin one of "
                    "several lines" +
                        hint);
  CHECK_THROWS_WITH(read_map(",\",b\n\",.5,.5\n", "csv"),
                    "m: expected rows of numbers below the labels, got none" + hint);
  CHECK_THROWS_WITH(read_map(",\",b\n\",.5,.5\nb,.5,.5\n", "csv"),
                    "m:3: expected a label and 3 numbers, got 3 cells" + hint);
}

TEST_CASE("signs, percents and truth values are numbers in a table of them") {
  CHECK(read_map(",a,b\nx,+.5,+0.5\n", "csv").weights == std::vector<float>{0.5F, 0.5F});
  CHECK(read_map(",a,b\nx,25%,75 %\n", "csv").weights == std::vector<float>{0.25F, 0.75F});
  CHECK(read_map(";a;b\nx;12,5%;50%\n", "csv").weights == std::vector<float>{0.125F, 0.5F});
  CHECK(read_map(",a,b\nx,True,false\n", "csv").weights == std::vector<float>{1, 0});
  CHECK(read_map("25%,75%\n50%,50%\n", "csv").weights ==
        std::vector<float>{0.25F, 0.75F, 0.5F, 0.5F});
  CHECK_THROWS_AS(read_map("25%,75%\n0.5,0.5\n", "csv"), SettingError);  // of labels
  for (const std::string cell : {"%", "nan%", "+-1", "++1", "5%%", "+"}) {
    INFO(cell);
    CHECK_THROWS_AS(read_map(",a\nx," + cell + "\n", "csv"), InputError);
  }
}

TEST_CASE("whole numbers beside rows that sum to one are row labels, with a note") {
  const AttentionMaps maps = read_maps("3,0.5,0.5\n7,0.25,0.75\n", "csv");
  CHECK(maps.maps[0].target == std::vector<std::string>{"3", "7"});
  CHECK(maps.maps[0].weights == std::vector<float>{0.5F, 0.5F, 0.25F, 0.75F});
  CHECK(notes_of(maps) ==
        "the first column, 3, 7, ..., is taken for row labels: the rows sum to one without it\n");
  CHECK(read_map("1,0,1\n0,1,0\n", "csv").columns() == 3);  // links
  CHECK(read_map("1.5,0.5,0.5\n2.5,0.25,0.75\n", "csv").columns() == 3);
}

TEST_CASE("a first cell that only starts like a number is a label") {
  const AttentionMap map = read_map("1st,2nd\nA,1\n", "csv", {}, "m.csv");
  CHECK(map.source == std::vector<std::string>{"2nd"});
  CHECK(map.target == std::vector<std::string>{"A"});
}

TEST_CASE("a CSV of more weights than a map may have is refused", "[.][big]") {
  std::string text;
  for (int row = 0; row < 8193; ++row) {
    for (int column = 1; column < 8192; ++column) text += "0,";
    text += "0\n";
  }
  CHECK_THROWS_WITH(read_map(text, "csv", {}, "m.csv"),
                    "m.csv: expected at most 67108864 weights in all maps, got more");
  CHECK_THROWS_AS(read_map(text, "csv", {}, "m.csv"), LimitError);
}

}  // namespace
}  // namespace attnviz

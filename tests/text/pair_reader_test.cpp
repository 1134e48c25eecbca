#include "text/pair_reader.h"

#include "attnviz/error.h"
#include "catch.h"
#include "temporary_file.h"
#include "text/gold_column.h"

namespace attnviz {
namespace {

constexpr Tokenizer words{Unit::word};

std::vector<TextPair> read_all(const PairFiles& files, Tokenizer source = words,
                               Tokenizer target = words) {
  PairReader reader(files, source, target);
  std::vector<TextPair> pairs;
  for (TextPair pair; reader.next(pair);) pairs.push_back(pair);
  return pairs;
}

/// The message about a file, without the file's name.
std::string refusal(std::string_view bytes) {
  const TemporaryFile file(bytes);
  try {
    read_all({.pairs = file.path()});
  } catch (const Error& error) {
    std::string text = error.what();
    for (std::size_t at; (at = text.find(file.path())) != std::string::npos;) {
      text.erase(at, file.path().size());
    }
    return text;
  }
  return "";
}

TEST_CASE("pairs come from the lines of a file") {
  const TemporaryFile file(
      "\xef\xbb\xbfjump twice\tJ J\r\n"
      "\n"
      "walk\tW\t0\n"
      "a b c\tx y\t- 2,0?");
  const auto pairs = read_all({.pairs = file.path()});
  REQUIRE(pairs.size() == 3);
  CHECK(pairs[0].source == std::vector<std::string>{"jump", "twice"});
  CHECK(pairs[0].target == std::vector<std::string>{"J", "J"});
  CHECK_FALSE(pairs[0].has_gold);
  CHECK(pairs[1].has_gold);
  CHECK(pairs[1].gold == GoldAlignment{{0}});
  CHECK(pairs[2].gold == GoldAlignment{{}, {0, 2}});
  CHECK(pairs[2].possible == GoldAlignment{{}, {0}});
}

TEST_CASE("each side has its own tokens") {
  const TemporaryFile file("ab c\tx y\n");
  const auto pairs = read_all({.pairs = file.path()}, {Unit::character}, words);
  CHECK(pairs.at(0).source == std::vector<std::string>{"a", "b", " ", "c"});
  CHECK(pairs.at(0).target == std::vector<std::string>{"x", "y"});
}

TEST_CASE("pairs come from two files, line by line") {
  const TemporaryFile source("a\nb c\n");
  const TemporaryFile target("x\ny\n");
  const auto pairs = read_all({.source = source.path(), .target = target.path()});
  REQUIRE(pairs.size() == 2);
  CHECK(pairs[1].source == std::vector<std::string>{"b", "c"});
  CHECK(pairs[1].target == std::vector<std::string>{"y"});
}

TEST_CASE("two files of different lengths are refused with both") {
  const TemporaryFile longer("a\nb\nc\nd\n");
  const TemporaryFile shorter("x\ny\n");
  CHECK_THROWS_WITH(read_all({.source = longer.path(), .target = shorter.path()}),
                    longer.path() +
                        ":3: expected the end, as in the other file, got a line; the files have 4 "
                        "and 2 lines");
  CHECK_THROWS_WITH(read_all({.source = shorter.path(), .target = longer.path()}),
                    longer.path() +
                        ":3: expected the end, as in the other file, got a line; the files have 2 "
                        "and 4 lines");
}

TEST_CASE("lines with an empty side are skipped and counted") {
  const TemporaryFile pairs("a\tb\n\n\tb\na\t \n\u3000\n\t\t\t\t\nc\td\t0\n\t\t0\n");
  PairReader reader({.pairs = pairs.path()}, words, words);
  std::vector<TextPair> read;
  for (TextPair pair; reader.next(pair);) read.push_back(pair);
  REQUIRE(read.size() == 2);
  CHECK(read[1].source == std::vector<std::string>{"c"});
  CHECK(reader.notes().empty == 6);
  const TemporaryFile source("a\n\nb\nc\n");
  const TemporaryFile target("x\ny\n \nz\r\n");
  for (const Tokenizer& tokens : {words, Tokenizer{Unit::character}}) {
    const auto kept = read_all({.source = source.path(), .target = target.path()}, tokens, tokens);
    REQUIRE(kept.size() == 2);
    CHECK(kept[1].source == std::vector<std::string>{"c"});
    CHECK(kept[1].target == std::vector<std::string>{"z"});
  }
  // No half of a pair is handed out.
  const TemporaryFile bad("x\n\n\xff\nw\n");
  PairReader two({.source = source.path(), .target = bad.path()}, words, words);
  TextPair pair;
  CHECK(two.next(pair));
  CHECK(two.next(pair));
  CHECK(pair.target == std::vector<std::string>{"w"});
  CHECK_THROWS_WITH(two.next(pair),
                    bad.path() + ":3: column 1: expected UTF-8, got the byte \\xff");
}

TEST_CASE("columns are chosen") {
  const TemporaryFile file("1\tab\t2\tx\t0\n3\tc\t4\ty\t0\tmore\n");
  auto pairs = read_all({.pairs = file.path(), .columns = {2, 4}});
  REQUIRE(pairs.size() == 2);
  CHECK(pairs[0].source == std::vector<std::string>{"ab"});
  CHECK(pairs[0].target == std::vector<std::string>{"x"});
  CHECK_FALSE(pairs[0].has_gold);
  pairs = read_all({.pairs = file.path(), .columns = {4, 2, 5}});
  CHECK(pairs[0].source == std::vector<std::string>{"x"});
  CHECK(pairs[1].gold == GoldAlignment{{0}});
  CHECK_THROWS_WITH(read_all({.pairs = file.path(), .columns = {1, 6}}),
                    file.path() + ":1: column 11: expected at least 6 columns, got 5 columns");
  for (const char* text : {"1,2", "2,1", "1,2,3", "4,10,7"}) {
    REQUIRE(columns_from(text));
    CHECK(columns_text(*columns_from(text)) == text);
  }
  for (const char* text : {"", "1", "1,1", "0,1", "1,2,3,4", "1,2,", "a,b", "1,1001", "-1,2"}) {
    CHECK_FALSE(columns_from(text));
  }
}

TEST_CASE("what is wrong about columns is known") {
  const auto error_of = [](std::string_view bytes, std::vector<int> columns = {}) {
    const TemporaryFile file(bytes);
    try {
      read_all({.pairs = file.path(), .columns = std::move(columns)});
    } catch (const PairFileError& error) {
      return error;
    }
    return PairFileError("", false, {});
  };
  const PairFileError licence = error_of("a\tb\tCC\na\tb\t0\n");
  CHECK(licence.gold_columns() == std::vector<int>{1, 2, 3});
  CHECK_FALSE(licence.too_many_columns());
  CHECK(error_of("1\ta\t2\tb\tCC\n", {2, 4, 5}).gold_columns() == std::vector<int>{2, 4, 5});
  CHECK(error_of("a\tb\tc\td\n").too_many_columns());
  CHECK_FALSE(error_of("a\tb\tc\td\n", {2, 5}).too_many_columns());
  CHECK_FALSE(error_of("a\n").too_many_columns());
}

TEST_CASE("what may not be meant as it is read is noted") {
  const TemporaryFile file("Source\tTarget\n\"a\"\t\"b c\"\n<s> x\t\"y <unk>\"\n");
  PairReader reader({.pairs = file.path()}, words, words);
  for (TextPair pair; reader.next(pair);) {
  }
  CHECK(reader.notes().header == file.path() + ":1");
  CHECK(reader.notes().quoted == 3);
  CHECK(reader.notes().labels == 1);  // in word tokens <unk>" is another word
  CHECK(reader.notes().first_label == file.path() + ":3: \"<s>\"");
  PairNotes sum;
  sum += reader.notes();
  sum += reader.notes();
  CHECK(sum.quoted == 6);
  CHECK(sum.first_label == reader.notes().first_label);
}

TEST_CASE("no symbol holds a line break or a NUL") {
  for (const std::string character : {"\v", "\f", "\u0085", "\u2028", "\u2029"}) {
    const TemporaryFile file("a" + character + "b\tx\n");
    CHECK(read_all({.pairs = file.path()}).at(0).source == std::vector<std::string>{"a", "b"});
    CHECK_THROWS_AS(read_all({.pairs = file.path()}, {Unit::character}, words), PairFileError);
    CHECK_THROWS_AS(
        read_all({.source = file.path(), .target = file.path()}, words, {Unit::character}),
        PairFileError);
  }
}

TEST_CASE("each fault has its line and column") {
  struct {
    std::string bytes;
    std::string expected;
  } cases[] = {
      {"a\tb\nnothing\n",
       ":2: column 8: expected source TAB target, or these and TAB gold, got 1 column"},
      {"a\tb\t0\tmore\n",
       ":1: column 7: expected source TAB target, or these and TAB gold, got 4 columns"},
      {"a,b\n",
       ":1: column 4: expected source TAB target, or these and TAB gold, got 1 column; there is no "
       "TAB in it, but there are commas"},
      {"a;b,c\n",
       ":1: column 6: expected source TAB target, or these and TAB gold, got 1 column; there is no "
       "TAB in it, but there are semicolons"},
      {"a\tb\rc\td\r",
       ":1: column 4: expected no carriage return inside a line; old Mac line ends are converted "
       "with `tr '\\r' '\\n'`"},
      {std::string("a\tb\nc\0d\te\n", 10),
       ":2: column 2: expected text in UTF-8, got a NUL, as in UTF-16"},
      {"\u00e9\tb\xff\n", ":1: column 4: expected UTF-8, got the byte \\xff"},
      {"a\tb c\t0\n", ":1: column 7: gold: expected 2 entries, one a target symbol, got 1"},
      {"a\tb\t\n", ":1: column 5: gold: expected 1 entries, one a target symbol, got 0"},
      {"a\tb\t1\n",
       ":1: column 5: gold of target symbol 1: expected - or source positions in 0..0, got \"1\""},
      {"a b\tx\t0,-1\n",
       ":1: column 7: gold of target symbol 1: expected - or source positions in 0..1, got "
       "\"0,-1\""},
      {"a b\tx\t0,\n",
       ":1: column 7: gold of target symbol 1: expected - or source positions in 0..1, got \"0,\""},
      {"a b\tx\t1,1\n",
       ":1: column 7: gold of target symbol 1: expected each position once, got \"1,1\""},
  };
  for (const auto& c : cases) {
    INFO(printable(c.bytes));
    CHECK(refusal(c.bytes) == c.expected);
  }
}

TEST_CASE("faults are reported together, ten at most") {
  CHECK(refusal("x\na\tb\n\xff\tb\n") ==
        ":1: column 2: expected source TAB target, or these and TAB gold, got 1 column\n"
        ":3: column 1: expected UTF-8, got the byte \\xff");
  std::string bytes;
  for (int i = 0; i < 25; ++i) bytes += "x\na\tb\n";
  const std::string told = refusal(bytes);
  CHECK(std::count(told.begin(), told.end(), '\n') == 9);
  CHECK(told.ends_with(
      ":19: column 2: expected source TAB target, or these and TAB gold, got 1 column"));
  std::string bad;
  for (int i = 0; i < 25; ++i) bad += "\xff\n";
  const TemporaryFile invalid(bad);
  try {
    read_all({.source = invalid.path(), .target = invalid.path()});
    FAIL("accepted");
  } catch (const InputError& error) {  // two a line
    CHECK(std::string(error.what()).ends_with(":5: column 1: expected UTF-8, got the byte \\xff"));
  }
}

TEST_CASE("gold is written as it is read") {
  for (const std::string text : {"0", "- 2,3 1", "0?,2 -", "1?"}) {
    TextPair pair;
    const auto rows = static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ') + 1);
    read_gold(text, rows, 4, pair);
    CHECK(gold_text(pair.gold, pair.possible) == text);
  }
  CHECK(gold_text({{0}, {}, {1, 2}}) == "0 - 1,2");
}

}  // namespace
}  // namespace attnviz

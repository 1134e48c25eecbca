#include "text/pair_reader.h"

#include "attnviz/error.h"
#include "catch.h"
#include "temporary_file.h"

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

TEST_CASE("two files of different lengths, and empty lines in them, are refused") {
  const TemporaryFile longer("a\nb\nc\n");
  const TemporaryFile shorter("x\ny\n");
  const TemporaryFile empty("x\n\n\xff\n");
  CHECK_THROWS_WITH(read_all({.source = longer.path(), .target = shorter.path()}),
                    longer.path() + ":3: expected the end, as in the other file, got a line");
  CHECK_THROWS_WITH(read_all({.source = shorter.path(), .target = longer.path()}),
                    longer.path() + ":3: expected the end, as in the other file, got a line");
  CHECK_THROWS_WITH(read_all({.source = longer.path(), .target = empty.path()}),
                    empty.path() + ":2: column 1: target: expected a text, got none\n" +
                        empty.path() + ":3: column 1: expected UTF-8, got the byte \\xff");
  // No half of a pair is handed out.
  for (const PairFiles& files : {PairFiles{.source = empty.path(), .target = longer.path()},
                                 PairFiles{.source = longer.path(), .target = empty.path()}}) {
    PairReader reader(files, words, words);
    TextPair pair;
    CHECK(reader.next(pair));
    CHECK_THROWS_AS(reader.next(pair), InputError);
  }
  CHECK_THROWS_WITH(read_all({.source = empty.path(), .target = longer.path()}),
                    empty.path() + ":2: column 1: source: expected a text, got none\n" +
                        empty.path() + ":3: column 1: expected UTF-8, got the byte \\xff");
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
      {"\tb\n", ":1: column 1: source: expected a text, got none"},
      {"\u00e9 \t \n", ":1: column 4: target: expected a text, got none"},
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
  CHECK(refusal("x\na\tb\n\tb\n") ==
        ":1: column 2: expected source TAB target, or these and TAB gold, got 1 column\n"
        ":3: column 1: source: expected a text, got none");
  std::string bytes;
  for (int i = 0; i < 25; ++i) bytes += "x\na\tb\n";
  const std::string told = refusal(bytes);
  CHECK(std::count(told.begin(), told.end(), '\n') == 9);
  CHECK(told.ends_with(
      ":19: column 2: expected source TAB target, or these and TAB gold, got 1 column"));
  const TemporaryFile blank(std::string(25, '\n'));
  try {
    read_all({.source = blank.path(), .target = blank.path()});
    FAIL("accepted");
  } catch (const InputError& error) {  // two a line
    CHECK(std::string(error.what()).ends_with(":5: column 1: target: expected a text, got none"));
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

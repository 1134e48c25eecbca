#include "attnviz/error.h"
#include "catch.h"
#include "formats/attention_io.h"
#include "formats/foreign.h"

namespace attnviz {
namespace {

using Labels = std::vector<std::string>;

TEST_CASE("Marian's soft alignment, a line a sentence") {
  const std::string text = foreign("marian.txt");
  const AttentionMap first = attention_from_marian(text, "m", 1);
  CHECK(first.target == Labels{"hello", "world", end_label});
  CHECK(first.source == Labels{"0", "1", "2"});
  CHECK(first.weights ==
        std::vector<float>{0.75F, 0.125F, 0.125F, 1e-5F, 0.99998F, 1e-5F, 0.25F, 0.25F, 0.5F});
  const AttentionMap second = attention_from_marian(text, "m", 2);  // with word scores
  CHECK(second.target == Labels{"caf\u00e9", end_label});
  CHECK(second.weights == std::vector<float>{0.9F, 0.1F, 0.2F, 0.8F});
  CHECK(attention_from_marian(text, "m", 3).target == Labels{end_label});
  const AttentionMap given = attention_from_marian(text, "m", 4, {{"join", "ed", "</s>"}, {}});
  CHECK(given.weights == std::vector<float>{0.5F, 0.5F, 1, 0, 0, 1});

  const std::string best = foreign("marian-nbest.txt");
  CHECK(attention_from_marian(best, "m", 1).target == Labels{"hi", end_label});
  CHECK(attention_from_marian(best, "m", 2).weights == std::vector<float>{0.8F, 0.2F, 0.1F, 0.9F});
  CHECK(attention_from_marian("\xef\xbb\xbf"
                              "a ||| 1,0 0,1\r\n",
                              "m", 1)
            .target == Labels{"a", end_label});
}

TEST_CASE("lines that are not Marian's are refused with line and row") {
  struct {
    std::string text, message;
  } cases[] = {
      {"", "m: expected at least one sentence, got none"},
      {"\n",
       "m:1: expected words ||| weights, as marian-decoder --alignment soft writes, got 1 "
       "field"},
      {"hello world\n",
       "m:1: expected words ||| weights, as marian-decoder --alignment soft "
       "writes, got 1 field"},
      {"a ||| b ||| c\n",
       "m:1: expected words ||| weights, as marian-decoder --alignment soft "
       "writes, got 3 fields"},
      {"x ||| a ||| 1 ||| F0= 1 ||| 2\n",
       "m:1: expected words ||| weights, as marian-decoder "
       "--alignment soft writes, got 5 fields"},
      {"a ||| \n", "m:1: expected weights after |||, got none"},
      {"a ||| 0-0 1-1\n", "m:1: row 1: weight 1: expected a finite number, got \"0-0\""},
      {"a ||| 1,0 0,1,0\n", "m:1: row 2: expected 2 weights, got 3"},
      {"a ||| 1,0 0,\n", "m:1: row 2: weight 2: expected a finite number, got \"\""},
      {"a ||| 1,0 nan,1\n", "m:1: row 2: weight 1: expected a finite number, got \"nan\""},
      {"a ||| 1,0 0,1e39\n", "m:1: row 2: weight 2: expected a finite number, got \"1e39\""},
      {"a b ||| 1,0 0,1\n", "m:1: expected 1 words and END, got 2 words"},
      {"\xff ||| 1\n", "m: column 1: expected UTF-8, got the byte \\xff"},
  };
  for (const auto& c : cases) {
    INFO(printable(c.text));
    CHECK_THROWS_WITH(attention_from_marian(c.text, "m", 1), c.message);
    CHECK_THROWS_AS(attention_from_marian(c.text, "m", 1), InputError);
  }
  CHECK_THROWS_WITH(attention_from_marian(foreign("marian.txt"), "m", 4),
                    "m:4: expected 2 words and END, got 1 words");
  CHECK_THROWS_WITH(attention_from_marian(foreign("marian.txt"), "m", 5),
                    "sentence: expected 1..4, the sentences in m, got 5");
  CHECK_THROWS_AS(attention_from_marian(foreign("marian.txt"), "m", 5), UsageError);
}

TEST_CASE("Nematus' text, a block a sentence") {
  const std::string text = foreign("nematus.txt");
  const AttentionMap first = attention_from_nematus(text, "m", 1);
  CHECK(first.target == Labels{"hi", "there", end_label});
  CHECK(first.source == Labels{"guten", "tag", end_label});
  CHECK(first.weights ==
        std::vector<float>{0.5F, 0.25F, 0.25F, 0.125F, 0.75F, 0.125F, 1e-5F, 0, 0.99999F});
  const AttentionMap second = attention_from_nematus(text, "m", 2);
  CHECK(second.target == Labels{"ja", end_label});
  CHECK(second.source == Labels{"yes", end_label});
  CHECK(second.weights == std::vector<float>{0.75F, 0.25F, 0.25F, 0.75F});
  // No output words; words joined from pieces.
  CHECK(attention_from_nematus("0 |||  ||| 0 ||| a ||| 2 1\n1 0", "m", 1).target ==
        Labels{end_label});
  CHECK(attention_from_nematus("0 ||| a ||| 0 ||| bc ||| 3 2\n1 0 0\n0 1 0\n", "m", 1,
                               {{}, {"b", "c", "</s>"}})
            .target == Labels{"a", end_label});
}

TEST_CASE("sentences without an answer keep the numbers of the others") {
  const std::string nematus =
      "0 |||  ||| -inf |||  ||| 0 0\n\n1 ||| x ||| -1 ||| a ||| 2 2\n1 0\n0 1\n\n"
      "2 |||  ||| -inf |||  ||| 0 0\n\n";
  CHECK(attention_from_nematus(nematus, "m", 2).target == Labels{"x", end_label});
  CHECK_THROWS_WITH(attention_from_nematus(nematus, "m", 1),
                    "m:1: this sentence has no answer and no map");
  CHECK_THROWS_AS(attention_from_nematus(nematus, "m", 3), InputError);
  const std::string marian = "x ||| 1,0 0,1\n ||| \nx ||| 0,1 0,1\n";
  CHECK(attention_from_marian(marian, "m", 3).at(0, 1) == 1.0F);
  CHECK_THROWS_WITH(attention_from_marian(marian, "m", 2),
                    "m:2: expected weights after |||, got none");
  const std::string list =
      "0 ||| x ||| 1,0 0,1 ||| F0= -1 ||| -1\n1 |||  |||  ||| F0= -inf ||| -inf\n";
  CHECK_THROWS_WITH(attention_from_marian(list, "m", 2),
                    "m:2: expected weights after |||, got none");
}

TEST_CASE("a text of more weights than a map may have is refused", "[.][big]") {
  std::string row = "0";
  for (int column = 1; column < 8192; ++column) row += ",0";
  std::string line = "words ||| ";
  for (int r = 0; r < 8193; ++r) line += row + ' ';
  CHECK_THROWS_WITH(attention_from_marian(line, "m", 1, {}),
                    "m:1: row 8193: expected at most 67108864 weights, got more");
}

TEST_CASE("blocks that are not Nematus' are refused with the line") {
  const std::string form =
      ": expected number ||| output words ||| score ||| source words ||| columns rows, got ";
  struct {
    std::string text, message;
  } cases[] = {
      {"\n\n", "m: expected at least one sentence, got none"},
      {"0.5 0.5\n", "m:1" + form + "\"0.5 0.5\""},
      {"0 ||| a ||| 0 ||| b ||| 2\n", "m:1" + form + "\"0 ||| a ||| 0 ||| b ||| 2\""},
      {"0 ||| a ||| 0 ||| b ||| 2 0\n", "m:1" + form + "\"0 ||| a ||| 0 ||| b ||| 2 0\""},
      {"0 ||| a ||| 0 ||| b ||| 2 -2\n", "m:1" + form + "\"0 ||| a ||| 0 ||| b ||| 2 -2\""},
      {"0 ||| a ||| 0 ||| b ||| 2 2\n1 0\n", "m:1: expected 2 rows of weights, got 1"},
      {"0 ||| a ||| 0 ||| b ||| 2 9999999999\n1 0\n",
       "m:1: expected 9999999999 rows of weights, got 1"},
      {"\n0 ||| a ||| 0 ||| b ||| 2 2\n1 0\n0 1 0\n", "m:4: expected 2 weights, got 3"},
      {"0 ||| a ||| 0 ||| b ||| 2 2\n1 0\n\n", "m:3: expected 2 weights, got 0"},
      {"0 ||| a ||| 0 ||| b ||| 9999999999 2\n1 0\n0 1\n",
       "m:2: expected 9999999999 weights, got 2"},
      {"0 ||| a ||| 0 ||| b ||| 2 2\n1 x\n0 1\n",
       "m:2: weight 2: expected a finite number, got \"x\""},
      {"0 ||| a b ||| 0 ||| b ||| 2 2\n1 0\n0 1\n",
       "m:1: output: expected 1 words and END, got 2 words"},
      {"0 ||| a ||| 0 ||| b c ||| 2 2\n1 0\n0 1\n",
       "m:1: source: expected 1 words and END, got 2 words"},
  };
  for (const auto& c : cases) {
    INFO(printable(c.text));
    CHECK_THROWS_WITH(attention_from_nematus(c.text, "m", 1), c.message);
    CHECK_THROWS_AS(attention_from_nematus(c.text, "m", 1), InputError);
  }
  CHECK_THROWS_WITH(attention_from_nematus(foreign("nematus.txt"), "m", 3),
                    "sentence: expected 1..2, the sentences in m, got 3");
}

}  // namespace
}  // namespace attnviz

#include "attnviz/error.h"
#include "catch.h"
#include "formats/attention_io.h"
#include "formats/foreign.h"
#include "formats/read_map.h"

namespace attnviz {
namespace {

using Labels = std::vector<std::string>;

TEST_CASE("Marian's soft alignment, a line a sentence") {
  const std::string text = foreign("marian.txt");
  const AttentionMap first = read_sentence(text, "marian", 1);
  CHECK(first.target == Labels{"hello", "world", end_label});
  CHECK(first.source == Labels{"0", "1", "2"});
  CHECK(first.weights ==
        std::vector<float>{0.75F, 0.125F, 0.125F, 1e-5F, 0.99998F, 1e-5F, 0.25F, 0.25F, 0.5F});
  const AttentionMap second = read_sentence(text, "marian", 2);  // with word scores
  CHECK(second.target == Labels{"caf\u00e9", end_label});
  CHECK(second.weights == std::vector<float>{0.9F, 0.1F, 0.2F, 0.8F});
  CHECK(read_sentence(text, "marian", 3).target == Labels{end_label});
  const AttentionMap given = read_sentence(text, "marian", 4, {{"join", "ed", "</s>"}, {}});
  CHECK(given.weights == std::vector<float>{0.5F, 0.5F, 1, 0, 0, 1});

  const std::string best = foreign("marian-nbest.txt");
  CHECK(read_sentence(best, "marian", 1).target == Labels{"hi", end_label});
  CHECK(read_sentence(best, "marian", 2).weights == std::vector<float>{0.8F, 0.2F, 0.1F, 0.9F});
  CHECK(read_sentence("\xef\xbb\xbf"
                      "a ||| 1,0 0,1\r\n",
                      "marian", 1)
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
      {"a ||| 0-0 1+1\n", "m:1: expected links such as 0-1 with blanks between them, got \"1+1\""},
      {"a ||| 1,0 0,1,0\n", "m:1: row 2: expected 2 weights, got 3"},
      {"a ||| 1,0 0,\n", "m:1: row 2: weight 2: expected a finite number, got \"\""},
      {"a ||| 1,0 inf,1\n", "m:1: row 2: weight 1: expected a finite number, got \"inf\""},
      {"a ||| 1,0 0,1e39\n", "m:1: row 2: weight 2: expected a finite number, got \"1e39\""},
      {"a b c ||| 1,0 0,1\n", "m:1: expected 1 words and END, or 2 words, got 3 words"},
      {"\xff ||| 1\n", "m: column 1: expected UTF-8, got the byte \\xff"},
  };
  for (const auto& c : cases) {
    INFO(printable(c.text));
    CHECK_THROWS_WITH(read_sentence(c.text, "marian", 1), c.message);
    CHECK_THROWS_AS(read_sentence(c.text, "marian", 1), InputError);
  }
  CHECK_THROWS_WITH(read_sentence(foreign("marian.txt"), "marian", 4),
                    "m:4: expected 2 words and END, or 3 words, got 1 words");
  CHECK_THROWS_WITH(read_sentence(foreign("marian.txt"), "marian", 5),
                    "sentence: expected 1..4, the sentences in m, got 5");
  CHECK_THROWS_AS(read_sentence(foreign("marian.txt"), "marian", 5), UsageError);
}

TEST_CASE("Nematus' text, a block a sentence") {
  const std::string text = foreign("nematus.txt");
  const AttentionMap first = read_sentence(text, "nematus", 1);
  CHECK(first.target == Labels{"hi", "there", end_label});
  CHECK(first.source == Labels{"guten", "tag", end_label});
  CHECK(first.weights ==
        std::vector<float>{0.5F, 0.25F, 0.25F, 0.125F, 0.75F, 0.125F, 1e-5F, 0, 0.99999F});
  const AttentionMap second = read_sentence(text, "nematus", 2);
  CHECK(second.target == Labels{"ja", end_label});
  CHECK(second.source == Labels{"yes", end_label});
  CHECK(second.weights == std::vector<float>{0.75F, 0.25F, 0.25F, 0.75F});
  // No output words; words joined from pieces.
  CHECK(read_sentence("0 |||  ||| 0 ||| a ||| 2 1\n1 0", "nematus", 1).target == Labels{end_label});
  CHECK(read_sentence("0 ||| a ||| 0 ||| bc ||| 3 2\n1 0 0\n0 1 0\n", "nematus", 1,
                      {{}, {"b", "c", "</s>"}})
            .target == Labels{"a", end_label});
}

TEST_CASE("sentences without an answer keep the numbers of the others") {
  const std::string nematus =
      "0 |||  ||| -inf |||  ||| 0 0\n\n1 ||| x ||| -1 ||| a ||| 2 2\n1 0\n0 1\n\n"
      "2 |||  ||| -inf |||  ||| 0 0\n\n";
  CHECK(read_sentence(nematus, "nematus", 2).target == Labels{"x", end_label});
  CHECK_THROWS_WITH(read_sentence(nematus, "nematus", 1),
                    "m:1: this sentence has no answer and no map");
  CHECK_THROWS_AS(read_sentence(nematus, "nematus", 3), InputError);
  const std::string marian = "x ||| 1,0 0,1\n ||| \nx ||| 0,1 0,1\n";
  CHECK(read_sentence(marian, "marian", 3).at(0, 1) == 1.0F);
  CHECK_THROWS_WITH(read_sentence(marian, "marian", 2),
                    "m:2: expected weights after |||, got none");
  const std::string list =
      "0 ||| x ||| 1,0 0,1 ||| F0= -1 ||| -1\n1 |||  |||  ||| F0= -inf ||| -inf\n";
  CHECK_THROWS_WITH(read_sentence(list, "marian", 2), "m:2: expected weights after |||, got none");
}

TEST_CASE("a text of more weights than a map may have is refused", "[.][big]") {
  std::string row = "0";
  for (int column = 1; column < 8192; ++column) row += ",0";
  std::string line = "words ||| ";
  for (int r = 0; r < 8193; ++r) line += row + ' ';
  CHECK_THROWS_WITH(read_sentence(line, "marian", 1, {}),
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
      {"0 ||| a ||| 0 ||| b ||| 2 0\n", "m:1: this sentence has no answer and no map"},
      {"0 ||| a ||| 0 ||| b ||| 2 -2\n", "m:1" + form + "\"0 ||| a ||| 0 ||| b ||| 2 -2\""},
      {"0 ||| a ||| 0 ||| b ||| 2 2\n1 0\n", "m:1: expected 2 rows of weights, got 1"},
      {"0 ||| a ||| 0 ||| b ||| 2 9999999999\n1 0\n",
       "m:1: expected 9999999999 rows of weights, got 1"},
      {"\n0 ||| a ||| 0 ||| b ||| 2 2\n1 0\n0 1 0\n", "m:4: expected 2 weights, got 3"},
      {"0 ||| a ||| 0 ||| b ||| 2 2\n1 0\n\n", "m:1: expected 2 rows of weights, got 1"},
      {"0 ||| a ||| 0 ||| b ||| 2 2\n1 x\n0 1\n",
       "m:2: weight 2: expected a finite number, got \"x\""},
      {"0 ||| a b c ||| 0 ||| b ||| 2 2\n1 0\n0 1\n",
       "m:1: output: expected 1 words and END, or 2 words, got 3 words"},
      {"0 ||| a ||| 0 |||  ||| 2 2\n1 0\n0 1\n",
       "m:1: source: expected 1 words and END, or 2 words, got 0 words"},
  };
  for (const auto& c : cases) {
    INFO(printable(c.text));
    CHECK_THROWS_WITH(read_sentence(c.text, "nematus", 1), c.message);
    CHECK_THROWS_AS(read_sentence(c.text, "nematus", 1), InputError);
  }
  CHECK_THROWS_WITH(read_sentence(foreign("nematus.txt"), "nematus", 3),
                    "sentence: expected 1..2, the sentences in m, got 3");
}

}  // namespace
}  // namespace attnviz

#include "formats/alignment_text.h"

#include "attnviz/error.h"
#include "catch.h"
#include "formats/attention_io.h"
#include "formats/read_map.h"

namespace attnviz {
namespace {

AttentionMap example() {
  AttentionMap map;
  map.source = {"das", "Haus", "</s>"};
  map.target = {"the", "house", "there", "</s>"};
  map.weights = {0.75F, 0.25F, 0, 0.25F, 0.5F, 0.25F, 0, 0.25F, 0.75F, 0, 0, 1};
  return map;
}

TEST_CASE("links are those of the highest weights, END left out") {
  CHECK(attention_to_pharaoh(example()) == "0-0 1-1");
  AttentionMap map = example();
  map.weights[6] = 1;  // `there` attends to `das`
  CHECK(attention_to_pharaoh(map) == "0-0 1-1 0-2");
  map.source.back() = map.target.back() = "end";  // no END in the map: all rows count
  CHECK(attention_to_pharaoh(map) == "0-0 1-1 0-2 2-3");
  CHECK(attention_to_pharaoh({}) == "");
}

TEST_CASE("Marian's format is written as it is read") {
  const std::string text = attention_to_marian(example());
  CHECK(text == "the house there ||| 0.75,0.25,0 0.25,0.5,0.25 0,0.25,0.75 0,0,1");
  const AttentionMap back = read_sentence(text + "\n", "marian", 1);
  CHECK(back.weights == example().weights);
  CHECK(back.target == example().target);
}

TEST_CASE("one of several answers is written as Marian's n-best lists are read") {
  const std::string text = attention_to_marian(example(), 7, -0.5);
  CHECK(text ==
        "7 ||| the house there ||| 0.75,0.25,0 0.25,0.5,0.25 0,0.25,0.75 0,0,1 ||| F0= -0.5 ||| "
        "-0.5");
  const AttentionMap back = read_sentence(text + "\n", "marian", 1);
  CHECK(back.weights == example().weights);
  CHECK(back.target == example().target);
}

TEST_CASE("a symbol that separates fields is refused by name") {
  AttentionMap map = example();
  map.source[0] = "|||";
  CHECK(attention_to_marian(map).starts_with("the house there |||"));  // holds no inputs
  CHECK_THROWS_WITH(attention_to_nematus(map, 0, 0),
                    Catch::Matchers::StartsWith("symbol \"|||\": separates the fields of Nem"));
  map.target[1] = "|||";
  CHECK_THROWS_AS(attention_to_marian(map), InputError);
  CHECK(attention_to_pharaoh(map) == "0-0 1-1");
}

TEST_CASE("Nematus' format is written as it is read") {
  const std::string text = attention_to_nematus(example(), 3, -0.5);
  CHECK(text ==
        "3 ||| the house there ||| -0.5 ||| das Haus ||| 3 4\n"
        "0.75 0.25 0\n0.25 0.5 0.25\n0 0.25 0.75\n0 0 1\n");
  const AttentionMap back =
      read_sentence(text + '\n' + attention_to_nematus(example(), 4, 0) + '\n', "nematus", 2);
  CHECK(back.weights == example().weights);
  CHECK(back.source == example().source);
  CHECK(back.target == example().target);
}

TEST_CASE("a space that is a symbol stays one") {
  AttentionMap map = example();
  map.target[1] = " ";
  const std::string text = attention_to_marian(map);
  CHECK(text.starts_with("the \u2423 there |||"));
  CHECK(read_sentence(text, "marian", 1).target[1] == "\u2423");
}

}  // namespace
}  // namespace attnviz

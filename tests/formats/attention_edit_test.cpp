#include "formats/attention_edit.h"

#include <cmath>
#include <limits>

#include "attnviz/error.h"
#include "base/number.h"
#include "catch.h"

using namespace attnviz;

namespace {

using Labels = std::vector<std::string>;

const float masked = std::numeric_limits<float>::quiet_NaN();

/// The labels of a side after merging.
Labels merged(Labels pieces, const std::string& mark) {
  AttentionMap map{{"x"}, pieces, std::vector<float>(pieces.size(), 1.0F), {}, {}, {}};
  merge_pieces(map, mark);
  return map.target;
}

AttentionMap numbered(std::size_t rows, std::size_t columns) {
  AttentionMap map;
  for (std::size_t c = 0; c < columns; ++c) map.source.push_back("c" + std::to_string(c));
  for (std::size_t r = 0; r < rows; ++r) map.target.push_back("r" + std::to_string(r));
  for (std::size_t i = 0; i < rows * columns; ++i) map.weights.push_back(static_cast<float>(i));
  return map;
}

bool has_range(const std::string& text, std::size_t begin, std::size_t end) {
  const SideRange range = side_range(text, 12, "crop_rows");
  return range.begin == begin && range.end == end;
}

}  // namespace

TEST_CASE("a range of a side is read as Python reads it, but never clipped", "[edit]") {
  CHECK(has_range("", 0, 12));
  CHECK(has_range(":", 0, 12));
  CHECK(has_range("0:4", 0, 4));
  CHECK(has_range("3:", 3, 12));
  CHECK(has_range(":-1", 0, 11));
  CHECK(has_range("-3:-1", 9, 11));
  CHECK(has_range("0:12", 0, 12));
  for (const std::string text : {"0:13", "4:4", "5:2", "3", "a:b", "0:4:2", "-13:", "0x1:4", " 0:4",
                                 "99999999999999999999:"}) {
    INFO(text);
    CHECK_THROWS_AS(side_range(text, 12, "crop_rows"), SettingError);
  }
  CHECK_THROWS_WITH(side_range("0:13", 12, "crop_rows"),
                    "crop_rows: expected a range inside 0:12, as in 0:12 or 1:-1, got \"0:13\"");
}

TEST_CASE("a crop keeps weights, labels and gold of the part, and says what it cut off", "[edit]") {
  AttentionMap map = numbered(3, 4);
  map.weights = {0.5F, 0.25F, 0.25F, 0, 0, 0.9F, masked, 0.1F, 0, 0, 0, 1};
  map.gold = {{0, 1}, {1, 3}, {3}};
  map.expected = {"a", "b", "c"};
  map.copied = {0.5F, 0.25F, 1};
  crop(map, {0, 2}, {1, 3});
  CHECK(map.target == Labels{"r0", "r1"});
  CHECK(map.source == Labels{"c1", "c2"});
  CHECK(map.expected == Labels{"a", "b"});
  CHECK(map.copied == std::vector<float>{0.5F, 0.25F});
  CHECK(map.gold == GoldAlignment{{0}, {0}});
  CHECK(map.weights[0] == 0.25F);
  CHECK(map.weights[2] == 0.9F);
  CHECK(is_masked(map.weights[3]));
  CHECK(map.metadata.at("note") ==
        "cropped to rows 0:2 of 3, columns 1:3 of 4, 3 gold links cut off");
  CHECK(parse_number(map.metadata.at("cut_off")) == Catch::Approx(0.3));
}

TEST_CASE("a crop of padding cuts off nothing, of negative weights no share", "[edit]") {
  AttentionMap padded = numbered(2, 3);
  padded.weights = {0.5F, 0.5F, 0, 1, 0, 0};
  crop(padded, {0, 2}, {0, 2});
  CHECK(padded.metadata.at("note") == "cropped to columns 0:2 of 3");
  CHECK(padded.metadata.at("cut_off") == "0");
  AttentionMap scores = numbered(2, 3);
  scores.weights[0] = -1;
  crop(scores, {0, 1}, {0, 2});
  CHECK(scores.metadata.at("note") == "cropped to rows 0:1 of 2, columns 0:2 of 3");
  CHECK_FALSE(scores.metadata.contains("cut_off"));
  AttentionMap changes = numbered(2, 3);
  changes.kind = MapKind::attribution;  // any of them may be negative
  crop(changes, {0, 2}, {0, 2});
  CHECK_FALSE(changes.metadata.contains("cut_off"));
  AttentionMap whole = numbered(2, 3);
  crop(whole, {0, 2}, {0, 3});
  CHECK(whole.metadata.empty());
  CHECK(whole.weights.size() == 6);
}

TEST_CASE("the pieces of words are joined as their tokenizer marks them", "[edit]") {
  CHECK(merged({"lo@@", "w@@", "er", "house"}, "@@") == Labels{"lower", "house"});
  CHECK(merged({"[CLS]", "un", "##aff", "##able", "man", "[SEP]"}, "##") ==
        Labels{"[CLS]", "unaffable", "man", "[SEP]"});
  CHECK(merged({"▁Hel", "lo", "▁world", ".", "</s>"}, "▁") == Labels{"Hello", "world.", "</s>"});
  CHECK(merged({"The", "Ġquick", "er", "Ġfox", "Ċ", "So"}, "Ġ") ==
        Labels{"The", "quicker", "fox", "Ċ", "So"});
  CHECK(merged({"lo", "w</w>", "the</w>", "<", "</w>"}, "</w>") == Labels{"low", "the", "<"});
  // What joins nothing
  CHECK(merged({"##x", "a"}, "##") == Labels{"##x", "a"});
  CHECK(merged({"<s>", "##x"}, "##") == Labels{"<s>", "##x"});
  CHECK(merged({"▁", "▁a"}, "▁") == Labels{"▁", "a"});
  CHECK(merged({"a", "b", "c"}, "▁") == Labels{"a", "b", "c"});
  CHECK(merged({"eng_Latn", "▁Hel", "lo", "</s>", "▁a"}, "▁") ==
        Labels{"eng_Latn", "Hello", "</s>", "a"});
  CHECK(merged({"</s>", "deu_Latn", "▁Ha", "us"}, "▁") == Labels{"</s>", "deu_Latn", "Haus"});
}

TEST_CASE("byte-level BPE writes bytes as letters, which are read", "[edit]") {
  CHECK(merged({"Ġgro", "ÃŁ", "er", "ĠcafÃ©", "Ġà¤¨"}, "Ġ") == Labels{"großer", "café", "न"});
  CHECK(merged({"Ġgröß", "er", "Ġ\xc4\x8a"}, "Ġ") ==
        Labels{"größer", "Ċ"});  // no bytes; a line end
  CHECK(merged({"▁cafÃ©"}, "▁") == Labels{"cafÃ©"});
}

TEST_CASE("what was expected is joined as the labels are", "[edit]") {
  const auto expected = [](Labels pieces, const Labels& target, const std::string& mark) {
    AttentionMap map{{"x"}, target, std::vector<float>(target.size(), 1.0F), {}, {}, {}};
    map.expected = std::move(pieces);
    merge_pieces(map, mark);
    return map.expected;
  };
  CHECK(expected({"ĠcafÃ©", "s", "Ġ"}, {"Ġtea", "s", "Ġx"}, "Ġ") == Labels{"cafés", " "});
  CHECK(expected({"##a", "##b", "c"}, {"x", "##y", "z"}, "##") == Labels{"##ab", "c"});
  CHECK(expected({"", "", "▁a"}, {"▁x", "y", "▁z"}, "▁") == Labels{"", "a"});
}

TEST_CASE("merging sums columns, averages rows and unites gold", "[edit]") {
  AttentionMap map{{"lo@@", "w", "house"},
                   {"Ha@@", "us", "</s>"},
                   {0.5F, 0.25F, 0.25F, 0.1F, 0.1F, 0.8F, 0, 0, 1},
                   {{0}, {1, 2}, {}},
                   {"Ha@@", "nd", "</s>"},
                   {}};
  map.copied = {0.5F, 1, 0.25F};
  CHECK(merge_pieces(map, "@@"));
  CHECK(map.source == Labels{"low", "house"});
  CHECK(map.target == Labels{"Haus", "</s>"});
  CHECK(map.expected == Labels{"Hand", "</s>"});
  CHECK(map.copied == std::vector<float>{0.75F, 0.25F});
  CHECK(map.gold == GoldAlignment{{0, 1}, {}});
  CHECK(map.at(0, 0) == Catch::Approx(0.475));
  CHECK(map.at(0, 1) == Catch::Approx(0.525));
  CHECK(map.at(1, 1) == 1.0F);
  CHECK(map.metadata.at("note") == "pieces joined at @@: 2 rows of 3, 2 columns of 3");
  CHECK_FALSE(merge_pieces(map, "@@"));
}

TEST_CASE("a merged cell is masked where all its pieces are", "[edit]") {
  AttentionMap map{
      {"a@@", "b", "c"}, {"x@@", "y"}, {1, masked, masked, 0.5F, 0.5F, masked}, {}, {}, {}};
  merge_pieces(map, "@@");
  CHECK(map.at(0, 0) == 1.0F);  // the rows sum to one
  CHECK(is_masked(map.at(0, 1)));
}

#include "text/batch.h"

#include <algorithm>

#include "catch.h"

using namespace attnviz;

namespace {

Batch packed(const std::vector<EncodedPair>& pairs) {
  std::vector<const EncodedPair*> pointers;
  for (const EncodedPair& pair : pairs) pointers.push_back(&pair);
  Batch batch;
  pack(pointers, batch);
  return batch;
}

using Ints = std::vector<int>;

}  // namespace

TEST_CASE("encoding closes with END and decoding stops there", "[batch]") {
  const Vocabulary vocabulary({"a", "b"});
  const std::vector<std::string> symbols = {"b", "a", "x"};
  const Ints ids = encode(vocabulary, symbols);
  CHECK(ids == Ints{5, 4, Vocabulary::unknown, Vocabulary::end});
  CHECK(decode(vocabulary, ids) == std::vector<std::string>{"b", "a", "<unk>"});
  CHECK(decode(vocabulary, Ints{4, 5}) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("columns are packed step by step, longest source first", "[batch]") {
  // source lengths 2, 3, 1; target lengths 1, 2, 3
  const Batch batch = packed({{{4, 2}, {2}}, {{5, 6, 2}, {7, 2}}, {{2}, {8, 9, 2}}});
  CHECK(batch.order == Ints{1, 0, 2});
  CHECK(batch.starts == Ints{0, 3, 5, 6});
  CHECK(batch.source == Ints{5, 4, 2, 6, 2, 2});
  CHECK(batch.source_first == Ints{0, 3, 5, 6});
  CHECK(batch.source_steps() == 3);
  CHECK(batch.source_length(1) == 2);
}

TEST_CASE("a target that ends early keeps its column until those behind it end", "[batch]") {
  const Batch batch = packed({{{4, 2}, {2}}, {{5, 6, 2}, {7, 2}}, {{2}, {8, 9, 2}}});
  CHECK(batch.target_first == Ints{0, 3, 6, 9});
  CHECK(batch.inputs == Ints{1, 1, 1, 7, 0, 8, 0, 0, 9});
  CHECK(batch.labels == Ints{7, 2, 8, 2, -1, 9, -1, -1, 2});
}

TEST_CASE("equally long pairs need no filling at all", "[batch]") {
  const Batch batch = packed({{{4, 2}, {5, 2}}, {{4, 4, 2}, {5, 5, 2}}, {{2}, {2}}});
  CHECK(std::count(batch.labels.begin(), batch.labels.end(), -1) == 0);
  CHECK(batch.target_first == Ints{0, 3, 5, 6});
}

TEST_CASE("a batch can be packed again into the same buffers", "[batch]") {
  std::vector<EncodedPair> pairs = {{{4, 4, 2}, {5, 2}}, {{2}, {2}}};
  Batch batch = packed(pairs);
  std::vector<const EncodedPair*> one = {&pairs[1]};
  pack(one, batch);
  CHECK(batch.size == 1);
  CHECK(batch.source == Ints{2});
  CHECK(batch.labels == Ints{2});
  pack_sources(one, batch);
  CHECK(batch.labels.empty());
  CHECK(batch.target_steps() == 0);
}

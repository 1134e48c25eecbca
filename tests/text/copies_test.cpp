#include "text/copies.h"

#include "catch.h"
#include "temporary_file.h"
#include "text/corpus.h"

namespace attnviz {
namespace {

using Words = std::vector<std::string>;
using Ids = std::vector<int>;

const Vocabulary vocabulary({"x", "y"});  // 4 and 5

TEST_CASE("copies number equal texts alike, those outside the vocabulary from its size on",
          "[copy]") {
  EncodedPair pair;
  set_copies(vocabulary, Words{"Ann", "y", "Bob", "Ann"}, Words{"x", "Bob", "Cid", "Ann"}, pair);
  CHECK(pair.copies == Ids{6, 5, 7, 6, 2});
  CHECK(pair.labels == Ids{4, 7, 3, 6, 2});
  CHECK(&pair.wanted() == &pair.labels);
}

TEST_CASE("labels of reserved symbols are copied as the unknown symbol", "[copy]") {
  EncodedPair pair;
  set_copies(vocabulary, Words{"<unk>", "</s>", "Ann"}, Words{"<unk>", "<pad>"}, pair);
  CHECK(pair.copies == Ids{3, 3, 6, 2});
  CHECK(pair.labels == Ids{3, 3, 2});
}

TEST_CASE("an answer with copies is spelt with the texts of its source", "[copy]") {
  const Words source = {"Ann", "y", "Bob"};
  EncodedPair pair;
  set_copies(vocabulary, source, Words{}, pair);
  CHECK(decode_answer(vocabulary, Ids{7, 4, 6, 3, 2, 5}, source, pair.copies) ==
        Words{"Bob", "x", "Ann", "<unk>"});
  CHECK(decode_answer(vocabulary, Ids{4, 2}, source, {}) == Words{"x"});
}

TEST_CASE("a corpus gives the copies of its pairs as their texts do", "[copy]") {
  const TemporaryFile file("Ann sees y\tx Ann\nBob\tBob x\nBob Ann\tAnn Cid\n");
  const Tokenizer words{Unit::word};
  for (const bool copies : {false, true}) {
    Corpus corpus;
    corpus.read({.pairs = file.path()}, words, words, 100);
    const Vocabulary known({"sees", "Bob"});
    corpus.encode(known, vocabulary, copies);
    EncodedPair pair;
    corpus.get(0, pair);
    CHECK(pair.source == Ids{3, 4, 3, 2});
    CHECK(pair.target == Ids{4, 3, 2});
    CHECK(pair.copies == (copies ? Ids{6, 7, 5, 2} : Ids{}));
    CHECK(pair.labels == (copies ? Ids{4, 6, 2} : Ids{}));
    corpus.get(2, pair);
    CHECK(pair.copies == (copies ? Ids{6, 7, 2} : Ids{}));
    CHECK(pair.labels == (copies ? Ids{7, 3, 2} : Ids{}));
    CHECK(pair.wanted() == (copies ? pair.labels : pair.target));
  }
}

TEST_CASE("a batch packs copies by example and the labels that are wanted", "[copy]") {
  std::vector<EncodedPair> pairs(2);
  pairs[0] = {{4, 2}, {3, 2}, {6, 2}, {6, 2}};
  pairs[1] = {{5, 3, 2}, {4, 2}, {4, 6, 2}, {4, 2}};
  const EncodedPair* const pointers[] = {&pairs[0], &pairs[1]};
  Batch batch;
  pack(pointers, batch);
  CHECK(batch.copies == Ids{4, 6, 2, 6, 2});
  CHECK(batch.labels == Ids{4, 6, 2, 2});
  CHECK(batch.inputs == Ids{1, 1, 4, 3});
}

}  // namespace
}  // namespace attnviz

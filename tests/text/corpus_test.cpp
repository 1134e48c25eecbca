#include "text/corpus.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "attnviz/error.h"
#include "catch.h"
#include "temporary_file.h"

namespace attnviz {
namespace {

constexpr Tokenizer words{Unit::word};

std::vector<std::uint32_t> all_of(const Corpus& corpus) {
  std::vector<std::uint32_t> indices(corpus.size());
  std::iota(indices.begin(), indices.end(), 0U);
  return indices;
}

ReadCounts read(Corpus& corpus, std::string_view bytes, int max_length = 100) {
  const TemporaryFile file(bytes);
  return corpus.read({.pairs = file.path()}, words, words, max_length);
}

std::vector<std::string> source_of(const Corpus& corpus, std::size_t i) {
  EncodedPair pair;
  corpus.get(i, pair);
  return decode(corpus.source_vocabulary(), pair.source);
}

TEST_CASE("a corpus gives back its pairs as numbers, END last") {
  Corpus corpus;
  const ReadCounts counts = read(corpus, "b a\tx\na\ty x\n");
  CHECK(counts.pairs == 2);
  corpus.encode(all_of(corpus), {});
  CHECK(corpus.source_vocabulary().symbols() == std::vector<std::string>{"a", "b"});
  CHECK(corpus.target_vocabulary().symbols() == std::vector<std::string>{"x", "y"});
  EncodedPair pair;
  corpus.get(0, pair);
  CHECK(pair.source == std::vector<int>{5, 4, Vocabulary::end});
  CHECK(pair.target == std::vector<int>{4, Vocabulary::end});
  corpus.get(1, pair);
  CHECK(pair.source == std::vector<int>{4, Vocabulary::end});
  CHECK(pair.target == std::vector<int>{5, 4, Vocabulary::end});
}

TEST_CASE("vocabularies hold what is frequent in training, by count and then by bytes") {
  const std::string bytes = "c b a c\tx\nb c\tx\nd d d d\ty\n";
  struct {
    VocabularyLimits limits;
    std::vector<std::string> expected;
  } cases[] = {
      {{}, {"c", "b", "a"}},
      {{.min_count = 2}, {"c", "b"}},
      {{.max_size = 1}, {"c"}},
      {{.min_count = 2, .max_size = 1}, {"c"}},
  };
  for (const auto& c : cases) {
    Corpus corpus;
    read(corpus, bytes);
    const std::vector<std::uint32_t> training = {0, 1};
    corpus.encode(training, c.limits);
    CHECK(corpus.source_vocabulary().symbols() == c.expected);
    EncodedPair pair;
    corpus.get(2, pair);
    CHECK(pair.source == std::vector<int>{3, 3, 3, 3, Vocabulary::end});
    CHECK(pair.target == std::vector<int>{Vocabulary::unknown, Vocabulary::end});
  }
}

TEST_CASE("a vocabulary without a symbol is refused") {
  Corpus corpus;
  read(corpus, "<unk> b a a b a <unk> <unk> <unk>\tx\nc\ty\n");
  CHECK_THROWS_WITH(corpus.encode(std::vector<std::uint32_t>{0}, {.min_count = 4}),
                    "source symbols: expected one that occurs at least 4 times in the training "
                    "pairs, got at most 3 of one, \"a\"");
  CHECK_THROWS_AS(corpus.encode(std::vector<std::uint32_t>{0}, {.min_count = 2}),
                  EmptyVocabularyError);  // targets
  Corpus labels;
  read(labels, "a\t<s>\n");
  CHECK_THROWS_WITH(labels.encode(all_of(labels), {}),
                    "target symbols: expected others than <pad>, <s>, </s>, <unk> in the training "
                    "pairs, got none");
}

TEST_CASE("the labels of reserved symbols are unknown words") {
  Corpus corpus;
  const ReadCounts counts = read(corpus, "b\tx\n<unk> a </s>\t<s> x\n");
  CHECK(counts.notes.labels == 3);
  CHECK(counts.notes.first_label.ends_with(":2: \"<unk>\""));
  corpus.encode(all_of(corpus), {});
  CHECK(corpus.source_vocabulary().symbols() == std::vector<std::string>{"a", "b"});
  CHECK(source_of(corpus, 1) == std::vector<std::string>{"<unk>", "a", "<unk>"});
}

TEST_CASE("pairs that are too long on a side are left out and counted") {
  Corpus corpus;
  const ReadCounts counts = read(corpus, "a b\tx\na\tx y z\na b c\tx\nb\ty\n", 2);
  CHECK(counts.pairs == 2);
  CHECK(counts.too_long == 2);
  CHECK(corpus.size() == 2);
}

TEST_CASE("gold stays with its pair") {
  Corpus corpus;
  read(corpus, "a\tx y\nb c\tx y z\t1 - 0,1\nb\tx\n");
  CHECK(corpus.has_gold());
  CHECK(corpus.gold(0) == GoldAlignment{{}, {}});
  CHECK(corpus.gold(1) == GoldAlignment{{1}, {}, {0, 1}});
  CHECK(corpus.gold(2) == GoldAlignment{{}});
}

TEST_CASE("a split keeps equal sources on one side and every pair somewhere") {
  std::string bytes;
  for (int i = 0; i < 600; ++i) {
    bytes += "w" + std::to_string(i % 200) + " v\tt" + std::to_string(i) + "\n";
  }
  Corpus corpus;
  read(corpus, bytes);
  const CorpusSplit split = split_corpus(corpus, 0, 600, 0.1, 0.2, 7);
  CHECK(split.validation.size() == 60);
  CHECK(split.test.size() == 120);
  CHECK(split.train.size() == 420);
  std::set<std::uint32_t> held(split.validation.begin(), split.validation.end());
  held.insert(split.test.begin(), split.test.end());
  CHECK(held.size() == 180);
  for (const std::uint32_t i : split.train) {
    CHECK(held.count(i % 200) + held.count(i % 200 + 200) + held.count(i % 200 + 400) == 0);
  }
  CHECK(split_corpus(corpus, 0, 600, 0.1, 0.2, 7).test == split.test);
  CHECK(split_corpus(corpus, 0, 600, 0.1, 0.2, 8).test != split.test);
  CHECK(split_corpus(corpus, 0, 600, 0.0, 0.0, 8).train.size() == 600);
  // Texts that differ in their last letter alone go to all parts.
  const auto share = [&](std::uint32_t from) {
    return std::count_if(split.train.begin(), split.train.end(),
                         [from](std::uint32_t i) { return i >= from && i < from + 10; });
  };
  int mixed = 0;
  for (std::uint32_t from = 10; from < 200; from += 10) mixed += share(from) % 10 != 0 ? 1 : 0;
  CHECK(mixed > 12);
}

TEST_CASE("a small corpus still leaves a pair for each part") {
  Corpus corpus;
  read(corpus, "a\tx\nb\tx\nc\tx\n");
  const CorpusSplit split = split_corpus(corpus, 0, 3, 0.1, 0.1, 1);
  CHECK(split.validation.size() == 1);
  CHECK(split.test.size() == 1);
  CHECK(split.train.size() == 1);
}

}  // namespace
}  // namespace attnviz

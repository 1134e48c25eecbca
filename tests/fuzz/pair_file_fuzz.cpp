// Any bytes as sentence pairs; the first one chooses the tokens, and one file or two. What is read
// is written again and is the same.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <numeric>

#include "fuzz/bytes.h"
#include "text/corpus.h"
#include "text/gold_column.h"

namespace {

using namespace attnviz;

/// A file in memory.
class File {
 public:
  explicit File(std::string_view bytes) : file_(::memfd_create("pairs", MFD_CLOEXEC)) {
    require(file_ >= 0);
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_, bytes.data(), bytes.size());
      require(written > 0);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  ~File() { ::close(file_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_;
};

void check_pairs(const PairFiles& files, Tokenizer source, Tokenizer target) {
  std::vector<TextPair> pairs;
  std::string text = "\n";  // a mark of byte order is dropped in the first line only
  PairReader reader(files, source, target);
  for (TextPair pair; reader.next(pair);) {
    require(!pair.source.empty() && !pair.target.empty());
    pair.gold.resize(pair.target.size());
    pair.possible.resize(pair.target.size());
    text += source.join(pair.source) + '\t' + target.join(pair.target) + '\t' +
            gold_text(pair.gold, pair.possible) + '\n';
    pairs.push_back(pair);
  }
  if (files.pairs.empty()) return;  // a text of two files may hold a tab
  const File again(text);
  PairReader second({.pairs = again.path()}, {source.unit, false, false, source.punctuation},
                    {target.unit});
  TextPair copy;
  for (const TextPair& pair : pairs) {
    require(second.next(copy));
    require(copy.source == pair.source && copy.target == pair.target);
    require(copy.gold == pair.gold);
  }
  require(!second.next(copy));
}

void check_corpus(const PairFiles& files, Tokenizer source, Tokenizer target) {
  Corpus corpus;
  corpus.read(files, source, target, 20);
  const CorpusSplit split = split_corpus(corpus, 0, corpus.size(), 0.2, 0.2, 1);
  require(split.train.size() + split.validation.size() + split.test.size() == corpus.size());
  corpus.encode(split.train, {.min_count = 1, .max_size = 5});
  EncodedPair pair;
  for (std::size_t i = 0; i < corpus.size(); ++i) {
    corpus.get(i, pair);
    require(pair.source.size() <= 21 && pair.target.size() <= 21);
    for (const int id : pair.source) require(id >= 0 && id < corpus.source_vocabulary().size());
    for (const auto& row : corpus.gold(i)) {
      for (const int place : row) {
        require(static_cast<std::size_t>(place) + 1 < pair.source.size());
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  std::string_view text = text_of(bytes, count);
  const std::uint8_t choice = take_byte(text);
  const Tokenizer source{(choice & 1U) != 0 ? Unit::word : Unit::character, (choice & 2U) != 0,
                         (choice & 4U) != 0, (choice & 32U) != 0};
  const Tokenizer target{(choice & 8U) != 0 ? Unit::word : Unit::character};
  const bool two = (choice & 16U) != 0;
  const std::size_t end = two ? text.find('\0') : std::string_view::npos;
  const File first(text.substr(0, end));
  const File second(end < text.size() ? text.substr(end + 1) : std::string_view());
  const PairFiles files = two ? PairFiles{.source = first.path(), .target = second.path()}
                              : PairFiles{.pairs = first.path()};
  may_refuse([&] { check_pairs(files, source, target); });
  may_refuse([&] { check_corpus(files, source, target); });
  return 0;
}

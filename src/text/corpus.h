// Many sentence pairs as numbers, four bytes per token.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/batch.h"
#include "text/pair_reader.h"
#include "text/vocabulary.h"

namespace attnviz {

/// Numbers symbols in the order in which they first occur.
class SymbolTable {
 public:
  /// The number of a symbol, a new one if it was never seen.
  int number(std::string_view symbol);
  std::size_t size() const { return symbols_.size(); }
  std::size_t bytes() const { return bytes_; }  // of all symbols
  const std::string& symbol(int number) const {
    return *symbols_[static_cast<std::size_t>(number)];
  }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, int, Hash, std::equal_to<>> numbers_;
  std::vector<const std::string*> symbols_;  // keys of the map, which stay where they are
  std::size_t bytes_ = 0;
};

/// Sequences of numbers one after the other, in two arrays.
class FlatLists {
 public:
  std::size_t size() const { return ends_.size(); }
  std::size_t count() const { return numbers_.size(); }  // of all lists together
  std::span<const int> operator[](std::size_t i) const {
    const std::size_t first = i == 0 ? 0 : ends_[i - 1];
    return std::span(numbers_).subspan(first, ends_[i] - first);
  }
  void push(std::span<const int> list);
  std::vector<int>& numbers() { return numbers_; }

 private:
  std::vector<int> numbers_;
  std::vector<std::size_t> ends_;
};

/// Which symbols get a number of their own; the others are unknown.
struct VocabularyLimits {
  int min_count = 1;  // occurrences in the training pairs
  int max_size = 0;   // the most frequent ones; 0 for no limit
};

/// No symbol of a side gets a number of its own.
class EmptyVocabularyError : public InputError {
 public:
  using InputError::InputError;
};

/// What was read, and left out.
struct ReadCounts {
  std::size_t pairs = 0;
  std::size_t too_long = 0;  // pairs with more than max_length symbols on a side
  PairNotes notes;
};

/// Pairs in the order of their files.
class Corpus {
 public:
  /// Adds the pairs of files whose sides have at most max_length symbols. Until encode() the
  /// numbers are those of the symbol tables. Throws as PairReader does, and LimitError for more
  /// than a corpus may hold.
  ReadCounts read(const PairFiles& files, Tokenizer source, Tokenizer target, int max_length);

  std::size_t size() const { return sources_.size(); }
  std::span<const int> source(std::size_t i) const { return sources_[i]; }
  std::span<const int> target(std::size_t i) const { return targets_[i]; }
  /// Gold alignment of a pair, one entry a target symbol; all empty where the file has none.
  GoldAlignment gold(std::size_t i) const;
  bool has_gold() const { return gold_.size() > 0; }

  /// Equal for equal source texts, different for others (almost surely). Before encode() only.
  std::uint64_t source_hash(std::size_t i, std::uint64_t seed) const;
  /// Of both sides and the place of a pair, before encode() only. Their sum identifies a corpus.
  std::uint64_t hash(std::size_t i) const;

  /// Vocabularies by falling number of occurrences in the given pairs, ties in the order of their
  /// bytes; then renumbers all pairs by them, symbols without a number as unknown. Throws
  /// EmptyVocabularyError where training pairs have no symbol that occurs often enough, and
  /// InputError where they have none but reserved labels.
  /// `copies` keeps, for a model that copies, which texts outside the vocabularies are equal.
  void encode(std::span<const std::uint32_t> training, const VocabularyLimits& limits,
              bool copies = false);
  /// The same with given vocabularies.
  void encode(const Vocabulary& source, const Vocabulary& target, bool copies = false);

  const Vocabulary& source_vocabulary() const { return source_vocabulary_; }
  const Vocabulary& target_vocabulary() const { return target_vocabulary_; }

  /// A pair with END on both sides, and its copies if they are kept. Buffers of `pair` are reused.
  void get(std::size_t i, EncodedPair& pair) const;

 private:
  SymbolTable source_symbols_;
  SymbolTable target_symbols_;
  FlatLists sources_;
  FlatLists targets_;
  FlatLists gold_;  // of each pair: a count and that many positions for each target symbol
  // Both sides as target symbols, other texts from the vocabulary's size on; empty if not kept.
  FlatLists source_texts_;
  FlatLists target_texts_;
  Vocabulary source_vocabulary_;
  Vocabulary target_vocabulary_;
};

/// The pairs of each part, ascending.
struct CorpusSplit {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> validation;
  std::vector<std::uint32_t> test;
};

/// Splits pairs `first` .. `last` - 1 by a hash of seed and source, so that equal sources are in
/// one part: the given shares of the distinct sources, at least one each where a share is above 0
/// and there are as many sources. Before Corpus::encode.
CorpusSplit split_corpus(const Corpus& corpus, std::size_t first, std::size_t last,
                         double validation, double test, std::uint64_t seed);

}  // namespace attnviz

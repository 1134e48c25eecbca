// Pairs to be scored, as numbers: a file has to be read to its end before it is known which answers
// are right.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "text/corpus.h"
#include "text/pair_reader.h"

namespace attnviz {

class PairList {
 public:
  void add(const TextPair& pair);
  std::size_t size() const { return sources_.size(); }
  TextPair operator[](std::size_t i) const;

  /// The pairs of each source, sources and pairs in the order in which they were added.
  FlatLists by_source() const;

  /// Of some pairs the different targets, that of the first one first.
  std::vector<std::vector<std::string>> targets(std::span<const int> pairs) const;

 private:
  std::vector<std::string> symbols(std::span<const int> numbers) const;

  SymbolTable symbols_;
  FlatLists sources_;
  FlatLists targets_;
  FlatLists gold_;  // of a target symbol: a count and that many positions, twice each, and one more
                    // for those that are possible; nothing for a pair without gold
};

}  // namespace attnviz

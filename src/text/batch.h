// Numbered sequence pairs, packed into the columns that the model computes.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "text/vocabulary.h"

namespace attnviz {

/// A pair as numbers. END closes both sides.
struct EncodedPair {
  std::vector<int> source;
  std::vector<int> target;

  // for a model that copies (text/copies.h), else empty; V is the size of the target vocabulary
  std::vector<int> copies = {};  // of each source symbol: the number it has in an answer
  std::vector<int> labels = {};  // the target in those numbers

  /// What the answer should be.
  const std::vector<int>& wanted() const { return labels.empty() ? target : labels; }
};

/// `symbols` as numbers, then END.
std::vector<int> encode(const Vocabulary& vocabulary, std::span<const std::string> symbols);

/// The symbols of `ids` up to END, which is left out.
std::vector<std::string> decode(const Vocabulary& vocabulary, std::span<const int> ids);

/// Pairs side by side. Examples are ordered by falling source length, so those that have not ended
/// at a step are the first few: step t holds the columns first[t] .. first[t + 1] and nothing else.
/// (A target that ends before one behind it keeps its column until that one ends; its label there
/// is -1.)
struct Batch {
  int size = 0;
  std::vector<int> order;   // size: which of the given pairs is column k
  std::vector<int> starts;  // size + 1: sums of source lengths, packing by example

  std::vector<int> source;        // source tokens, step by step
  std::vector<int> source_first;  // source steps + 1
  std::vector<int> inputs;        // of the decoder: START, then the target's symbols
  std::vector<int> labels;        // what it should answer: symbols as EncodedPair::wanted(), END
  std::vector<int> target_first;  // target steps + 1
  std::vector<int> copies;        // of the source tokens, by example; empty without copying

  int source_steps() const { return static_cast<int>(source_first.size()) - 1; }
  int target_steps() const { return static_cast<int>(target_first.size()) - 1; }
  int source_length(int k) const {
    const auto i = static_cast<std::size_t>(k);
    return starts[i + 1] - starts[i];
  }
};

/// Packs pairs, of which none is empty. Buffers of `batch` are reused.
void pack(std::span<const EncodedPair* const> pairs, Batch& batch);

/// Packs sources alone; the target side stays empty.
void pack_sources(std::span<const EncodedPair* const> pairs, Batch& batch);

}  // namespace attnviz

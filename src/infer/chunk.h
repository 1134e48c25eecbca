// How many sequences are worked on at once: enough for fast products, few enough for any memory.
#pragma once

#include <algorithm>
#include <cstddef>

namespace attnviz {

/// What one of several sequences takes side by side: rows of its own, as wide as the widest.
struct ChunkSize {
  std::size_t rows;
  std::size_t columns;
};

/// The numbers that maps are given at once: 64 MiB.
inline constexpr std::size_t most_weights_at_once = std::size_t{1} << 24U;

/// Where the chunk ends that begins at `first`: after 64 of `count` sequences, or before they need
/// more than most_weights_at_once; at least after one. `size(i)` tells the ChunkSize of one.
template <typename F>
std::size_t chunk_end(std::size_t first, std::size_t count, F&& size) {
  constexpr std::size_t most = 64;
  std::size_t rows = 0;
  std::size_t columns = 0;
  for (std::size_t i = first; i < std::min(count, first + most); ++i) {
    const ChunkSize one = size(i);
    rows += one.rows;
    columns = std::max(columns, one.columns);
    if (i > first && rows * columns > most_weights_at_once) return i;
  }
  return std::min(count, first + most);
}

}  // namespace attnviz

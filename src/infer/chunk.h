// How many sequences are processed at once: enough for fast products, few enough for any memory.
#pragma once

#include <algorithm>
#include <cstddef>

namespace attnviz {

/// The size of one of several sequences side by side: its rows, as wide as the widest.
struct ChunkSize {
  std::size_t rows;
  std::size_t columns;
};

/// The numbers that the maps of one chunk may hold: 64 MiB.
inline constexpr std::size_t max_weights_at_once = std::size_t{1} << 24U;

/// Where the chunk ends that begins at `first`: after 64 of `count` sequences, or before they need
/// more than max_weights_at_once; at least after one. `size(i)` is the ChunkSize of one.
template <typename F>
std::size_t chunk_end(std::size_t first, std::size_t count, F&& size) {
  constexpr std::size_t max = 64;
  std::size_t rows = 0;
  std::size_t columns = 0;
  for (std::size_t i = first; i < std::min(count, first + max); ++i) {
    const ChunkSize one = size(i);
    rows += one.rows;
    columns = std::max(columns, one.columns);
    if (i > first && rows * columns > max_weights_at_once) return i;
  }
  return std::min(count, first + max);
}

/// Calls f(first, end) for one chunk of `count` sequences after the other.
template <typename Size, typename F>
void for_each_chunk(std::size_t count, Size&& size, F&& f) {
  for (std::size_t first = 0, end = 0; first < count; first = end) {
    end = chunk_end(first, count, size);
    f(first, end);
  }
}

}  // namespace attnviz

#include "infer/chunk.h"

#include <vector>

#include "catch.h"

using namespace attnviz;

TEST_CASE("a chunk holds 64 sequences, or as many as fit") {
  struct Case {
    std::vector<ChunkSize> sizes;
    std::size_t first, end;
  };
  const std::size_t most = max_weights_at_once;
  const std::vector<Case> cases{
      {std::vector<ChunkSize>(100, {10, 10}), 0, 64},
      {std::vector<ChunkSize>(100, {10, 10}), 64, 100},
      {{}, 0, 0},
      {std::vector<ChunkSize>(9, {most / 4, 1}), 0, 4},
      {std::vector<ChunkSize>(9, {most / 4, 1}), 8, 9},
      {{{most, 2}, {1, 1}}, 0, 1},              // one alone, however big
      {{{2, 1}, {2, 1}, {1, most / 4}}, 0, 2},  // the widest counts for all
  };
  for (const Case& one : cases) {
    const auto size = [&](std::size_t i) { return one.sizes[i]; };
    CHECK(chunk_end(one.first, one.sizes.size(), size) == one.end);
  }
}

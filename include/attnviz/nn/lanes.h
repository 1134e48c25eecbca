// A vector register full of scalars, for the two places where a loop over it must be laid out by
// hand: matrix products and additive attention. Arithmetic on Lanes is element by element.
#pragma once

#include <cstring>

#include "attnviz/nn/types.h"

namespace attnviz {

#if defined(__AVX512F__)
inline constexpr int lane_bytes = 64;
#elif defined(__AVX__)
inline constexpr int lane_bytes = 32;
#else
inline constexpr int lane_bytes = 16;
#endif

using Lanes [[gnu::vector_size(lane_bytes)]] = Scalar;
inline constexpr Index lane_count = lane_bytes / static_cast<int>(sizeof(Scalar));

inline Lanes load(const Scalar* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

inline void store(const Lanes& lanes, Scalar* to) {
  std::memcpy(to, &lanes, sizeof lanes);
}

/// The first `count` lanes alone, or all if there are fewer; the others are zero, or stay as they
/// are in memory.
inline Lanes load(const Scalar* from, Index count) {
  if (count >= lane_count) return load(from);
  Lanes lanes{};
  std::memcpy(&lanes, from, static_cast<std::size_t>(count) * sizeof(Scalar));
  return lanes;
}
inline void store(const Lanes& lanes, Scalar* to, Index count) {
  if (count >= lane_count) return store(lanes, to);
  std::memcpy(to, &lanes, static_cast<std::size_t>(count) * sizeof(Scalar));
}

/// Sum of the lanes, by halves.
inline Scalar sum(const Lanes& lanes) {
  Scalar parts[lane_count];
  store(lanes, parts);
  for (Index half = lane_count / 2; half > 0; half /= 2) {
    for (Index i = 0; i < half; ++i) parts[i] += parts[i + half];
  }
  return parts[0];
}

}  // namespace attnviz

// A vector register full of scalars, for loops that the compiler does not lay out well by itself.
// Arithmetic on Lanes is element by element; a comparison gives a mask for ?:.
#pragma once

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include <cstring>
#include <utility>

#include "nn/types.h"

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

#if defined(__AVX512F__) && !defined(ATTNVIZ_SCALAR_DOUBLE)
#define ATTNVIZ_AVX512_FLOATS  // what one instruction does there and a loop elsewhere
inline __mmask16 first_lanes(Index count) {
  return static_cast<__mmask16>((1U << count) - 1U);
}
#endif

/// The first `count` lanes alone, or all if there are fewer: the others hold `filling`, or stay as
/// they are in memory.
inline Lanes load(const Scalar* from, Index count, Scalar filling = 0) {
  if (count >= lane_count) return load(from);
  Lanes lanes = Lanes{} + filling;
#if defined(ATTNVIZ_AVX512_FLOATS)
  lanes = reinterpret_cast<Lanes>(
      _mm512_mask_loadu_ps(reinterpret_cast<__m512>(lanes), first_lanes(count), from));
#else
  std::memcpy(&lanes, from, static_cast<std::size_t>(count) * sizeof(Scalar));
#endif
  return lanes;
}
inline void store(const Lanes& lanes, Scalar* to, Index count) {
  if (count >= lane_count) return store(lanes, to);
#if defined(ATTNVIZ_AVX512_FLOATS)
  _mm512_mask_storeu_ps(to, first_lanes(count), reinterpret_cast<__m512>(lanes));
#else
  std::memcpy(to, &lanes, static_cast<std::size_t>(count) * sizeof(Scalar));
#endif
}

template <Index By, std::size_t... I>
Lanes rotate(const Lanes& lanes, std::index_sequence<I...>) {
  return __builtin_shufflevector(lanes, lanes, (static_cast<Index>(I) + By) % lane_count...);
}

/// All lanes as one, halves laid on each other: `join` makes two registers one, lane by lane.
template <Index Half = lane_count / 2, typename Join>
Scalar fold(const Lanes& lanes, Join join) {
  if constexpr (Half == 0) {
    return lanes[0];
  } else {
    constexpr auto all = std::make_index_sequence<static_cast<std::size_t>(lane_count)>();
    return fold<Half / 2>(join(lanes, rotate<Half>(lanes, all)), join);
  }
}

inline Scalar sum(const Lanes& lanes) {
  return fold(lanes, [](const Lanes& a, const Lanes& b) { return a + b; });
}
inline Scalar greatest(const Lanes& lanes) {
  return fold(lanes, [](const Lanes& a, const Lanes& b) { return a > b ? a : b; });
}

/// 1 / x to half a unit in the last place or so, where a division costs more than all the rest of
/// an activation. x must be normal.
inline Lanes reciprocal(const Lanes& x) {
#if defined(ATTNVIZ_AVX512_FLOATS)
  const auto estimate =
      reinterpret_cast<Lanes>(_mm512_maskz_rcp14_ps(0xFFFF, reinterpret_cast<__m512>(x)));
  return estimate * (2 - x * estimate);  // Newton's step doubles the 14 bits
#else
  return 1 / x;
#endif
}

}  // namespace attnviz

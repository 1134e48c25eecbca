// SIMD registers of scalars, for loops that the compiler does not vectorise well by itself.
// Arithmetic on Simd is element by element; a comparison gives a mask for ?:.
#pragma once

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include <cstring>
#include <utility>

#include "nn/types.h"

namespace attnviz {

#if defined(__AVX512F__)
inline constexpr int simd_bytes = 64;
#elif defined(__AVX__)
inline constexpr int simd_bytes = 32;
#else
inline constexpr int simd_bytes = 16;
#endif

using Simd [[gnu::vector_size(simd_bytes)]] = Scalar;
inline constexpr Index simd_size = simd_bytes / static_cast<int>(sizeof(Scalar));

inline Simd load(const Scalar* from) {
  Simd x;
  std::memcpy(&x, from, sizeof x);
  return x;
}

inline void store(const Simd& x, Scalar* to) {
  std::memcpy(to, &x, sizeof x);
}

#if defined(__AVX512F__) && !defined(ATTNVIZ_SCALAR_DOUBLE)
#define ATTNVIZ_AVX512_FLOATS  // what one instruction does there and a loop elsewhere
inline __mmask16 first_elements(Index count) {
  return static_cast<__mmask16>((1U << count) - 1U);
}
#endif

/// Loads the first `count` elements, fewer than a register has; the others are `filling`.
inline Simd load(const Scalar* from, Index count, Scalar filling = 0) {
  Simd x = Simd{} + filling;
#if defined(ATTNVIZ_AVX512_FLOATS)
  x = reinterpret_cast<Simd>(
      _mm512_mask_loadu_ps(reinterpret_cast<__m512>(x), first_elements(count), from));
#else
  std::memcpy(&x, from, static_cast<std::size_t>(count) * sizeof(Scalar));
#endif
  return x;
}

/// Stores the first `count` elements, fewer than a register has.
inline void store(const Simd& x, Scalar* to, Index count) {
#if defined(ATTNVIZ_AVX512_FLOATS)
  _mm512_mask_storeu_ps(to, first_elements(count), reinterpret_cast<__m512>(x));
#else
  std::memcpy(to, &x, static_cast<std::size_t>(count) * sizeof(Scalar));
#endif
}

/// Marks the elements from `first` on.
inline auto elements_from(Index first) {
  Simd index;
  for (Index i = 0; i < simd_size; ++i) index[i] = static_cast<Scalar>(i);
  return index >= Simd{} + static_cast<Scalar>(first);
}

/// A register's worth of columns: at(x) is what x holds there, at[x] = y stores y there. The last
/// one of a column may be partial, with `count` elements.
template <bool partial>
struct SimdPlace {
  Index first;
  Index count = simd_size;

  Simd operator()(const Scalar* x, Scalar filling = 0) const {
    if constexpr (partial) return load(x + first, count, filling);
    return load(x + first);
  }

  struct Target {
    Scalar* to;
    SimdPlace place;
    void operator=(const Simd& value) const {
      if constexpr (partial) return store(value, to + place.first, place.count);
      store(value, to + place.first);
    }
    void operator+=(const Simd& value) const { *this = place(to) + value; }
  };
  Target operator[](Scalar* x) const { return {x, *this}; }

  /// x with zeros behind the end of the column.
  Simd masked(const Simd& x) const {
    if constexpr (partial) return elements_from(count) ? Simd{} : x;
    return x;
  }
};

/// Walks down columns of `size` scalars: body(place) for each register's worth of them.
template <typename Body>
void for_each_register(Index size, Body&& body) {
  Index i = 0;
  for (; i + simd_size <= size; i += simd_size) body(SimdPlace<false>{i});
  if (i < size) body(SimdPlace<true>{i, size - i});
}

/// x, a product that must not be fused with the sums that it enters: bits would differ, and gcc
/// decides by the surrounding code. Elsewhere than on x86 the compiler may fuse it.
inline Simd unfused(Simd x) {
#if defined(__x86_64__)
  asm("" : "+v"(x));
#endif
  return x;
}

template <Index By, std::size_t... I>
Simd rotate(const Simd& x, std::index_sequence<I...>) {
  return __builtin_shufflevector(x, x, (static_cast<Index>(I) + By) % simd_size...);
}

/// All elements as one, by halves: `join` makes two registers one, element by element.
template <Index Width = simd_size / 2, typename Join>
Scalar reduce(const Simd& x, Join join) {
  if constexpr (Width == 0) {
    return x[0];
  } else {
    constexpr auto all = std::make_index_sequence<static_cast<std::size_t>(simd_size)>();
    return reduce<Width / 2>(join(x, rotate<Width>(x, all)), join);
  }
}

inline Scalar reduce_add(const Simd& x) {
  return reduce(x, [](const Simd& a, const Simd& b) { return a + b; });
}
inline Scalar reduce_max(const Simd& x) {
  return reduce(x, [](const Simd& a, const Simd& b) { return a > b ? a : b; });
}

/// 1 / x to about half a unit in the last place, where a division costs more than all the rest of
/// an activation. x must be normal.
inline Simd reciprocal(const Simd& x) {
#if defined(ATTNVIZ_AVX512_FLOATS)
  const auto estimate =
      reinterpret_cast<Simd>(_mm512_maskz_rcp14_ps(0xFFFF, reinterpret_cast<__m512>(x)));
  return estimate * (2 - x * estimate);  // Newton's step doubles the 14 bits
#else
  return 1 / x;
#endif
}

}  // namespace attnviz

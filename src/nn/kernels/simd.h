// Sixteen scalars at a time, in as many registers as that takes: one with AVX-512, two with AVX2,
// four elsewhere. All loops are the same on every processor, hence all results.
//
// A product that is added to something is fused with the sum (one rounding) where the processor can
// do so: a * b + c, c - a * b and sum += a * b. Of a * b + c * d the first product is fused. One
// that is kept as a Simd is rounded. So the source decides and never the compiler, which must not
// fuse anything by itself (-ffp-contract=off).
//
// The files of this folder are compiled several times, in a namespace for each kind of processor.
// They include nothing that has code of its own: the linker keeps one copy of a function, and that
// might be one for a newer processor than this machine's.
#pragma once

#include <type_traits>
#include <utility>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "nn/kernels/kernels.h"

namespace attnviz::ATTNVIZ_PROCESSOR {

#if defined(__AVX512F__)
inline constexpr Index register_bytes = 64;
#elif defined(__AVX__)
inline constexpr Index register_bytes = 32;
#else
inline constexpr Index register_bytes = 16;
#endif

using Register [[gnu::vector_size(register_bytes)]] = Scalar;
using RegisterMask = decltype(Register{} < Register{});
using Integer = std::remove_reference_t<decltype(RegisterMask{}[0])>;
inline constexpr Index register_size = register_bytes / static_cast<Index>(sizeof(Scalar));

// For one register, what intrinsics do better. A count above its size means all of it.

inline RegisterMask elements_before(Index count) {
  RegisterMask index;
  for (Index i = 0; i < register_size; ++i) index[i] = static_cast<Integer>(i);
  return index < RegisterMask{} + static_cast<Integer>(count);
}

#if defined(__AVX512F__) && !defined(ATTNVIZ_SCALAR_DOUBLE)

inline Register multiply_add(Register a, Register b, Register c) {
  return _mm512_fmadd_ps(a, b, c);
}
inline __mmask16 bits_before(Index count) {
  return static_cast<__mmask16>(count >= register_size ? 0xFFFFU : (1U << count) - 1U);
}
inline Register load_part(const Scalar* from, Index count, const Register& filling) {
  return _mm512_mask_loadu_ps(filling, bits_before(count), from);
}
inline void store_part(const Register& x, Scalar* to, Index count) {
  _mm512_mask_storeu_ps(to, bits_before(count), x);
}

#elif defined(__AVX2__) && defined(__FMA__) && !defined(ATTNVIZ_SCALAR_DOUBLE)

inline Register multiply_add(Register a, Register b, Register c) {
  return _mm256_fmadd_ps(a, b, c);
}
inline Register load_part(const Scalar* from, Index count, const Register& filling) {
  const RegisterMask loaded = elements_before(count);
  const Register x = _mm256_maskload_ps(from, reinterpret_cast<__m256i>(loaded));
  return loaded ? x : filling;
}
inline void store_part(const Register& x, Scalar* to, Index count) {
  _mm256_maskstore_ps(to, reinterpret_cast<__m256i>(elements_before(count)), x);
}

#else

inline Register multiply_add(Register a, Register b, Register c) {
#if defined(__aarch64__) && !defined(ATTNVIZ_SCALAR_DOUBLE)
  return vfmaq_f32(c, a, b);
#else
  return a * b + c;
#endif
}
inline Register load_part(const Scalar* from, Index count, const Register& filling) {
  Register x = filling;
  for (Index i = 0; i < register_size && i < count; ++i) x[i] = from[i];
  return x;
}
inline void store_part(const Register& x, Scalar* to, Index count) {
  for (Index i = 0; i < register_size && i < count; ++i) to[i] = x[i];
}

#endif

/// Sixteen elements: halves of halves down to a register. Not an array: compilers keep members in
/// registers, and arrays in memory.
template <typename R, Index Size = simd_size>
struct Pack {
  Pack<R, Size / 2> low, high;
};
template <typename R>
struct Pack<R, register_size> {
  R whole;
};

/// f(register...) of each register of the packs.
template <typename F, typename R, Index Size, typename... More>
inline auto each(F&& f, const Pack<R, Size>& a, const Pack<More, Size>&... b) {
  using Result = decltype(f(R{}, More{}...));
  if constexpr (Size == register_size) {
    return Pack<Result, Size>{f(a.whole, b.whole...)};
  } else {
    return Pack<Result, Size>{each(f, a.low, b.low...), each(f, a.high, b.high...)};
  }
}

/// Arithmetic on it is element by element.
struct Simd {
  Pack<Register> pack;

  Simd() = default;  // undefined
  Simd(Scalar x) : pack(each([x](Register zero) { return x - zero; }, Pack<Register>{})) {}
  explicit Simd(const Pack<Register>& p) : pack(p) {}
};
using Mask = Pack<RegisterMask>;

/// a b, not rounded yet: see above.
struct Product {
  Simd a, b;

  operator Simd() const {
    return Simd(each([](Register x, Register y) { return x * y; }, a.pack, b.pack));
  }
};

inline Simd fused(const Product& p, const Simd& c) {
  return Simd(each(multiply_add, p.a.pack, p.b.pack, c.pack));
}

inline Simd operator-(const Simd& a) {
  return Simd(each([](Register x) { return -x; }, a.pack));
}
inline Simd operator+(const Simd& a, const Simd& b) {
  return Simd(each([](Register x, Register y) { return x + y; }, a.pack, b.pack));
}
inline Simd operator-(const Simd& a, const Simd& b) {
  return Simd(each([](Register x, Register y) { return x - y; }, a.pack, b.pack));
}
inline Simd operator/(const Simd& a, const Simd& b) {
  return Simd(each([](Register x, Register y) { return x / y; }, a.pack, b.pack));
}
inline Product operator*(const Simd& a, const Simd& b) {
  return {a, b};
}

inline Simd operator+(const Product& p, const Simd& c) {
  return fused(p, c);
}
inline Simd operator+(const Simd& c, const Product& p) {
  return fused(p, c);
}
inline Simd operator+(const Product& p, const Product& q) {
  return fused(p, q);
}
inline Simd operator-(const Product& p, const Simd& c) {
  return fused(p, -c);
}
inline Simd operator-(const Simd& c, const Product& p) {
  return fused({-p.a, p.b}, c);
}
inline Simd operator-(const Product& p, const Product& q) {
  return fused(p, -Simd(q));
}
inline Simd& operator+=(Simd& sum, const Simd& x) {
  return sum = sum + x;
}
inline Simd& operator+=(Simd& sum, const Product& p) {
  return sum = fused(p, sum);
}

/// Element by element: where `mask` holds, a, else b.
inline Simd select(const Mask& mask, const Simd& a, const Simd& b) {
  return Simd(
      each([](RegisterMask m, Register x, Register y) { return m ? x : y; }, mask, a.pack, b.pack));
}
// Where either is NaN, the second.
inline Simd min(const Simd& a, const Simd& b) {
  return Simd(each([](Register x, Register y) { return x < y ? x : y; }, a.pack, b.pack));
}
inline Simd max(const Simd& a, const Simd& b) {
  return Simd(each([](Register x, Register y) { return x > y ? x : y; }, a.pack, b.pack));
}

namespace detail {

template <Index Size>
inline void load(const Scalar* from, Pack<Register, Size>& x) {
  if constexpr (Size == register_size) {
    __builtin_memcpy(&x.whole, from, sizeof x.whole);
  } else {
    load(from, x.low);
    load(from + Size / 2, x.high);
  }
}
template <Index Size>
inline void load(const Scalar* from, Index count, Pack<Register, Size>& x) {
  if constexpr (Size == register_size) {
    x.whole = load_part(from, count, x.whole);
  } else {
    load(from, count, x.low);
    if (count > Size / 2) load(from + Size / 2, count - Size / 2, x.high);
  }
}
template <Index Size>
inline void store(const Pack<Register, Size>& x, Scalar* to) {
  if constexpr (Size == register_size) {
    __builtin_memcpy(to, &x.whole, sizeof x.whole);
  } else {
    store(x.low, to);
    store(x.high, to + Size / 2);
  }
}
template <Index Size>
inline void store(const Pack<Register, Size>& x, Scalar* to, Index count) {
  if constexpr (Size == register_size) {
    store_part(x.whole, to, count);
  } else {
    store(x.low, to, count);
    if (count > Size / 2) store(x.high, to + Size / 2, count - Size / 2);
  }
}
template <Index Size>
inline void mark(Index count, Pack<RegisterMask, Size>& mask) {
  if constexpr (Size == register_size) {
    mask.whole = elements_before(count);
  } else {
    mark(count, mask.low);
    mark(count - Size / 2, mask.high);
  }
}

template <Index By, Index... I>
inline Register rotate(const Register& x, std::integer_sequence<Index, I...>) {
  return __builtin_shufflevector(x, x, (I + By) % register_size...);
}
/// All elements of a register as one, by halves.
template <Index Width, typename Join>
inline Scalar reduce_register(const Register& x, Join join) {
  if constexpr (Width == 0) {
    return x[0];
  } else {
    constexpr std::make_integer_sequence<Index, register_size> all;
    return reduce_register<Width / 2>(join(x, rotate<Width>(x, all)), join);
  }
}
template <Index Size, typename Join>
inline Scalar reduce(const Pack<Register, Size>& x, Join join) {
  if constexpr (Size == register_size) {
    return reduce_register<register_size / 2>(x.whole, join);
  } else {
    return reduce(each(join, x.low, x.high), join);
  }
}

}  // namespace detail

inline Simd load(const Scalar* from) {
  Simd x;
  detail::load(from, x.pack);
  return x;
}
/// The first `count` of them; the others are `filling`.
inline Simd load(const Scalar* from, Index count, Scalar filling = 0) {
  Simd x = filling;
  detail::load(from, count, x.pack);
  return x;
}
inline void store(const Simd& x, Scalar* to) {
  detail::store(x.pack, to);
}
inline void store(const Simd& x, Scalar* to, Index count) {
  detail::store(x.pack, to, count);
}

/// Marks the elements before `count`.
inline Mask first_elements(Index count) {
  Mask mask;
  detail::mark(count, mask);
  return mask;
}

/// All elements as one: elements eight apart are joined, then four, two, one.
inline Scalar reduce_add(const Simd& x) {
  return detail::reduce(x.pack, [](Register a, Register b) { return a + b; });
}
inline Scalar reduce_max(const Simd& x) {
  return detail::reduce(x.pack, [](Register a, Register b) { return a > b ? a : b; });
}

/// Sixteen elements of columns: at(x) is what x holds there, at[x] = y stores y there. The last of
/// a column may be fewer, `count`.
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
    if constexpr (partial) return select(first_elements(count), x, 0);
    return x;
  }
};

template <int value>
struct Constant {
  constexpr operator int() const { return value; }
};

/// body(0), ..., body(count - 1), each with a constant: arrays that only constants index stay in
/// registers.
template <int count, typename Body>
inline void unrolled(Body&& body) {
  [&]<int... I>(std::integer_sequence<int, I...>) {
    (body(Constant<I>()), ...);
  }
  (std::make_integer_sequence<int, count>());
}

/// Walks down columns of `size` scalars: body(place) for each sixteen of them.
template <typename Body>
inline void for_each_place(Index size, Body&& body) {
  Index i = 0;
  for (; i + simd_size <= size; i += simd_size) body(SimdPlace<false>{i});
  if (i < size) body(SimdPlace<true>{i, size - i});
}

}  // namespace attnviz::ATTNVIZ_PROCESSOR

// Random numbers that are the same on every platform: std distributions and std::shuffle are not.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace attnviz {

/// xoshiro256** (Blackman and Vigna, 2018), seeded by splitmix64. Streams of one seed are
/// independent of each other: data, initialisation and validation each take their own, so drawing
/// more of one never changes another.
class Random {
 public:
  using State = std::array<std::uint64_t, 4>;

  explicit Random(std::uint64_t seed, std::uint64_t stream = 0);
  explicit Random(const State& state) : state_(state) {}

  std::uint64_t bits();

  /// Uniform in [0, bound), without bias. bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in [low, high], both included. low <= high.
  int between(int low, int high);
  /// Uniform in [0, 1), 53 random bits.
  double uniform();
  /// Normal with mean 0 and variance 1 (Box and Muller, 1958).
  double normal();

  /// Fisher and Yates' shuffle.
  template <typename T>
  void shuffle(std::span<T> items) {
    for (std::size_t left = items.size(); left > 1; --left) {
      std::swap(items[left - 1], items[below(left)]);
    }
  }

  const State& state() const { return state_; }

 private:
  State state_;
};

}  // namespace attnviz

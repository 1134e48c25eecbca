#include "base/random.h"

#include <bit>
#include <cmath>

#include "base/math.h"

namespace attnviz {
namespace {

std::uint64_t splitmix64(std::uint64_t& x) {
  std::uint64_t z = (x += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

}  // namespace

Random::Random(std::uint64_t seed, std::uint64_t stream) : state_{} {
  // Hashing the seed first keeps stream s of seed k from being stream k of seed s.
  std::uint64_t x = seed;
  x = splitmix64(x) ^ stream;
  for (auto& word : state_) word = splitmix64(x);
}

std::uint64_t Random::bits() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t t = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::below(std::uint64_t bound) {
  // Draws from the incomplete last round of `bound` are discarded: they would favour small values.
  const std::uint64_t partial = (0 - bound) % bound;
  std::uint64_t draw = bits();
  while (draw < partial) draw = bits();
  return draw % bound;
}

int Random::between(int low, int high) {
  const auto width = static_cast<std::uint64_t>(static_cast<std::int64_t>(high) - low) + 1;
  return static_cast<int>(low + static_cast<std::int64_t>(below(width)));
}

double Random::uniform() {
  return static_cast<double>(bits() >> 11U) * 0x1.0p-53;
}

double Random::normal() {
  const double u = 1.0 - uniform();  // in (0, 1]: its logarithm is finite
  const double turns = uniform();
  return std::sqrt(-2.0 * math::log(u)) * math::cos_of_turns(turns);
}

}  // namespace attnviz

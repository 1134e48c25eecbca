#include "base/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "catch.h"

namespace attnviz {
namespace {

constexpr int int_min = std::numeric_limits<int>::min();
constexpr int int_max = std::numeric_limits<int>::max();
constexpr std::uint64_t uint64_max = std::numeric_limits<std::uint64_t>::max();

// Saved runs are resumed from generator states, and models are named by their seeds: these numbers
// may never change. They were computed by a second implementation in another language.
TEST_CASE("the generator's outputs are fixed") {
  struct {
    std::uint64_t seed, stream, first, second, third;
  } cases[] = {{0, 0, 0xfb5405f7bd79c540, 0x780c98e26cea5883, 0x2a146e0980febc66},
               {1, 0, 0xee127fe613436e33, 0xd6dad8d34a1874ea, 0x2a52c16cec1116a9},
               {1, 1, 0x309714ec38d33b4c, 0x1bc11473d28024a0, 0xaa4f7bbef2a5a194},
               {uint64_max, uint64_max, 0x5a24625849aef5fa, 0x177bf4162305fac, 0x97359f05bc75e24d}};
  for (const auto& c : cases) {
    INFO("seed " << c.seed << ", stream " << c.stream);
    Random random(c.seed, c.stream);
    CHECK(random.bits() == c.first);
    CHECK(random.bits() == c.second);
    CHECK(random.bits() == c.third);
  }
  // The published first outputs of xoshiro256** from the state 1, 2, 3, 4.
  Random random(Random::State{1, 2, 3, 4});
  for (const std::uint64_t expected : {11520UL, 0UL, 1509978240UL, 1215971899390074240UL,
                                       1216172134540287360UL, 607988272756665600UL}) {
    CHECK(random.bits() == expected);
  }
}

TEST_CASE("what is drawn from the generator is fixed") {
  Random below(7);
  for (const std::uint64_t expected : {7U, 1U, 4U, 3U, 4U, 4U, 3U, 2U, 7U, 5U}) {
    CHECK(below.below(10) == expected);
  }
  Random between(7);
  for (const int expected : {4, -1, 5, -1, -5, 4, -3, 5, -5, 4}) {
    CHECK(between.between(-5, 5) == expected);
  }
  Random uniform(7);
  CHECK(uniform.uniform() == 0.2969780583049808);
  CHECK(uniform.uniform() == 0.9809781246956562);
  CHECK(Random(7).normal() == Catch::Approx(0.8334958818766102).epsilon(1e-14));
  std::string letters = "abcdefgh";
  Random(7).shuffle(std::span(letters));
  CHECK(letters == "fbgcdaeh");
}

TEST_CASE("a generator continues from its state") {
  Random random(5, 2);
  random.bits();
  Random copy(random.state());
  for (int i = 0; i < 5; ++i) CHECK(copy.bits() == random.bits());
}

TEST_CASE("streams and seeds differ") {
  std::set<std::uint64_t> firsts;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (std::uint64_t stream = 0; stream < 50; ++stream) {
      firsts.insert(Random(seed, stream).bits());
    }
  }
  CHECK(firsts.size() == 2500);
}

TEST_CASE("below() is in range and has no bias") {
  Random random(3);
  for (const std::uint64_t bound : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3},
                                    (std::uint64_t{1} << 63U) + 1, uint64_max}) {
    for (int i = 0; i < 1000; ++i) REQUIRE(random.below(bound) < bound);
  }
  // A plain remainder would return the lower half of this range twice as often as the upper.
  const std::uint64_t bound = 3 * (std::uint64_t{1} << 62U);
  int low = 0;
  for (int i = 0; i < 30000; ++i) low += random.below(bound) < bound / 3 ? 1 : 0;
  CHECK(low > 9500);  // 10000 expected, standard deviation 82; the remainder would give 15000
  CHECK(low < 10500);
  std::vector<int> counts(7);
  for (int i = 0; i < 70000; ++i) ++counts[random.below(7)];
  for (const int count : counts) {
    CHECK(count > 9500);  // standard deviation 93
    CHECK(count < 10500);
  }
}

TEST_CASE("between() includes both ends, over the whole range of int") {
  Random random(4);
  CHECK(random.between(3, 3) == 3);
  CHECK(random.between(int_min, int_min) == int_min);
  CHECK(random.between(int_max, int_max) == int_max);
  std::set<int> seen;
  for (int i = 0; i < 200; ++i) seen.insert(random.between(-2, 2));
  CHECK(seen == std::set<int>{-2, -1, 0, 1, 2});
  std::set<int> ends;
  for (int i = 0; i < 100; ++i) ends.insert(random.between(int_max - 1, int_max));
  CHECK(ends == std::set<int>{int_max - 1, int_max});
  int negative = 0;
  for (int i = 0; i < 10000; ++i) negative += random.between(int_min, int_max) < 0 ? 1 : 0;
  CHECK(negative > 4700);  // standard deviation 50
  CHECK(negative < 5300);
}

TEST_CASE("uniform() and normal() have their moments") {
  Random random(6);
  constexpr int n = 100000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform();
    REQUIRE(u >= 0.0);
    REQUIRE(u < 1.0);
    sum += u;
    squares += u * u;
  }
  CHECK(sum / n == Catch::Approx(0.5).margin(0.005));
  CHECK(squares / n == Catch::Approx(1.0 / 3.0).margin(0.005));

  sum = squares = 0;
  int beyond_two = 0;
  for (int i = 0; i < n; ++i) {
    const double x = random.normal();
    REQUIRE(std::isfinite(x));
    sum += x;
    squares += x * x;
    beyond_two += std::abs(x) > 2 ? 1 : 0;
  }
  CHECK(sum / n == Catch::Approx(0.0).margin(0.016));  // five standard errors
  CHECK(squares / n == Catch::Approx(1.0).margin(0.023));
  CHECK(beyond_two / double{n} == Catch::Approx(0.0455).margin(0.0035));
}

TEST_CASE("shuffle() permutes, and every item goes everywhere") {
  Random random(8);
  std::vector<std::vector<int>> counts(5, std::vector<int>(5));
  for (int i = 0; i < 10000; ++i) {
    std::vector<int> items(5);
    std::iota(items.begin(), items.end(), 0);
    random.shuffle(std::span(items));
    REQUIRE(std::is_permutation(items.begin(), items.end(), std::vector{0, 1, 2, 3, 4}.begin()));
    for (std::size_t place = 0; place < 5; ++place) {
      ++counts[place][static_cast<std::size_t>(items[place])];
    }
  }
  for (const auto& row : counts) {
    for (const int count : row) CHECK(std::abs(count - 2000) < 200);  // standard deviation 40
  }
  std::vector<int> none;
  random.shuffle(std::span(none));
  CHECK(none.empty());
}

}  // namespace
}  // namespace attnviz

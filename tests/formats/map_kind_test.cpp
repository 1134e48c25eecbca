#include "formats/map_kind.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "catch.h"

using namespace attnviz;

TEST_CASE("a row is a distribution up to what two decimals hide", "[formats]") {
  const float masked = std::numeric_limits<float>::quiet_NaN();
  using Row = std::vector<float>;
  CHECK(is_distribution(Row{0.25F, 0.75F}));
  CHECK(is_distribution(Row{0.33F, 0.33F, 0.33F}));
  CHECK(is_distribution(Row{masked, 1}));
  CHECK(is_distribution(Row{masked, masked}));
  CHECK_FALSE(is_distribution(Row{0.5F, 0.52F}));
  CHECK_FALSE(is_distribution(Row{1.5F, -0.5F}));
  CHECK_FALSE(is_distribution(Row{0, 0}));
}

TEST_CASE("links are zeros and ones, masked cells aside", "[formats]") {
  const float masked = std::numeric_limits<float>::quiet_NaN();
  using Weights = std::vector<float>;
  CHECK(are_links(Weights{0, 1, masked, 1}));
  CHECK_FALSE(are_links(Weights{0, 0.5F, 1}));
  CHECK_FALSE(are_links(Weights{0, masked}));
  CHECK(are_zeros_and_ones(Weights{0, masked}));
}

TEST_CASE("attributions as shares of their row, signed and positive", "[formats]") {
  const float masked = std::numeric_limits<float>::quiet_NaN();
  constexpr float largest = std::numeric_limits<float>::max();
  using Row = std::vector<float>;
  const auto shares = signed_shares(Row{3, masked, -1, 0});
  CHECK(is_masked(shares[1]));
  CHECK(Row{shares[0], shares[2], shares[3]} == Row{0.75F, -0.25F, 0});
  const auto positive = positive_shares(Row{3, masked, -4, 1});
  CHECK(is_masked(positive[1]));
  CHECK(Row{positive[0], positive[2], positive[3]} == Row{0.75F, 0, 0.25F});
  // Nothing to divide by, and a sum that no float holds.
  CHECK(signed_shares(Row{0, 0}) == Row{0, 0});
  CHECK(std::ranges::all_of(positive_shares(Row{-1, 0}), is_masked));
  CHECK(signed_shares(Row{largest, -largest}) == Row{0.5F, -0.5F});
  CHECK(positive_shares(Row{largest, largest}) == Row{0.5F, 0.5F});
  CHECK(signed_shares(Row{}).empty());
}

TEST_CASE("kinds of maps have names", "[formats]") {
  CHECK(to_string(MapKind::attribution) == "attribution");
  CHECK(map_kind_from("attention") == MapKind::attention);
  CHECK(map_kind_from("attribution") == MapKind::attribution);
  CHECK_FALSE(map_kind_from("Attribution"));
}

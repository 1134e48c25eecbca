#include "formats/map_kind.h"

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

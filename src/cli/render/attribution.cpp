#include "cli/render/attribution.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "base/number.h"
#include "base/utf8.h"
#include "formats/map_kind.h"

namespace attnviz {
namespace {

std::size_t undefined_values(const AttentionMap& map) {
  std::size_t all = 0;
  std::size_t in_last = 0;
  for (std::size_t i = 0; i < map.weights.size(); ++i) {
    if (!is_masked(map.weights[i])) continue;
    ++all;
    in_last += (i + 1) % map.columns() == 0 ? 1 : 0;
  }
  const bool leaves_out_end =
      !map.source.empty() && map.source.back() == end_label && in_last == map.rows();
  return leaves_out_end ? all - in_last : all;
}

/// Rows that a picture of shares shows as large as the others, though their values are next to
/// nothing: the sum of |values| is above 0 and below a hundredth of the largest row's.
std::size_t faint_rows(const AttentionMap& map) {
  std::vector<double> sums(map.rows());
  for (std::size_t i = 0; i < map.weights.size(); ++i) {
    if (!is_masked(map.weights[i])) sums[i / map.columns()] += std::abs(double{map.weights[i]});
  }
  const double largest = sums.empty() ? 0.0 : *std::ranges::max_element(sums);
  return static_cast<std::size_t>(
      std::ranges::count_if(sums, [&](double sum) { return sum > 0.0 && sum < largest / 100; }));
}

}  // namespace

void divide_by_row_sums(AttentionMap& map) {
  for (std::size_t r = 0; r < map.rows(); ++r) {
    const auto row = std::span(map.weights).subspan(r * map.columns(), map.columns());
    std::ranges::copy(signed_shares(row), row.begin());
  }
}

void divide_with_note(AttentionMap& map) {
  divide_by_row_sums(map);
  std::string& note = map.metadata["note"];
  note += (note.empty() ? "" : "\n") + std::string("shares of the rows' sums of |change|");
}

std::string attribution_caption(const AttentionMap& map) {
  std::vector<std::string> scores;
  std::vector<std::string> checks;
  const auto fact = [&](const char* name) {
    const auto found = map.metadata.find(name);
    return found == map.metadata.end() ? "" : found->second;
  };
  if (const auto mass = parse_number(fact("gold_mass"))) {
    scores.push_back("gold mass " + format_fixed(*mass, 3));
  }
  if (const auto overlap = parse_number(fact("overlap"))) {
    scores.push_back("overlap " + format_fixed(*overlap, 2));
  }
  if (const std::string check = fact("check"); !check.empty()) checks.push_back(check);
  if (const std::size_t count = undefined_values(map); count > 0) {
    checks.push_back(fmt::format("{} undefined", count));
  }
  if (const std::size_t count = faint_rows(map); count > 0) {
    checks.push_back(
        fmt::format("{} faint row{}: below 1 % of the largest sum", count, count == 1 ? "" : "s"));
  }
  const std::string first = join(scores, " \u00b7 ");
  const std::string second = join(checks, " \u00b7 ");
  return first + (first.empty() || second.empty() ? "" : "\n") + second;
}

}  // namespace attnviz

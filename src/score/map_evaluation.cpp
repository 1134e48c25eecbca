#include "score/map_evaluation.h"

#include <algorithm>
#include <span>

#include "formats/map_kind.h"

namespace attnviz {
namespace {

bool ends(const std::vector<std::string>& labels) {
  return !labels.empty() && labels.back() == end_label;
}

const std::vector<int> none;

/// The first rows of attributions as scores see them.
std::vector<float> scored_shares(const AttentionMap& map, std::size_t rows) {
  std::vector<float> all;
  for (std::size_t r = 0; r < rows; ++r) {
    const auto row = std::span(map.weights).subspan(r * map.columns(), map.columns());
    const std::vector<float> shares = positive_shares(row);
    all.insert(all.end(), shares.begin(), shares.end());
  }
  return all;
}

}  // namespace

void MapScores::add(const AttentionMap& map, const GoldAlignment& possible) {
  const bool is_attribution = map.kind == MapKind::attribution;
  const std::size_t columns = map.columns();
  const std::size_t inputs = columns - (ends(map.source) ? 1 : 0);
  const std::size_t outputs = map.rows() - (ends(map.target) ? 1 : 0);
  std::vector<float> shares;
  if (is_attribution) shares = scored_shares(map, outputs);
  const auto weights = std::span(is_attribution ? shares : map.weights).first(outputs * columns);
  ++maps;
  attributions += is_attribution ? 1 : 0;
  end_columns += columns - inputs;
  end_rows += map.rows() - outputs;
  rows += outputs;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const bool is_scored = !is_attribution || i % columns < inputs;
    masked += is_scored && is_masked(map.weights[i]) ? 1 : 0;
  }
  coverage.add_map(weights, columns, inputs);
  gold_maps += map.gold.empty() ? 0 : 1;
  const bool is_links = are_links(weights);
  for (std::size_t i = 0; i < outputs; ++i) {
    const auto row = weights.subspan(i * columns, columns);
    odd_rows += is_attribution || is_links || is_distribution(row) ? 0 : 1;
    if (i >= map.gold.size()) continue;
    const auto is_undefined = [&](int j) {
      return is_attribution && is_masked(map.at(i, static_cast<std::size_t>(j)));
    };
    if (!map.gold[i].empty() && std::ranges::all_of(map.gold[i], is_undefined)) continue;
    alignment.add_row(row, map.gold[i]);
    links.add_row(row, inputs, map.gold[i], i < possible.size() ? possible[i] : none);
  }
}

MapScores& MapScores::operator+=(const MapScores& other) {
  maps += other.maps;
  attributions += other.attributions;
  gold_maps += other.gold_maps;
  end_rows += other.end_rows;
  end_columns += other.end_columns;
  masked += other.masked;
  rows += other.rows;
  odd_rows += other.odd_rows;
  alignment += other.alignment;
  links += other.links;
  coverage += other.coverage;
  return *this;
}

void MapEvaluation::sort() {
  std::ranges::stable_sort(heads, std::greater{},
                           [](const HeadScores& head) { return head.all.alignment.gold_mass(); });
}

}  // namespace attnviz

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

}  // namespace

void MapScores::add(const AttentionMap& map, const GoldAlignment& possible) {
  const std::size_t columns = map.columns();
  const std::size_t inputs = columns - (ends(map.source) ? 1 : 0);
  const std::size_t outputs = map.rows() - (ends(map.target) ? 1 : 0);
  const auto weights = std::span(map.weights).first(outputs * columns);
  ++maps;
  end_columns += columns - inputs;
  end_rows += map.rows() - outputs;
  rows += outputs;
  masked += static_cast<std::size_t>(std::ranges::count_if(weights, is_masked));
  coverage.add_map(weights, columns, inputs);
  gold_maps += map.gold.empty() ? 0 : 1;
  const bool is_links = are_links(weights);
  for (std::size_t i = 0; i < outputs; ++i) {
    const auto row = weights.subspan(i * columns, columns);
    odd_rows += is_links || is_distribution(row) ? 0 : 1;
    if (i >= map.gold.size()) continue;
    alignment.add_row(row, map.gold[i]);
    links.add_row(row, inputs, map.gold[i], i < possible.size() ? possible[i] : none);
  }
}

MapScores& MapScores::operator+=(const MapScores& other) {
  maps += other.maps;
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

// Scores of maps from anywhere, against a gold alignment where there is one.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/attention_map.h"
#include "score/scores.h"

namespace attnviz {

/// Sums over maps. A last row or column labelled </s> is END, as in the maps of a model: its row is
/// not scored, its column is no input to cover and a highest weight on it is no link, but the
/// weight on it counts in the rows. Rows of attributions are scored as positive_shares() has them:
/// where no value is positive nothing is on gold, and a row whose gold is undefined is left out.
/// END's column, which only attention has values for, is not among their masked cells.
struct MapScores {
  std::size_t maps = 0;
  std::size_t attributions = 0;  // maps of that kind
  std::size_t gold_maps = 0;     // those of them that have gold
  std::size_t end_rows = 0;
  std::size_t end_columns = 0;
  std::size_t masked = 0;     // cells
  std::size_t rows = 0;       // END's left out, as in the next
  std::size_t odd_rows = 0;   // no distribution: negative weights, or a sum that is not one
  AlignmentScores alignment;  // of the maps with gold, as the links
  LinkScores links;
  CoverageScores coverage;

  /// `possible` holds those positions of the map's gold that are not sure.
  void add(const AttentionMap& map, const GoldAlignment& possible = {});
  MapScores& operator+=(const MapScores& other);
};

/// The scores of a head, or of all maps where there are no heads.
struct HeadScores {
  std::string name;  // "layer 0, head 3"; "" without heads
  MapScores all;
  std::vector<MapScores> by_sentence;
};

/// Maps of several heads, each over the same sentences.
struct MapEvaluation {
  std::vector<std::string> sentences;  // their names
  std::vector<HeadScores> heads;       // at least one

  bool has_gold() const { return heads.front().all.gold_maps > 0; }
  /// Best gold mass first; in the order of the file where there is none.
  void sort();
};

/// As JSON: shares in 0..1, entropies in nats, under the names that models of pairs have.
std::string to_json(const MapEvaluation& evaluation);

}  // namespace attnviz

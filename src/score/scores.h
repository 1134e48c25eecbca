// How right the answers are, and how well attention agrees with the gold alignment.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <vector>

#include "attnviz/attention_map.h"

namespace attnviz {

/// Sums over rows of attention; ratios are taken at the end, so that the sums of several maps add
/// up. Masked cells hold no weight, here and below.
struct AlignmentScores {
  std::size_t rows = 0;                // output symbols that have a gold position
  double mass = 0.0;                   // attention on the gold positions
  std::size_t hits = 0;                // rows whose highest weight is on a gold position
  std::map<int, std::size_t> offsets;  // argmax minus the nearest gold position -> rows
  std::size_t all_rows = 0;
  double entropy = 0.0;  // of all rows, in nats

  double gold_mass() const { return rows == 0 ? 0.0 : mass / static_cast<double>(rows); }
  double hit_rate() const {
    return rows == 0 ? 0.0 : static_cast<double>(hits) / static_cast<double>(rows);
  }
  double row_entropy() const {
    return all_rows == 0 ? 0.0 : entropy / static_cast<double>(all_rows);
  }
  /// Counts one row. Gold positions must lie inside it; without any, the row counts for the entropy
  /// alone. Of equal weights the first is the argmax.
  void add_row(std::span<const float> row, const std::vector<int>& gold);
  AlignmentScores& operator+=(const AlignmentScores& other);
};

/// Scores attention (row-major, `columns` inputs a row) against gold positions. Only rows that both
/// have are scored, so END's row is ignored.
AlignmentScores score_alignment(std::span<const float> weights, std::size_t columns,
                                const GoldAlignment& gold);

/// Links against a gold alignment whose positions are sure or only possible (Och and Ney 2003): a
/// symbol is linked to the input that it attends to most, unless that is END. A row of zeros and
/// ones is an alignment itself: each one is a link.
struct LinkScores {
  std::size_t links = 0;
  std::size_t possible_links = 0;  // those on a gold position, sure ones included
  std::size_t sure_links = 0;      // those on a sure one
  std::size_t sure = 0;            // positions that should have been linked; END's is none

  /// A row over `inputs` symbols, and END if it has one more place. `gold` holds sure and possible
  /// positions, `possible` those of them that are not sure.
  void add_row(std::span<const float> row, std::size_t inputs, const std::vector<int>& gold,
               const std::vector<int>& possible);
  LinkScores& operator+=(const LinkScores& other);

  /// Alignment error rate: 1 - (sure_links + possible_links) / (links + sure).
  double error_rate() const;
};

/// What attention shows by itself, without gold (Rikters and Fishel 2017): how evenly the inputs
/// are covered and how sharp the rows are. END is left out on both sides.
struct CoverageScores {
  std::size_t maps = 0;
  double coverage_penalty = 0.0;  // of a map: mean over inputs of log(1 + (1 - sum of column)^2)
  double entropy = 0.0;           // of a map: mean over rows, in nats

  /// A map of `inputs` symbols, and END if it has one more column, without END's row.
  void add_map(std::span<const float> weights, std::size_t columns, std::size_t inputs);
  CoverageScores& operator+=(const CoverageScores& other);

  double mean_coverage_penalty() const { return mean(coverage_penalty); }
  double mean_entropy() const { return mean(entropy); }
  /// exp(-(coverage penalty + entropy)), in 0..1: 1 where each output attends to one input of
  /// its own.
  double confidence() const;

 private:
  double mean(double sum) const { return maps == 0 ? 0.0 : sum / static_cast<double>(maps); }
};

/// Sums over answers.
struct AnswerScores {
  std::size_t answers = 0;
  std::size_t exact = 0;
  std::size_t tokens = 0;  // of the right answers, END included
  std::size_t right_tokens = 0;

  double exact_match() const {
    return answers == 0 ? 0.0 : static_cast<double>(exact) / static_cast<double>(answers);
  }
  double token_accuracy() const {
    return tokens == 0 ? 0.0 : static_cast<double>(right_tokens) / static_cast<double>(tokens);
  }
  AnswerScores& operator+=(const AnswerScores& other);
};

/// Compares an answer with the right one, position by position; END is the last token of both. A
/// right token that is unknown never matches.
AnswerScores score_answer(std::span<const int> answer, std::span<const int> right);

}  // namespace attnviz

#include "score/scores.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/math.h"
#include "text/vocabulary.h"

namespace attnviz {
namespace {

double entropy_of(std::span<const float> row) {
  double sum = 0.0;
  for (const double a : row) sum -= a > 0.0 ? a * math::log(a) : 0.0;
  return sum;
}

/// From the gold position nearest to `column`.
int nearest_offset(int column, const std::vector<int>& gold) {
  int nearest = column - gold.front();
  for (const int position : gold) {
    if (std::abs(column - position) < std::abs(nearest)) nearest = column - position;
  }
  return nearest;
}

}  // namespace

void AlignmentScores::add_row(std::span<const float> row, const std::vector<int>& gold) {
  ++all_rows;
  entropy += entropy_of(row);
  if (gold.empty()) return;
  ++rows;
  for (const int position : gold)
    mass += static_cast<double>(row[static_cast<std::size_t>(position)]);
  const auto argmax = std::max_element(row.begin(), row.end()) - row.begin();
  const int offset = nearest_offset(static_cast<int>(argmax), gold);
  ++offsets[offset];
  hits += offset == 0 ? 1 : 0;
}

AlignmentScores& AlignmentScores::operator+=(const AlignmentScores& other) {
  rows += other.rows;
  mass += other.mass;
  hits += other.hits;
  for (const auto& [offset, count] : other.offsets) offsets[offset] += count;
  all_rows += other.all_rows;
  entropy += other.entropy;
  return *this;
}

AlignmentScores score_alignment(std::span<const float> weights, std::size_t columns,
                                const GoldAlignment& gold) {
  AlignmentScores scores;
  if (columns == 0) return scores;
  const std::size_t rows = std::min(gold.size(), weights.size() / columns);
  for (std::size_t i = 0; i < rows; ++i) {
    scores.add_row(weights.subspan(i * columns, columns), gold[i]);
  }
  return scores;
}

void LinkScores::add_row(std::span<const float> row, const std::vector<int>& gold,
                         const std::vector<int>& possible) {
  const auto holds = [](const std::vector<int>& positions, std::ptrdiff_t position) {
    return std::find(positions.begin(), positions.end(), position) != positions.end();
  };
  sure += gold.size() - possible.size();
  const auto argmax = std::max_element(row.begin(), row.end()) - row.begin();
  if (argmax + 1 == std::ssize(row)) return;
  ++links;
  if (!holds(gold, argmax)) return;
  ++possible_links;
  sure_links += holds(possible, argmax) ? 0 : 1;
}

LinkScores& LinkScores::operator+=(const LinkScores& other) {
  links += other.links;
  possible_links += other.possible_links;
  sure_links += other.sure_links;
  sure += other.sure;
  return *this;
}

double LinkScores::error_rate() const {
  if (links + sure == 0) return 0.0;
  return 1.0 - static_cast<double>(sure_links + possible_links) / static_cast<double>(links + sure);
}

void CoverageScores::add_map(std::span<const float> weights, std::size_t columns) {
  const std::size_t rows = columns == 0 ? 0 : weights.size() / columns;
  if (rows == 0 || columns < 2) return;
  ++maps;
  double penalty = 0.0;
  for (std::size_t j = 0; j + 1 < columns; ++j) {
    double covered = 0.0;
    for (std::size_t i = 0; i < rows; ++i) covered += static_cast<double>(weights[i * columns + j]);
    penalty += math::log(1.0 + (1.0 - covered) * (1.0 - covered));
  }
  coverage_penalty += penalty / static_cast<double>(columns - 1);
  double sum = 0.0;
  for (std::size_t i = 0; i < rows; ++i) sum += entropy_of(weights.subspan(i * columns, columns));
  entropy += sum / static_cast<double>(rows);
}

CoverageScores& CoverageScores::operator+=(const CoverageScores& other) {
  maps += other.maps;
  coverage_penalty += other.coverage_penalty;
  entropy += other.entropy;
  return *this;
}

double CoverageScores::confidence() const {
  return maps == 0 ? 0.0 : math::exp(-(mean_coverage_penalty() + mean_entropy()));
}

AnswerScores& AnswerScores::operator+=(const AnswerScores& other) {
  answers += other.answers;
  exact += other.exact;
  tokens += other.tokens;
  right_tokens += other.right_tokens;
  return *this;
}

AnswerScores score_answer(std::span<const int> answer, std::span<const int> right) {
  AnswerScores scores;
  scores.answers = 1;
  scores.tokens = right.size();
  for (std::size_t i = 0; i < std::min(answer.size(), right.size()); ++i) {
    scores.right_tokens += answer[i] == right[i] && right[i] != Vocabulary::unknown ? 1 : 0;
  }
  scores.exact = answer.size() == right.size() && scores.right_tokens == right.size() ? 1 : 0;
  return scores;
}

}  // namespace attnviz

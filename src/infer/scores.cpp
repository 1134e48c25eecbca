#include "attnviz/infer/scores.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace attnviz {
namespace {

double entropy_of(std::span<const float> row) {
  double sum = 0.0;
  for (const float a : row) sum -= a > 0.0F ? static_cast<double>(a) * std::log(a) : 0.0;
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
  scores.exact = std::equal(answer.begin(), answer.end(), right.begin(), right.end()) ? 1 : 0;
  scores.tokens = right.size();
  for (std::size_t i = 0; i < std::min(answer.size(), right.size()); ++i) {
    scores.right_tokens += answer[i] == right[i] ? 1 : 0;
  }
  return scores;
}

}  // namespace attnviz

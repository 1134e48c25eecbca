#include "score/scores.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/math.h"
#include "formats/map_kind.h"
#include "text/vocabulary.h"

namespace attnviz {
namespace {

double entropy_of(std::span<const float> row) {
  double sum = 0.0;
  for (const double a : row) sum -= a > 0.0 ? a * math::log(a) : 0.0;
  return sum;
}

/// The first of the largest weights; -1 where all are masked.
std::ptrdiff_t place_of_largest(std::span<const float> row) {
  std::ptrdiff_t place = -1;
  for (std::ptrdiff_t i = 0; i < std::ssize(row); ++i) {
    const float weight = row[static_cast<std::size_t>(i)];
    if (is_masked(weight)) continue;
    if (place < 0 || weight > row[static_cast<std::size_t>(place)]) place = i;
  }
  return place;
}

double weight_of(float cell) {
  return is_masked(cell) ? 0.0 : static_cast<double>(cell);
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
  for (const int position : gold) mass += weight_of(row[static_cast<std::size_t>(position)]);
  const std::ptrdiff_t argmax = place_of_largest(row);
  if (argmax < 0) return;
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

void LinkScores::add_row(std::span<const float> row, std::size_t inputs,
                         const std::vector<int>& gold, const std::vector<int>& possible) {
  const auto holds = [](const std::vector<int>& positions, std::size_t position) {
    return std::ranges::find(positions, static_cast<int>(position)) != positions.end();
  };
  const auto add_link = [&](std::size_t position) {
    if (position >= inputs) return;
    ++links;
    if (!holds(gold, position)) return;
    ++possible_links;
    sure_links += holds(possible, position) ? 0 : 1;
  };
  sure += static_cast<std::size_t>(std::ranges::count_if(gold, [&](int position) {
    const auto place = static_cast<std::size_t>(position);
    return place < inputs && !holds(possible, place);
  }));
  const std::ptrdiff_t largest = place_of_largest(row);
  if (are_zeros_and_ones(row)) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i] == 1.0F) add_link(i);
    }
  } else if (largest >= 0) {
    add_link(static_cast<std::size_t>(largest));
  }
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

void CoverageScores::add_map(std::span<const float> weights, std::size_t columns,
                             std::size_t inputs) {
  const std::size_t rows = columns == 0 ? 0 : weights.size() / columns;
  if (rows == 0 || inputs == 0) return;
  ++maps;
  double penalty = 0.0;
  for (std::size_t j = 0; j < inputs; ++j) {
    double covered = 0.0;
    for (std::size_t i = 0; i < rows; ++i) covered += weight_of(weights[i * columns + j]);
    penalty += math::log(1.0 + (1.0 - covered) * (1.0 - covered));
  }
  coverage_penalty += penalty / static_cast<double>(inputs);
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

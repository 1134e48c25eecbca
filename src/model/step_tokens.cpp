#include "model/step_tokens.h"

#include <algorithm>
#include <numeric>

namespace attnviz {

void StepTokens::resize(int vocabulary) {
  places_.resize(static_cast<std::size_t>(vocabulary));
  std::iota(places_.begin(), places_.end(), 0);
  ids_ = places_;
}

void StepTokens::clear() {
  if (is_whole()) return;
  for (const int id : ids_) places_[static_cast<std::size_t>(id)] = -1;
  ids_.clear();
}

void StepTokens::meet(std::span<const int> ids) {
  for (const int id : ids) {
    int& place = places_[static_cast<std::size_t>(id)];
    if (place >= 0) continue;
    place = 0;
    ids_.push_back(id);
  }
}

void StepTokens::gather(const Matrix& embedding, double dropout, Random& random) {
  std::sort(ids_.begin(), ids_.end());
  const auto U = static_cast<Index>(ids_.size());
  resize_anew(embedding_, embedding.rows(), U);
  for (Index k = 0; k < U; ++k) {
    const int id = ids_[static_cast<std::size_t>(k)];
    places_[static_cast<std::size_t>(id)] = static_cast<int>(k);
    embedding_.col(k) = embedding.col(id);
  }
  resize_anew(mask_, embedding.rows(), dropout > 0.0 ? U : 0);
  if (dropout == 0.0) return;
  draw_mask(dropout, random, mask_);
  embedding_.array() *= mask_.array();
}

void StepTokens::renumber(std::vector<int>& ids) const {
  if (is_whole()) return;
  for (int& id : ids) id = places_[static_cast<std::size_t>(id)];
}

void StepTokens::scatter(const Matrix& d_embedding, Matrix& d_whole) const {
  for (Index k = 0; k < d_embedding.cols(); ++k) {
    auto column = d_whole.col(ids_[static_cast<std::size_t>(k)]);
    if (mask_.cols() == 0) {
      column += d_embedding.col(k);
    } else {
      column.array() += d_embedding.col(k).array() * mask_.col(k).array();
    }
  }
}

void draw_mask(double dropout, Random& random, MatrixOut mask) {
  const auto kept = static_cast<Scalar>(1.0 / (1.0 - dropout));
  for (Index c = 0; c < mask.cols(); ++c) {
    for (Index r = 0; r < mask.rows(); ++r) mask(r, c) = random.uniform() < dropout ? 0 : kept;
  }
}

}  // namespace attnviz

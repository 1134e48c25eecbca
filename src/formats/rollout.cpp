#include "formats/rollout.h"

#include <fmt/core.h>

#include <cmath>

#include "attnviz/attention_map.h"
#include "attnviz/error.h"

namespace attnviz {
namespace {

constexpr double max_work = 0x1p37;  // multiplications

/// Checked before anything of this size is allocated.
std::size_t cells(std::size_t layers, std::size_t n, const std::string& place) {
  const auto side = static_cast<double>(n);
  if (static_cast<double>(layers) * side * side * side <= max_work) return n * n;
  throw LimitError(fmt::format(
      "{}: a rollout takes at most 2^37 multiplications, {} layers of {} x {} take more", place,
      layers, n, n));
}

}  // namespace

Rollout::Rollout(std::size_t layers, std::size_t n, const std::string& place)
    : n_(n), product_(cells(layers, n, place), 0.0), masked_(n * n, true) {
  for (std::size_t i = 0; i < n; ++i) product_[i * n + i] = 1;
}

void Rollout::add(const std::vector<float>& layer) {
  const std::size_t n = n_;
  std::vector<double> next(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 1;  // of the row of A + I
    for (std::size_t k = 0; k < n; ++k) {
      if (is_masked(layer[i * n + k])) continue;
      sum += layer[i * n + k];
      masked_[i * n + k] = false;
    }
    for (std::size_t k = 0; k < n; ++k) {
      const float weight = layer[i * n + k];
      const double a = (is_masked(weight) ? 0 : weight) + (i == k ? 1 : 0);
      if (a == 0) continue;
      for (std::size_t j = 0; j < n; ++j) next[i * n + j] += a / sum * product_[k * n + j];
    }
  }
  product_ = std::move(next);
}

std::vector<float> Rollout::weights() const {
  std::vector<float> result;
  result.reserve(product_.size());
  for (std::size_t i = 0; i < product_.size(); ++i) {
    const bool is_mask = masked_[i] && product_[i] == 0;
    result.push_back(is_mask ? std::nanf("") : static_cast<float>(product_[i]));
  }
  return result;
}

}  // namespace attnviz

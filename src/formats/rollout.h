// How attention flows through the layers of a model.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace attnviz {

/// Attention rollout (Abnar and Zuidema 2020, section 3): the product over layers, first to last,
/// of (A + I) / 2 with rows that sum to one. A masked cell counts as 0; it is masked in the result
/// if it is in every layer.
class Rollout {
 public:
  /// Of layers of n x n weights. Throws LimitError, naming `place`, where so many take minutes.
  Rollout(std::size_t layers, std::size_t n, const std::string& place);

  /// The next layer; its weights are not negative.
  void add(const std::vector<float>& layer);
  std::vector<float> weights() const;

 private:
  std::size_t n_;
  std::vector<double> product_;
  std::vector<bool> masked_;  // in all layers
};

}  // namespace attnviz

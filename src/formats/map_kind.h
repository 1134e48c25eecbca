// What the weights of a map are: distributions over the inputs, or links.
#pragma once

#include <span>

namespace attnviz {

/// Whether a sum of weights is one as far as two decimals show it.
bool sums_to_one(double sum);

/// Whether the weights of a row are a distribution: none is negative, and they sum to one. A row
/// that is all masked, as in padding, passes.
bool is_distribution(std::span<const float> row);

/// Whether all weights that are not masked are 0 or 1.
bool are_zeros_and_ones(std::span<const float> weights);

/// The same, with at least one 1: an alignment, whose rows need not sum to one.
bool are_links(std::span<const float> weights);

}  // namespace attnviz

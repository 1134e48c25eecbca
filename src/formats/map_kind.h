// What the weights of a map are: distributions over the inputs, links, or signed attributions.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "attnviz/attention_map.h"

namespace attnviz {

/// "attention" or "attribution", as files have it; nothing for another name.
std::string_view to_string(MapKind kind);
std::optional<MapKind> map_kind_from(std::string_view name);

/// What messages say of them: "\"attention\" or \"attribution\"".
inline constexpr std::string_view expected_map_kinds = R"("attention" or "attribution")";

/// Whether a sum of weights is one as far as two decimals show it.
bool sums_to_one(double sum);

/// Whether the weights of a row are a distribution: none is negative, and they sum to one. A row
/// that is all masked, as in padding, passes.
bool is_distribution(std::span<const float> row);

/// Whether all weights that are not masked are 0 or 1.
bool are_zeros_and_ones(std::span<const float> weights);

/// The same, with at least one 1: an alignment, whose rows need not sum to one.
bool are_links(std::span<const float> weights);

/// A row of attributions as a picture shows it: phi_j / sum_k |phi_k|, in -1..1. Masked cells stay
/// masked and count nothing, here and below; a row of zeros stays one.
std::vector<float> signed_shares(std::span<const float> row);

/// A row of attributions as scores see it: max(phi_j, 0) / sum_k max(phi_k, 0), in 0..1. All are
/// masked where no value is positive: none of them is the largest.
std::vector<float> positive_shares(std::span<const float> row);

}  // namespace attnviz

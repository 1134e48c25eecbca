// The scale of a figure's colours, what lies outside of it, and how weights are written.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/attention_map.h"
#include "attnviz/colormap.h"
#include "attnviz/look.h"
#include "render/figure/axis.h"

namespace attnviz {

/// Where the middle of a fitted scale is.
enum class Centre { free, zero };

/// From the least to the greatest weight of the maps, as far to both sides of a centre. A root
/// begins at 0 where no weight is below, a logarithm at the least weight above 0, or six powers of
/// ten below the greatest where that is more.
Scale fit_scale(const std::vector<AttentionMap>& maps, Centre centre,
                ScaleKind kind = ScaleKind::linear);

/// How many weights have no colour of their own.
struct Outside {
  std::size_t below = 0;  // of the scale: drawn as its low end
  std::size_t above = 0;
  std::size_t masked = 0;
  std::size_t cells = 0;  // of all maps
};
Outside count_outside(const AttentionMap& map, const Scale& scale);
Outside count_outside(const std::vector<AttentionMap>& maps, const Scale& scale);

/// The marks of a colour bar with room for about `count`.
std::vector<AxisTick> scale_ticks(const Scale& scale, int count);

std::string number_text(double value, const NumberStyle& style);

/// As few decimals, from two on, as tell a hundredth of the range apart; none where all weights are
/// whole, an exponent where they would be more than six.
NumberStyle fit_numbers(const std::vector<AttentionMap>& maps);
/// The same for the ends of a scale.
NumberStyle fit_numbers(const Scale& scale);

}  // namespace attnviz

// How colours go together.
#pragma once

#include "attnviz/color.h"

namespace attnviz {

/// Relative luminance in 0..1 (WCAG 2).
double luminance(Color color);

/// 1 to 21 (WCAG 2); letters want 4.5, lines 3.
double contrast(Color a, Color b);

/// White or a dark grey, whichever stands out more on this colour.
Color readable_on(Color ground);

}  // namespace attnviz

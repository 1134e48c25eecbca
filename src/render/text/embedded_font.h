// The TrueType face built into the program: DejaVu Sans Mono.
#pragma once

#include <span>

namespace attnviz {

/// The bytes of the font file found when the program was configured.
std::span<const unsigned char> embedded_font();

}  // namespace attnviz

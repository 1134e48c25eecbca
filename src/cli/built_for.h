// Which instructions the program was compiled for.
#pragma once

namespace attnviz {

/// Names as __builtin_cpu_supports() has them; a null pointer ends the list. Data alone, so that it
/// can be read on a machine that lacks them.
extern const char* const built_for[];

}  // namespace attnviz

// How the numeric rooms were built.
#pragma once

#include <string>

namespace attnviz {

/// Eigen's version and the vector instructions in use.
std::string numeric_build_info();

}  // namespace attnviz

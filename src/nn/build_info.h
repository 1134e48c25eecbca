// What the numerical floors were built with.
#pragma once

#include <string>

namespace attnviz {

/// Eigen's version and the vector instructions in use.
std::string numeric_build_info();

}  // namespace attnviz

#include "nn/build_info.h"

#include <fmt/core.h>

#include "nn/types.h"

namespace attnviz {

std::string numeric_build_info() {
  return fmt::format("Eigen {}.{}.{}, vector instructions: {}", EIGEN_WORLD_VERSION,
                     EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION, Eigen::SimdInstructionSetsInUse());
}

}  // namespace attnviz

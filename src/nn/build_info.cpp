#include "nn/build_info.h"

#include "nn/types.h"

namespace attnviz {

std::string numeric_build_info() {
  return "Eigen " + std::to_string(EIGEN_WORLD_VERSION) + "." +
         std::to_string(EIGEN_MAJOR_VERSION) + "." + std::to_string(EIGEN_MINOR_VERSION) +
         ", vector instructions: " + Eigen::SimdInstructionSetsInUse();
}

}  // namespace attnviz

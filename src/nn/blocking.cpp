#include "nn/blocking.h"

#include "nn/types.h"

namespace attnviz {

void pin_blocking() {
  constexpr int l1 = 32 << 10;
  constexpr int l2 = 1 << 20;
  constexpr int l3 = 8 << 20;
  Eigen::setCpuCacheSizes(l1, l2, l3);
}

}  // namespace attnviz

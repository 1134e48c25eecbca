// A linear layer y = W x + b.
#pragma once

#include "nn/types.h"

namespace attnviz {

struct LinearWeights {
  Matrix W;  // O x I
  Vector b;  // O
};

}  // namespace attnviz

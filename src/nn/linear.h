// A linear layer y = W x + b.
#pragma once

#include "nn/types.h"

namespace attnviz {

struct LinearWeights {
  Matrix W;  // O x I
  Vector b;  // O

  void resize(Index inputs, Index outputs) {
    W.resize(outputs, inputs);
    b.resize(outputs);
  }

  template <typename F, typename... Weights>
  static void visit(F&& f, std::string_view prefix, Weights&... w) {
    f(TensorName{prefix, "weight"}, w.W...);
    f(TensorName{prefix, "bias"}, w.b...);
  }
};

}  // namespace attnviz

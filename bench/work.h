// The work of a training step, counted from the equations: the least that any implementation of
// this model must do. Token embeddings count as table look-ups, tanh of the
// attention once.
#pragma once

#include <vector>

#include "model/config.h"
#include "text/batch.h"

namespace attnviz::bench {

/// A product of matrices m x k and k x n, done `calls` times a step. In the gradient of a weight
/// matrix the second one is the transpose of a matrix n x k.
struct ProductShape {
  const char* name;
  int m;
  int k;
  int n;
  double calls;
  bool second_transposed;

  double flops() const { return 2.0 * m * k * n; }
};

struct StepWork {
  std::vector<ProductShape> products;
  double attention_flops = 0.0;  // contexts and their gradients, example by example
  double transcendentals = 0.0;  // tanh and exp
  double bytes = 0.0;            // written once and read once, weights and moments included

  double flops() const;
};

StepWork count_work(const ModelConfig& config, const Batch& batch);

}  // namespace attnviz::bench

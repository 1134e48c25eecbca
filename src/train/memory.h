// How much memory a run will take, estimated before it is allocated.
#pragma once

#include <cstdint>

#include "attnviz/error.h"
#include "model/config.h"
#include "train/recipe.h"

namespace attnviz {

/// About the bytes of a training run: weights, moments, gradients and what is kept of a batch, for
/// sources and targets of `longest` symbols, END included. Errs on the high side.
double estimate_memory(const ModelConfig& config, const Recipe& recipe, int longest);

/// A run would need more memory than it may have.
class MemoryLimitError : public LimitError {
 public:
  using LimitError::LimitError;
};

/// Throws MemoryLimitError, with the estimate, when it is more than `limit` bytes.
void check_memory(const ModelConfig& config, const Recipe& recipe, int longest, double limit);

}  // namespace attnviz

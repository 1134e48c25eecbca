// When training has diverged.
#pragma once

#include <string>

#include "train/trainer.h"

namespace attnviz {

/// Why training has diverged, "" if it has not: numbers that are not finite, or far worse than
/// guessing both in the mean over the steps since the last evaluation (`loss`) and on the
/// validation examples. Names a tensor.
std::string divergence(const Trainer& trainer, double loss, double validation_loss);

}  // namespace attnviz

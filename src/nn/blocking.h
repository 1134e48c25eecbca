// Eigen cuts large products into blocks by the sizes of the caches it finds, and the cut decides
// the order of sums.
#pragma once

namespace attnviz {

/// Fixes those sizes for the whole process, so that a seed gives the same model on every machine
/// with the same binary. To be called once, before the first product.
void pin_blocking();

}  // namespace attnviz

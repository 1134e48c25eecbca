// The numbers of the numeric rooms, without Eigen: kernels see no more than this.
#pragma once

#include <cstddef>

namespace attnviz {

#ifdef ATTNVIZ_SCALAR_DOUBLE
using Scalar = double;  // for gradient tests
#else
using Scalar = float;
#endif

using Index = std::ptrdiff_t;

}  // namespace attnviz

// tanh in place, and the gradients of tanh and of a bias, on columns.
#pragma once

#include "nn/types.h"

namespace attnviz {

void tanh_in_place(MatrixOut m);

/// d *= 1 - t^2: from the gradient of t = tanh(x) to that of x.
void tanh_backward(MatrixIn t, MatrixOut d);

/// d_b += the sum of the columns of d_y: the gradient of b, given that of y = x + b.
void bias_backward(MatrixIn d_y, Vector& d_b);

/// y += x, of the same shape.
void add(MatrixIn x, MatrixOut y);

}  // namespace attnviz

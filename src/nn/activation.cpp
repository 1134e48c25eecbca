#include "nn/activation.h"

#include "nn/processor.h"

namespace attnviz {

void tanh_in_place(MatrixOut m) {
  for (Index k = 0; k < m.cols(); ++k) kernels().tanh(m.rows(), m.col(k).data());
}

void tanh_backward(MatrixIn t, MatrixOut d) {
  for (Index k = 0; k < t.cols(); ++k) {
    kernels().tanh_backward(t.rows(), t.col(k).data(), d.col(k).data());
  }
}

void bias_backward(MatrixIn d_y, Vector& d_b) {
  kernels().add_columns(d_y.rows(), d_y.cols(), strided(d_y), d_b.data());
}

void add(MatrixIn x, MatrixOut y) {
  for (Index k = 0; k < x.cols(); ++k) kernels().add(x.rows(), x.col(k).data(), y.col(k).data());
}

}  // namespace attnviz

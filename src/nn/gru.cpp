#include "nn/gru.h"

#include "nn/activation.h"
#include "nn/product.h"

namespace attnviz {
namespace {

/// A column of 3H, gate by gate.
template <typename T>
struct Gates {
  T* r;
  T* z;
  T* n;

  Gates(T* column, Index H) : r(column), z(column + H), n(column + 2 * H) {}
};

}  // namespace

void GruTape::grow(Index hidden, Index total) {
  attnviz::grow(gates, 3 * hidden, total);
  for (Matrix* of_state : {&before, &after, &u}) attnviz::grow(*of_state, hidden, total);
}

void GruBackwardTape::grow(Index hidden, Index total) {
  for (Matrix* of_gates : {&d_input, &d_recurrent}) attnviz::grow(*of_gates, 3 * hidden, total);
}

void gru_step(const GruWeights& weights, const GruInput& input, Columns step, GruTape& tape) {
  const Index H = weights.W_hh.cols();
  product(weights.W_hh, columns(tape.before, step), columns(tape.gates, step));

  const Gates b(weights.b_hh.data(), H);
  for (Index k = step.first; k < step.first + step.count; ++k) {
    const Gates x(input.of(k), H);
    const Gates gate(tape.gates.col(k).data(), H);  // W_hh h, to become r, z, n
    const Scalar* h = tape.before.col(k).data();
    Scalar* u_out = tape.u.col(k).data();
    Scalar* h_next = tape.after.col(k).data();
    for_each_register(H, [=](auto at) {
      const Simd r = sigmoid(at(x.r) + at(gate.r) + at(b.r));
      const Simd z = sigmoid(at(x.z) + at(gate.z) + at(b.z));
      const Simd u = at(gate.n) + at(b.n);
      const Simd n = tanh(at(x.n) + r * u);
      at[h_next] = z * at(h) + (1 - z) * n;
      at[gate.r] = r;
      at[gate.z] = z;
      at[gate.n] = n;
      at[u_out] = u;
    });
  }
}

void gru_step_backward(const Matrix& W_hh_t, Columns step, const GruTape& tape,
                       GruBackwardTape& d_tape, MatrixOut d_state) {
  const Index H = d_state.rows();
  for (Index k = 0; k < step.count; ++k) {
    const Index column = step.first + k;
    const Scalar* h = tape.before.col(column).data();
    const Gates gate(tape.gates.col(column).data(), H);
    const Scalar* u_in = tape.u.col(column).data();
    const Gates d_input(d_tape.d_input.col(column).data(), H);
    const Gates d_recurrent(d_tape.d_recurrent.col(column).data(), H);
    Scalar* d_h = d_state.col(k).data();  // of h', to become that of h
    for_each_register(H, [=](auto at) {
      const Simd r = at(gate.r);
      const Simd z = at(gate.z);
      const Simd n = at(gate.n);
      const Simd d_h_next = at(d_h);
      // d_r, d_z, d_n are of what the gates' tanh and logistic functions are taken of
      const Simd d_n = d_h_next * (1 - z) * (1 - n * n);
      const Simd d_z = d_h_next * (at(h) - n) * z * (1 - z);
      const Simd d_r = d_n * at(u_in) * r * (1 - r);
      at[d_input.r] = d_r;
      at[d_input.z] = d_z;
      at[d_input.n] = d_n;
      at[d_recurrent.r] = d_r;
      at[d_recurrent.z] = d_z;
      at[d_recurrent.n] = d_n * r;
      at[d_h] = d_h_next * z;
    });
  }
  add_product(W_hh_t, columns(d_tape.d_recurrent, step), d_state);
}

void gru_weights_backward(const GruTape& tape, const GruBackwardTape& d_tape, Index total,
                          GruWeights& d_weights) {
  const auto d_recurrent = d_tape.d_recurrent.leftCols(total);
  add_product(d_recurrent, tape.before.leftCols(total).transpose(), d_weights.W_hh);
  d_weights.b_hh += d_recurrent.rowwise().sum();
}

}  // namespace attnviz

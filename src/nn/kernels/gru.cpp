// The gates of a GRU: nn/recurrent.h has the equations.
#include "nn/kernels/declarations.h"
#include "nn/kernels/functions.h"

namespace attnviz::ATTNVIZ_PROCESSOR {
namespace {

/// A column of 3H, gate by gate.
template <typename T>
struct GruGates {
  T* r;
  T* z;
  T* n;

  GruGates(T* column, Index H) : r(column), z(column + H), n(column + 2 * H) {}
};

}  // namespace

void gru_gates(const GruGatesTask& task) {
  const GruGates b(task.b_hh, task.size);
  for (Index k = 0; k < task.count; ++k) {
    const GruGates x(task.input(task.ids != nullptr ? task.ids[k] : k), task.size);
    const GruGates gate(task.gates(k), task.size);  // W_hh h, to become r, z, n
    const Scalar* h = task.before(k);
    Scalar* u_out = task.u(k);
    Scalar* h_next = task.after(k);
    for_each_place(task.size, [=](auto at) {
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

void gru_gates_backward(const GruGatesBackwardTask& task) {
  for (Index k = 0; k < task.count; ++k) {
    const Scalar* h = task.before(k);
    const GruGates gate(task.gates(k), task.size);
    const Scalar* u_in = task.u(k);
    const GruGates d_input(task.d_input(k), task.size);
    const GruGates d_recurrent(task.d_recurrent(k), task.size);
    Scalar* d_h = task.d_state(k);  // of h', to become that of h
    for_each_place(task.size, [=](auto at) {
      const Simd r = at(gate.r);
      const Simd z = at(gate.z);
      const Simd n = at(gate.n);
      const Simd d_h_next = at(d_h);
      // d_r, d_z and d_n are of what the gates' tanh and logistic functions are taken of
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
}

}  // namespace attnviz::ATTNVIZ_PROCESSOR

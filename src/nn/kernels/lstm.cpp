// The gates of an LSTM: nn/recurrent.h has the equations.
#include "nn/kernels/declarations.h"
#include "nn/kernels/functions.h"

namespace attnviz::ATTNVIZ_PROCESSOR {
namespace {

/// A column of 4H, gate by gate.
template <typename T>
struct LstmGates {
  T* i;
  T* f;
  T* g;
  T* o;

  LstmGates(T* column, Index H) : i(column), f(column + H), g(column + 2 * H), o(column + 3 * H) {}
};

}  // namespace

void lstm_gates(const LstmGatesTask& task) {
  const LstmGates b(task.b_hh, task.size);
  for (Index k = 0; k < task.count; ++k) {
    const LstmGates x(task.input(task.ids != nullptr ? task.ids[k] : k), task.size);
    const LstmGates gate(task.gates(k), task.size);  // W_hh h, to become i, f, g, o
    const Scalar* m = task.memory_before(k);
    Scalar* u_out = task.u(k);
    Scalar* m_out = task.memory_after(k);
    Scalar* h_next = task.after(k);
    for_each_place(task.size, [=](auto at) {
      const Simd i = sigmoid(at(x.i) + at(gate.i) + at(b.i));
      const Simd f = sigmoid(at(x.f) + at(gate.f) + at(b.f));
      const Simd g = tanh(at(x.g) + at(gate.g) + at(b.g));
      const Simd o = sigmoid(at(x.o) + at(gate.o) + at(b.o));
      const Simd m_next = f * at(m) + i * g;
      const Simd u = tanh(m_next);
      at[h_next] = o * u;
      at[gate.i] = i;
      at[gate.f] = f;
      at[gate.g] = g;
      at[gate.o] = o;
      at[m_out] = m_next;
      at[u_out] = u;
    });
  }
}

void lstm_gates_backward(const LstmGatesBackwardTask& task) {
  for (Index k = 0; k < task.count; ++k) {
    const Scalar* m = task.memory_before(k);
    const LstmGates gate(task.gates(k), task.size);
    const Scalar* u_in = task.u(k);
    const Scalar* d_h = task.d_state(k);
    const LstmGates d(task.d_gates(k), task.size);
    Scalar* d_m = task.d_memory(k);  // of m', to become that of m
    for_each_place(task.size, [=](auto at) {
      const Simd i = at(gate.i);
      const Simd f = at(gate.f);
      const Simd g = at(gate.g);
      const Simd o = at(gate.o);
      const Simd u = at(u_in);
      const Simd d_h_next = at(d_h);
      const Simd d_m_next = at(d_m) + d_h_next * o * (1 - u * u);
      // those of the gates are of what their tanh and logistic functions are taken of
      at[d.i] = d_m_next * g * i * (1 - i);
      at[d.f] = d_m_next * at(m) * f * (1 - f);
      at[d.g] = d_m_next * i * (1 - g * g);
      at[d.o] = d_h_next * u * o * (1 - o);
      at[d_m] = d_m_next * f;
    });
  }
}

}  // namespace attnviz::ATTNVIZ_PROCESSOR

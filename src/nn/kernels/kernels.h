// The loops over numbers. nn/kernels/ is compiled once for each kind of processor, and the best one
// for this machine is chosen when the program starts. Everything that calls them is compiled for
// the oldest processor.
//
// The kinds that have a fused multiply-add (x86-64-v3, x86-64-v4, 64-bit Arm) give the same bits:
// loops take sixteen numbers at a time whatever a register holds, sums run over sixteen partial
// sums that are then added by halves, and what is fused follows from the source, not from the
// compiler (simd.h). x86-64-v2 has no fused multiply-add and rounds differently.
#pragma once

#include "nn/kernels/scalar.h"

namespace attnviz {

/// Columns in memory, each `stride` scalars after the one before.
template <typename T>
struct Strided {
  T* data;
  Index stride;

  // inlined always: a copy of a function would be compiled for one kind of processor
  [[gnu::always_inline]] T* operator()(Index column) const { return data + column * stride; }
  [[gnu::always_inline]] operator Strided<const T>() const { return {data, stride}; }
};

/// What makes numbers e^x_j sum to one: log sum_j e^x_j = highest + log(sum), without overflow.
struct Normaliser {
  Scalar highest;  // max_j x_j
  Scalar sum;      // sum_j e^(x_j - highest)
};

/// C = A B, or C += A B, for C of rows x columns and A of rows x depth.
struct ProductTask {
  Strided<const Scalar> A;
  const Scalar* B;
  Index B_row;  // strides of B, which may be a transpose
  Index B_column;
  Strided<Scalar> C;
  Index rows;
  Index columns;
  Index depth;
  bool add;
};

/// The gates of a GRU's step: nn/recurrent.h has the equations. Gates are stacked r, z, n.
struct GruGatesTask {
  Index size;   // H
  Index count;  // of columns
  const Scalar* b_hh;
  Strided<const Scalar> input;   // 3H   W_ih x + b_ih
  const int* ids;                // the column of `input` for each; null: its own
  Strided<const Scalar> before;  // H   h
  Strided<Scalar> gates;         // 3H   W_hh h, to become r, z, n
  Strided<Scalar> u;             // H
  Strided<Scalar> after;         // H   h'
};

struct GruGatesBackwardTask {
  Index size;
  Index count;
  Strided<const Scalar> before;
  Strided<const Scalar> gates;
  Strided<const Scalar> u;
  Strided<Scalar> d_input;      // 3H   of W_ih x + b_ih
  Strided<Scalar> d_recurrent;  // 3H   of W_hh h + b_hh
  Strided<Scalar> d_state;      // H   of h', to become that of h but for what comes through W_hh h
};

/// The gates of an LSTM's step: nn/recurrent.h has the equations. Gates are stacked i, f, g, o.
struct LstmGatesTask {
  Index size;   // H
  Index count;  // of columns
  const Scalar* b_hh;
  Strided<const Scalar> input;          // 4H   W_ih x + b_ih
  const int* ids;                       // the column of `input` for each; null: its own
  Strided<const Scalar> memory_before;  // H   m
  Strided<Scalar> gates;                // 4H   W_hh h, to become i, f, g, o
  Strided<Scalar> u;                    // H   tanh(m')
  Strided<Scalar> memory_after;         // H   m'
  Strided<Scalar> after;                // H   h'
};

struct LstmGatesBackwardTask {
  Index size;
  Index count;
  Strided<const Scalar> memory_before;
  Strided<const Scalar> gates;
  Strided<const Scalar> u;
  Strided<const Scalar> d_state;  // H   of h'
  Strided<Scalar> d_gates;        // 4H   of W_ih x + b_ih, and of W_hh h + b_hh
  Strided<Scalar> d_memory;       // H   of m', to become that of m
};

/// e_j = v' tanh(query + key_j + w k_j) over the inputs of one example; without coverage w and k
/// are null.
struct AdditiveScoreTask {
  Index units;   // A
  Index inputs;  // S
  const Scalar* v;
  const Scalar* w;
  const Scalar* query;
  Strided<const Scalar> keys;
  const Scalar* k;
};

/// The gradients of that: d_e is given, d_query is set, the others are added to.
struct AdditiveScoreGradient {
  const Scalar* d_e;       // S
  Scalar* d_query;         // A
  Strided<Scalar> d_keys;  // A x S
  Scalar* d_v;             // A
  Scalar* d_w;             // A   with coverage
  Scalar* d_k;             // S   the same
  Strided<Scalar> parts;   // simd_size x S   a buffer, the same
};

/// p(y) = sum_j a_j p_j(y): a mixture of `inputs` distributions over `symbols`, in logarithms.
struct MixtureTask {
  Index symbols;                // V
  Index inputs;                 // S, at least one
  const Scalar* log_a;          // S   -infinity where a_j = 0, but not of all
  Strided<const Scalar> log_p;  // V x S   log p_j
};

/// The factors of one update by Adam: train/adam.h has the equations.
struct AdamFactors {
  Scalar clip;  // min(1, clip / (norm + 1e-6))
  Scalar beta1;
  Scalar beta2;
  Scalar epsilon;
  Scalar m_rate;   // rate / (1 - beta1^t)
  Scalar v_scale;  // 1 / (1 - beta2^t)
};

/// Scalars that a kernel takes at a time.
inline constexpr Index simd_size = 16;

/// One of each for every kind of processor. Arrays that a kernel writes may not overlap others,
/// unless it says so.
struct Kernels {
  void (*product)(const ProductTask& task);

  void (*tanh)(Index count, Scalar* x);  // in place
  /// There must be at least one x.
  Normaliser (*normaliser)(Index count, const Scalar* x);
  /// a_j = scale e^x_j / sum_k e^x_k; `a` may be x.
  Normaliser (*softmax)(Index count, const Scalar* x, Scalar scale, Scalar* a);
  /// Given the gradient of a = softmax(x), that of x: d_x_j = a_j (d_a_j - sum_k a_k d_a_k). `d_x`
  /// may be d_a.
  void (*softmax_backward)(Index count, const Scalar* a, const Scalar* d_a, Scalar* d_x);
  /// d_a_j -= c log a_j
  void (*add_entropy_backward)(Index count, Scalar c, const Scalar* a, Scalar* d_a);

  /// log_sum_y = log sum_j a_j p_j(y)
  void (*mix)(const MixtureTask& task, Scalar* log_sum);
  /// With P_j(y) = a_j p_j(y) / p(y), given d_y, the gradient of log p(y), and that log p(y):
  /// d_log_a_j = sum_y d_y P_j(y), and of the logits that p_j is the softmax of,
  /// d_logits_jy = d_y P_j(y) - p_j(y) d_log_a_j.
  void (*mix_backward)(const MixtureTask& task, const Scalar* log_sum, const Scalar* d,
                       Scalar* d_log_a, Strided<Scalar> d_logits);

  void (*gru_gates)(const GruGatesTask& task);
  void (*gru_gates_backward)(const GruGatesBackwardTask& task);
  void (*lstm_gates)(const LstmGatesTask& task);
  void (*lstm_gates_backward)(const LstmGatesBackwardTask& task);
  void (*additive_score)(const AdditiveScoreTask& task, Scalar* e);
  void (*additive_score_backward)(const AdditiveScoreTask& task,
                                  const AdditiveScoreGradient& gradient);
  /// products_j = columns_j' x
  void (*dot_each)(Index rows, Index count, Strided<const Scalar> columns, const Scalar* x,
                   Scalar* products);

  /// y += x
  void (*add)(Index count, const Scalar* x, Scalar* y);
  /// sum += the sum of `columns`
  void (*add_columns)(Index rows, Index count, Strided<const Scalar> columns, Scalar* sum);
  /// d *= 1 - t^2: from the gradient of t = tanh(x) to that of x
  void (*tanh_backward)(Index count, const Scalar* t, Scalar* d);
  /// sum_i x_i^2
  Scalar (*squared_norm)(Index count, const Scalar* x);
  void (*adam)(const AdamFactors& factors, Index count, const Scalar* d_w, Scalar* m, Scalar* v,
               Scalar* w);
  /// mean += rate (x - mean)
  void (*average)(Index count, Scalar rate, const Scalar* x, Scalar* mean);
};

}  // namespace attnviz

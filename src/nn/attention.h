// Additive attention (Bahdanau, Cho, Bengio 2015, section 3.1 and appendix A.1.2):
//
//   u_j  = U_a h_j                        keys, once per sentence
//   e_ij = v' tanh(W_a q_i + u_j)         score of input j for output i
//   a_i  = softmax_j(e_i)
//   c_i  = sum_j a_ij h_j                 context
//
// and, to compare with, three other scores (dot: both sides projected to A units; bilinear:
// "general" in Luong, Pham, Manning 2015; scaled: Vaswani et al. 2017) and two forms without any:
//
//   dot         e_ij = (W_a q_i)' u_j
//   scaled dot  e_ij = (W_a q_i)' u_j / sqrt(A)
//   bilinear    e_ij = q_i' u_j           here the keys have the size of the query
//   uniform     a_ij = 1 / S
//   none        a_ij = 0                  c_i = 0: only s_0 knows the sentence
//
// The additive score may be told what was attended to before, its coverage (Tu et al. 2016; the
// scalar case of Chorowski et al. 2015), with one vector w:
//
//   k_ij = sum_{t<i} a_tj                         coverage
//   e_ij = v' tanh(W_a q_i + u_j + w k_ij)
#pragma once

#include <optional>
#include <span>

#include "nn/types.h"

namespace attnviz {

enum class Attention { additive, dot, scaled_dot, bilinear, uniform, none };

std::string_view to_string(Attention attention);
/// "additive", "dot", "scaled-dot", "bilinear", "uniform" or "none"; nothing for anything else.
std::optional<Attention> attention_from(std::string_view name);

/// Whether this form has scores, hence weights to learn.
bool is_learned(Attention form);

/// Tensors that a form of attention does not use are empty.
struct AttentionWeights {
  Attention form = Attention::additive;
  Matrix W_a;  // A x D   query
  Matrix U_a;  // A x K   key; D x K for the bilinear score
  Vector v;    // A       score
  Vector w;    // A       coverage; empty without it

  bool covered() const { return w.size() > 0; }
};

/// The weights as the backward pass multiplies by them.
struct AttentionBackwardWeights {
  Attention form = Attention::additive;
  Matrix W_a_t;  // D x A
  Matrix U_a_t;  // K x A
  Vector v;      // A
  Vector w;      // A

  bool covered() const { return w.size() > 0; }
  void prepare(const AttentionWeights& weights);
};

/// What the source offers to every output step. Unlike all other tapes it is packed example by
/// example: those of example k are the columns starts[k] .. starts[k + 1].
struct AttentionMemory {
  std::span<const int> starts;  // B + 1
  Matrix annotations;           // K x N   h
  Matrix keys;                  // A x N   u

  void grow(Index annotation, Index units, Index total);
  Index size() const { return starts.back(); }
  Columns of(Index example) const {
    const auto k = static_cast<std::size_t>(example);
    return {starts[k], starts[k + 1] - starts[k]};
  }
};

/// What the output steps leave for the backward pass: N packed columns each.
struct AttentionTape {
  Matrix query;     // A x N   W_a q
  Matrix weights;   // S x N   a; rows past an example's length are unused
  Matrix coverage;  // S x N   k, the same; empty without it

  void grow(Index units, Index source_steps, Index total, bool covered);
};

struct AttentionBackwardTape {
  Matrix d_annotations;     // K x N of the memory
  Matrix d_keys;            // A x N of the memory
  Matrix d_query;           // A x N
  Vector d_scores;          // S   of one column
  Matrix d_log_weights;     // S x N   of log a, which hard attention has in place of d_contexts
  Matrix d_coverage;        // S x B   of the steps after the present one
  Matrix d_coverage_parts;  // simd_size x S   of one output, a buffer of the kernel
  Matrix d_weights;         // S x N   what reads the weights besides the contexts; empty if none

  // of one example, step by step
  Matrix d_contexts_of_one;  // K x T
  Matrix weights_of_one;     // S x T

  void grow(Index annotation, Index units, Index source_total, Index source_steps, Index total);
  /// Before the last step: no gradient of coverage yet, for a batch of that size.
  void start_coverage(Index source_steps, Index batch);
};

/// keys = U_a annotations
void attention_keys(const AttentionWeights& weights, AttentionMemory& memory);

/// One output step: fills its weights and contexts (K x n; 0 x n where none are wanted), given the
/// queries (D x n). `earlier` is the step before, empty for the first one: its weights add to the
/// coverage.
void attend(const AttentionWeights& weights, const AttentionMemory& memory, MatrixIn queries,
            Columns earlier, Columns step, AttentionTape& tape, MatrixOut contexts);

/// Backward of one step, from the last to the first: given d_contexts (K x n), or without contexts
/// d_tape.d_log_weights, adds to d_queries (D x n), d_keys, and v and w of d_weights. The loss also
/// holds entropy_weights[k] times the entropy -sum_j a_j log a_j of column k, counted in all packed
/// columns (N).
void attend_backward(const AttentionBackwardWeights& weights, const AttentionMemory& memory,
                     MatrixIn d_contexts, Columns step, const Vector& entropy_weights,
                     const AttentionTape& tape, AttentionBackwardTape& d_tape, MatrixOut d_queries,
                     AttentionWeights& d_weights);

/// Sets d_annotations to what comes through the contexts, given d_contexts (K x N) of all steps and
/// the column at which each step starts (T + 1); what attention_weights_backward() contributes is
/// added after. All steps at once, since step by step takes T times the memory traffic.
void annotations_backward(const Matrix& d_contexts, std::span<const int> step_starts,
                          const AttentionMemory& memory, const AttentionTape& tape,
                          AttentionBackwardTape& d_tape);

/// After all steps: adds to d_weights.W_a and U_a and to d_annotations. `queries` (D x N) are those
/// of all steps.
void attention_weights_backward(const AttentionBackwardWeights& weights, MatrixIn queries,
                                const AttentionMemory& memory, AttentionBackwardTape& d_tape,
                                AttentionWeights& d_weights);

}  // namespace attnviz

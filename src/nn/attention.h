// Additive attention (Bahdanau, Cho, Bengio 2015, section 3.1 and appendix A.1.2):
//
//   u_j  = U_a h_j                        keys, once a sentence
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
#pragma once

#include <optional>
#include <span>

#include "nn/types.h"

namespace attnviz {

enum class Attention { additive, dot, scaled_dot, bilinear, uniform, none };

std::string_view to_string(Attention attention);
/// "additive", "dot", "scaled-dot", "bilinear", "uniform" or "none"; nothing for anything else.
std::optional<Attention> attention_from(std::string_view name);

/// Tensors that a form of attention does not use are empty.
struct AttentionWeights {
  Attention form = Attention::additive;
  Matrix W_a;  // A x D   query
  Matrix U_a;  // A x K   key; D x K for the bilinear score
  Vector v;    // A       score

  void resize(Attention attention, Index units, Index query, Index annotation);

  template <typename F, typename... Weights>
  static void visit(F&& f, std::string_view prefix, Weights&... w) {
    f(TensorName{prefix, "query.weight"}, w.W_a...);
    f(TensorName{prefix, "key.weight"}, w.U_a...);
    f(TensorName{prefix, "score.weight"}, w.v...);
  }
};

/// What the source offers to every output step. Unlike all other tapes it is packed example by
/// example: those of example k are the columns starts[k] .. starts[k + 1].
struct AttentionMemory {
  std::span<const int> starts;  // B + 1
  Matrix annotations;           // K x N   h
  Matrix keys;                  // A x N   u
  Matrix d_annotations;         // K x N
  Matrix d_keys;                // A x N

  void grow(Index annotation, Index units, Index total);
  Index size() const { return starts.back(); }
  Columns of(Index example) const {
    const auto k = static_cast<std::size_t>(example);
    return {starts[k], starts[k + 1] - starts[k]};
  }
};

/// What the output steps leave for the way back: N packed columns each.
struct AttentionTape {
  Matrix query;     // A x N   W_a q
  Matrix weights;   // S x N   a; rows beyond an example's length hold nothing of use
  Matrix d_query;   // A x N
  Vector d_scores;  // S   of one column

  // of one example, step by step
  Matrix d_contexts_of_one;  // K x T
  Matrix weights_of_one;     // S x T

  void grow(Index units, Index source_steps, Index total);
};

/// keys = U_a annotations
void attention_keys(const AttentionWeights& weights, AttentionMemory& memory);

/// One output step: fills its weights and contexts (K x n), given the queries (D x n).
void attend(const AttentionWeights& weights, const AttentionMemory& memory, MatrixIn queries,
            Columns step, AttentionTape& tape, MatrixOut contexts);

/// The way back of one step: given d_contexts (K x n), adds to d_queries (D x n), to the memory's
/// d_keys and to d_weights.v. The loss also holds entropy_weights[k] times the entropy
/// -sum_j a_j log a_j of column k, counted in all packed columns (N).
void attend_backward(const AttentionWeights& weights, const AttentionWeights& transposed,
                     AttentionMemory& memory, MatrixIn d_contexts, Columns step,
                     const Vector& entropy_weights, AttentionTape& tape, MatrixOut d_queries,
                     AttentionWeights& d_weights);

/// Sets the memory's d_annotations to what comes through the contexts, given d_contexts (K x N) of
/// all steps and the column at which each step starts (T + 1); what else there is, as of
/// attention_weights_backward(), is added after. At once, since step by step takes T times the
/// memory traffic.
void annotations_backward(const Matrix& d_contexts, std::span<const int> step_starts,
                          AttentionTape& tape, AttentionMemory& memory);

/// What all steps share on the way back: adds to d_weights.W_a and U_a and to the memory's
/// d_annotations. `queries` (D x N) are those of all steps.
void attention_weights_backward(const AttentionWeights& transposed, MatrixIn queries,
                                const AttentionTape& tape, AttentionMemory& memory,
                                AttentionWeights& d_weights);

}  // namespace attnviz

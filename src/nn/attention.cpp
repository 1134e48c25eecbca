#include "attnviz/nn/attention.h"

#include <cmath>

#include "attnviz/nn/activation.h"

namespace attnviz {
namespace {

/// v' tanh(query + key), for each key of one example
void score(const Vector& v, const Scalar* query, MatrixIn keys, Eigen::Ref<Vector> scores) {
  const Index A = v.size();
  const Scalar* weight = v.data();
  for (Index j = 0; j < keys.cols(); ++j) {
    const Scalar* key = keys.col(j).data();
    Scalar sum = 0;
#pragma omp simd reduction(+ : sum)
    for (Index i = 0; i < A; ++i) sum += weight[i] * hyperbolic_tangent(query[i] + key[i]);
    scores[j] = sum;
  }
}

/// The way back; tanh is computed again, which is cheaper than keeping A x S x T of them.
void score_backward(const Vector& v, const Scalar* query, MatrixIn keys,
                    Eigen::Ref<const Vector> d_scores, Scalar* d_query, MatrixOut d_keys,
                    Vector& d_v) {
  const Index A = v.size();
  const Scalar* weight = v.data();
  Scalar* d_weight = d_v.data();
  for (Index j = 0; j < keys.cols(); ++j) {
    const Scalar* key = keys.col(j).data();
    Scalar* d_key = d_keys.col(j).data();
    const Scalar d_score = d_scores[j];
#pragma omp simd
    for (Index i = 0; i < A; ++i) {
      const Scalar k = hyperbolic_tangent(query[i] + key[i]);
      const Scalar d_sum = d_score * weight[i] * (1 - k * k);
      d_query[i] += d_sum;
      d_key[i] += d_sum;
      d_weight[i] += d_score * k;
    }
  }
}

/// d(-sum_j a_j log a_j) / d a_j = -(log a_j + 1); the constant vanishes in the softmax's backward.
Scalar d_entropy(Scalar weight) {
  return -std::log(std::max(weight, Scalar(1e-30)));
}

}  // namespace

void AttentionWeights::resize(Index units, Index query, Index annotation) {
  W_a.resize(units, query);
  U_a.resize(units, annotation);
  v.resize(units);
}

void AttentionMemory::grow(Index annotation, Index units, Index total) {
  attnviz::grow(annotations, annotation, total);
  attnviz::grow(d_annotations, annotation, total);
  attnviz::grow(keys, units, total);
  attnviz::grow(d_keys, units, total);
}

void AttentionTape::grow(Index units, Index source_steps, Index total) {
  attnviz::grow(query, units, total);
  attnviz::grow(d_query, units, total);
  attnviz::grow(weights, source_steps, total);
  if (d_scores.size() < source_steps) d_scores.resize(source_steps);
}

void attention_keys(const AttentionWeights& weights, AttentionMemory& memory) {
  const Index N = memory.size();
  memory.keys.leftCols(N).noalias() = weights.U_a * memory.annotations.leftCols(N);
}

void attend(const AttentionWeights& weights, const AttentionMemory& memory, MatrixIn queries,
            Columns step, AttentionTape& tape, MatrixOut contexts) {
  columns(tape.query, step).noalias() = weights.W_a * queries;
  for (Index k = 0; k < step.count; ++k) {
    const Columns inputs = memory.of(k);
    auto a = tape.weights.col(step.first + k).head(inputs.count);
    score(weights.v, tape.query.col(step.first + k).data(), columns(memory.keys, inputs), a);
    softmax(a);
    contexts.col(k).noalias() = columns(memory.annotations, inputs) * a;
  }
}

void attend_backward(const AttentionWeights& weights, AttentionMemory& memory, MatrixIn d_contexts,
                     Columns step, const Vector& entropy_weights, AttentionTape& tape,
                     MatrixOut d_queries, AttentionWeights& d_weights) {
  columns(tape.d_query, step).setZero();
  for (Index k = 0; k < step.count; ++k) {
    const Columns inputs = memory.of(k);
    const Scalar entropy_weight = entropy_weights[step.first + k];
    const auto a = tape.weights.col(step.first + k).head(inputs.count);
    const auto d_c = d_contexts.col(k);

    // c = H a
    columns(memory.d_annotations, inputs).noalias() += d_c * a.transpose();
    auto d_a = tape.d_scores.head(inputs.count);
    d_a.noalias() = columns(memory.annotations, inputs).transpose() * d_c;
    if (entropy_weight != 0) d_a += entropy_weight * a.unaryExpr(&d_entropy);

    // a = softmax(e): d_e = a * (d_a - a' d_a)
    const Scalar mean = a.dot(d_a);
    d_a.array() = a.array() * (d_a.array() - mean);

    score_backward(weights.v, tape.query.col(step.first + k).data(), columns(memory.keys, inputs),
                   d_a, tape.d_query.col(step.first + k).data(), columns(memory.d_keys, inputs),
                   d_weights.v);
  }
  d_queries.noalias() += weights.W_a.transpose() * columns(tape.d_query, step);
}

void attention_weights_backward(const AttentionWeights& weights, MatrixIn queries,
                                const AttentionTape& tape, AttentionMemory& memory,
                                AttentionWeights& d_weights) {
  const auto d_keys = memory.d_keys.leftCols(memory.size());
  d_weights.W_a.noalias() += tape.d_query.leftCols(queries.cols()) * queries.transpose();
  d_weights.U_a.noalias() += d_keys * memory.annotations.leftCols(memory.size()).transpose();
  memory.d_annotations.leftCols(memory.size()).noalias() += weights.U_a.transpose() * d_keys;
}

}  // namespace attnviz

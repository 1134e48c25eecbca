#include "nn/attention.h"

#include <cmath>

#include "nn/activation.h"
#include "nn/product.h"

namespace attnviz {
namespace {

/// products_j = columns_j' x
void dot_each(MatrixIn columns, const Scalar* x, Scalar* products) {
  for (Index j = 0; j < columns.cols(); ++j) {
    const Scalar* column = columns.col(j).data();
    Lanes product{};
    for (Index i = 0; i < columns.rows(); i += lane_count) {
      const Index n = columns.rows() - i;
      product += load(column + i, n) * load(x + i, n);
    }
    products[j] = sum(product);
  }
}

/// e_j = v' tanh(query + key_j)
void additive(const Vector& v, const Scalar* query, MatrixIn keys, Eigen::Ref<Vector> scores) {
  const Index A = v.size();
  for (Index j = 0; j < keys.cols(); ++j) {
    const Scalar* key = keys.col(j).data();
    Lanes score{};
    for (Index i = 0; i < A; i += lane_count) {
      const Index n = A - i;
      score += load(v.data() + i, n) * hyperbolic_tangent(load(query + i, n) + load(key + i, n));
    }
    scores[j] = sum(score);
  }
}

/// The way back; tanh is computed again, which is cheaper than keeping A x S x T of them.
void additive_backward(const Vector& v, const Scalar* query, MatrixIn keys,
                       Eigen::Ref<const Vector> d_scores, Scalar* d_query, MatrixOut d_keys,
                       Vector& d_v) {
  const Index A = v.size();
  for (Index i = 0; i < A; i += lane_count) {
    const Index n = A - i;
    const Lanes weight = load(v.data() + i, n);
    const Lanes q = load(query + i, n);
    Lanes sum_query{};
    Lanes sum_weight{};
    for (Index j = 0; j < keys.cols(); ++j) {
      Scalar* d_key = d_keys.col(j).data() + i;
      const Lanes k = hyperbolic_tangent(q + load(keys.col(j).data() + i, n));
      const Lanes d_sum = d_scores[j] * weight * (1 - k * k);
      sum_query += d_sum;
      sum_weight += d_scores[j] * k;
      store(load(d_key, n) + d_sum, d_key, n);
    }
    store(sum_query, d_query + i, n);
    store(load(d_v.data() + i, n) + sum_weight, d_v.data() + i, n);
  }
}

/// d_a += c d(-sum_j a_j log a_j) / d a, which is -(log a_j + 1); the constant vanishes in the
/// softmax's backward.
void add_entropy_backward(Scalar c, const Scalar* a, Index count, Scalar* d_a) {
  const Lanes least = Lanes{} + Scalar(1e-30);
  for (Index j = 0; j < count; j += lane_count) {
    const Index n = count - j;
    const Lanes weight = load(a + j, n);
    store(load(d_a + j, n) - c * logarithm(weight > least ? weight : least), d_a + j, n);
  }
}

bool is_learned(Attention form) {
  return form != Attention::uniform && form != Attention::none;
}

/// What a product of query and key is multiplied by.
Scalar dot_scale(Attention form, Index units) {
  return form == Attention::scaled_dot ? 1 / std::sqrt(static_cast<Scalar>(units)) : 1;
}

/// The scores of one output over the inputs of one example.
void score(const AttentionWeights& weights, Eigen::Ref<const Vector> query, MatrixIn keys,
           Eigen::Ref<Vector> e) {
  if (weights.form == Attention::additive) {
    additive(weights.v, query.data(), keys, e);
  } else if (is_learned(weights.form)) {
    dot_each(keys, query.data(), e.data());
    e *= dot_scale(weights.form, query.size());
  } else {
    e.setZero();
  }
}

}  // namespace

std::string_view to_string(Attention attention) {
  switch (attention) {
    case Attention::additive:
      return "additive";
    case Attention::dot:
      return "dot";
    case Attention::scaled_dot:
      return "scaled-dot";
    case Attention::bilinear:
      return "bilinear";
    case Attention::uniform:
      return "uniform";
    case Attention::none:
      break;
  }
  return "none";
}

std::optional<Attention> attention_from(std::string_view name) {
  for (const Attention attention : {Attention::additive, Attention::dot, Attention::scaled_dot,
                                    Attention::bilinear, Attention::uniform, Attention::none}) {
    if (name == to_string(attention)) return attention;
  }
  return std::nullopt;
}

void AttentionWeights::resize(Attention attention, Index units, Index query, Index annotation) {
  form = attention;
  const Index query_rows = is_learned(form) && form != Attention::bilinear ? units : 0;
  const Index key_rows = form == Attention::bilinear ? query : query_rows;
  W_a.resize(query_rows, query_rows > 0 ? query : 0);
  U_a.resize(key_rows, key_rows > 0 ? annotation : 0);
  v.resize(form == Attention::additive ? units : 0);
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
  // Columns that start at a multiple of a packet, whatever the longest source so far: where a sum
  // starts decides its bits, and a run that is resumed has seen fewer sources.
  constexpr Index packet = 16;
  attnviz::grow(weights, (source_steps + packet - 1) / packet * packet, total);
  attnviz::grow(d_scores, source_steps, 1);
}

void attention_keys(const AttentionWeights& weights, AttentionMemory& memory) {
  if (!is_learned(weights.form)) return;
  const Index N = memory.size();
  product(weights.U_a, memory.annotations.leftCols(N), memory.keys.leftCols(N));
}

void attend(const AttentionWeights& weights, const AttentionMemory& memory, MatrixIn queries,
            Columns step, AttentionTape& tape, MatrixOut contexts) {
  auto projected = columns(tape.query, step);
  if (weights.form == Attention::bilinear) {
    projected = queries;
  } else if (is_learned(weights.form)) {
    product(weights.W_a, queries, projected);
  }
  const auto weights_of = [&](Index k) {
    return tape.weights.col(step.first + k).head(memory.of(k).count);
  };
  for (Index k = 0; k < step.count; ++k) {
    score(weights, projected.col(k), columns(memory.keys, memory.of(k)), weights_of(k));
  }
  // All of them in a row: each is a chain of steps that wait for each other, and neighbours fill
  // the gaps.
  for (Index k = 0; k < step.count && weights.form != Attention::none; ++k) {
    auto a = weights_of(k);
    softmax(a.data(), a.size(), a.data());
  }
  for (Index k = 0; k < step.count; ++k) {
    product(columns(memory.annotations, memory.of(k)), weights_of(k), contexts.col(k));
  }
}

void attend_backward(const AttentionWeights& weights, const AttentionWeights& transposed,
                     AttentionMemory& memory, MatrixIn d_contexts, Columns step,
                     const Vector& entropy_weights, AttentionTape& tape, MatrixOut d_queries,
                     AttentionWeights& d_weights) {
  if (!is_learned(weights.form)) return;
  const auto query = columns(tape.query, step);
  auto d_query = columns(tape.d_query, step);
  for (Index k = 0; k < step.count; ++k) {
    const Columns inputs = memory.of(k);
    const auto keys = columns(memory.keys, inputs);
    auto d_keys = columns(memory.d_keys, inputs);
    const auto a = tape.weights.col(step.first + k).head(inputs.count);
    const auto d_c = d_contexts.col(k);

    auto d_e = tape.d_scores.head(inputs.count);
    // c = H a
    dot_each(columns(memory.annotations, inputs), d_c.data(), d_e.data());
    const Scalar entropy_weight = entropy_weights[step.first + k];
    if (entropy_weight != 0) add_entropy_backward(entropy_weight, a.data(), a.size(), d_e.data());

    // a = softmax(e): d_e = a * (d_a - a' d_a)
    const Scalar mean = a.dot(d_e);
    d_e.array() = a.array() * (d_e.array() - mean);

    if (weights.form == Attention::additive) {
      additive_backward(weights.v, query.col(k).data(), keys, d_e, d_query.col(k).data(), d_keys,
                        d_weights.v);
    } else {
      d_e *= dot_scale(weights.form, query.rows());
      d_query.col(k).noalias() = keys * d_e;
      d_keys.noalias() += query.col(k) * d_e.transpose();
    }
  }
  if (weights.form == Attention::bilinear) {
    d_queries += d_query;
  } else {
    add_product(transposed.W_a, d_query, d_queries);
  }
}

void annotations_backward(const Matrix& d_contexts, std::span<const int> step_starts,
                          AttentionTape& tape, AttentionMemory& memory) {
  const std::size_t most_steps = step_starts.size() - 1;
  grow(tape.d_contexts_of_one, d_contexts.rows(), static_cast<Index>(most_steps));
  grow(tape.weights_of_one, tape.weights.rows(), static_cast<Index>(most_steps));
  for (Index k = 0; k + 1 < static_cast<Index>(memory.starts.size()); ++k) {
    const Columns inputs = memory.of(k);
    Index steps = 0;
    for (std::size_t t = 0; t < most_steps && step_starts[t] + k < step_starts[t + 1]; ++t) {
      const Index column = step_starts[t] + k;
      tape.d_contexts_of_one.col(steps) = d_contexts.col(column);
      tape.weights_of_one.col(steps).head(inputs.count) =
          tape.weights.col(column).head(inputs.count);
      ++steps;
    }
    const auto a = tape.weights_of_one.topLeftCorner(inputs.count, steps);
    product(tape.d_contexts_of_one.leftCols(steps), a.transpose(),
            columns(memory.d_annotations, inputs));
  }
}

void attention_weights_backward(const AttentionWeights& transposed, MatrixIn queries,
                                const AttentionTape& tape, AttentionMemory& memory,
                                AttentionWeights& d_weights) {
  if (!is_learned(d_weights.form)) return;
  const auto d_keys = memory.d_keys.leftCols(memory.size());
  if (d_weights.form != Attention::bilinear) {
    add_product(tape.d_query.leftCols(queries.cols()), queries.transpose(), d_weights.W_a);
  }
  add_product(d_keys, memory.annotations.leftCols(memory.size()).transpose(), d_weights.U_a);
  add_product(transposed.U_a, d_keys, memory.d_annotations.leftCols(memory.size()));
}

}  // namespace attnviz

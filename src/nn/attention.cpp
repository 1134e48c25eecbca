#include "nn/attention.h"

#include <cmath>

#include "nn/activation.h"
#include "nn/product.h"

namespace attnviz {
namespace {

Scalar dot(const Scalar* a, const Scalar* b, Index size) {
  Simd sum{};
  for_each_register(size, [&](auto at) { sum += at(a) * at(b); });
  return reduce_add(sum);
}

/// products_j = columns_j' x
void dot_each(MatrixIn columns, const Scalar* x, Scalar* products) {
  for (Index j = 0; j < columns.cols(); ++j) {
    products[j] = dot(columns.col(j).data(), x, columns.rows());
  }
}

/// e_j = v' tanh(query + key_j)
void additive_score(const Vector& v, const Scalar* query, MatrixIn keys, Scalar* e) {
  for (Index j = 0; j < keys.cols(); ++j) {
    const Scalar* key = keys.col(j).data();
    Simd score{};
    for_each_register(v.size(), [&, weight = v.data()](auto at) {
      score += at(weight) * tanh(at(query) + at(key));
    });
    e[j] = reduce_add(score);
  }
}

/// With t_j = tanh(query + key_j): d_query = sum_j d_e_j v (1 - t_j^2), to which d_key_j adds its
/// term, and d_v += sum_j d_e_j t_j. tanh is computed again, which is cheaper than keeping A x S x
/// T of them.
void additive_score_backward(const Vector& v, const Scalar* query, MatrixIn keys, const Scalar* d_e,
                             Scalar* d_query, MatrixOut d_keys, Vector& d_v) {
  // by value: behind references, the compiler would read them again after each store
  const auto key = [first = keys.data(), stride = keys.outerStride()](Index j) {
    return first + j * stride;
  };
  const auto d_key = [first = d_keys.data(), stride = d_keys.outerStride()](Index j) {
    return first + j * stride;
  };
  const Index S = keys.cols();
  for_each_register(v.size(), [=, weight = v.data(), d_weight = d_v.data()](auto at) {
    const Simd v_i = at(weight);
    const Simd q = at(query);
    Simd d_q{};
    Simd d_v_i{};
    for (Index j = 0; j < S; ++j) {
      const Simd t = tanh(q + at(key(j)));
      const Simd d_sum = unfused(d_e[j] * v_i * (1 - t * t));
      d_q += d_sum;
      d_v_i += d_e[j] * t;
      at[d_key(j)] += d_sum;
    }
    at[d_query] = d_q;
    at[d_weight] += d_v_i;
  });
}

/// d_a += c d(-sum_j a_j log a_j) / d a, which is -(log a_j + 1); the constant vanishes in the
/// softmax's backward.
void add_entropy_backward(Scalar c, const Scalar* a, Index count, Scalar* d_a) {
  const Simd least = Simd{} + Scalar(1e-30);
  for_each_register(count, [&](auto at) {
    const Simd a_j = at(a);
    at[d_a] = at(d_a) - c * log(a_j > least ? a_j : least);
  });
}

/// What a product of query and key is multiplied by.
Scalar dot_scale(Attention form, Index units) {
  return form == Attention::scaled_dot ? 1 / std::sqrt(static_cast<Scalar>(units)) : 1;
}

/// The scores of one output over the inputs of one example.
void score(const AttentionWeights& weights, Eigen::Ref<const Vector> query, MatrixIn keys,
           Eigen::Ref<Vector> e) {
  if (weights.form == Attention::additive) {
    additive_score(weights.v, query.data(), keys, e.data());
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

bool is_learned(Attention form) {
  return form != Attention::uniform && form != Attention::none;
}

void AttentionBackwardWeights::prepare(const AttentionWeights& weights) {
  form = weights.form;
  W_a_t = weights.W_a.transpose();
  U_a_t = weights.U_a.transpose();
  v = weights.v;
}

void AttentionMemory::grow(Index annotation, Index units, Index total) {
  attnviz::grow(annotations, annotation, total);
  attnviz::grow(keys, units, total);
}

void AttentionTape::grow(Index units, Index source_steps, Index total) {
  attnviz::grow(query, units, total);
  // Columns that start at a multiple of a packet, whatever the longest source so far: where a sum
  // starts decides its bits, and a run that is resumed has seen fewer sources.
  constexpr Index packet = 16;
  attnviz::grow(weights, (source_steps + packet - 1) / packet * packet, total);
}

void AttentionBackwardTape::grow(Index annotation, Index units, Index source_total,
                                 Index source_steps, Index total) {
  attnviz::grow(d_annotations, annotation, source_total);
  attnviz::grow(d_keys, units, source_total);
  attnviz::grow(d_query, units, total);
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
  // All softmaxes in a row: each is a chain of dependent steps, and its neighbours fill the gaps.
  for (Index k = 0; k < step.count && weights.form != Attention::none; ++k) {
    auto a = weights_of(k);
    softmax(a.data(), a.size(), a.data());
  }
  for (Index k = 0; k < step.count; ++k) {
    product(columns(memory.annotations, memory.of(k)), weights_of(k), contexts.col(k));
  }
}

void attend_backward(const AttentionBackwardWeights& weights, const AttentionMemory& memory,
                     MatrixIn d_contexts, Columns step, const Vector& entropy_weights,
                     const AttentionTape& tape, AttentionBackwardTape& d_tape, MatrixOut d_queries,
                     Vector& d_v) {
  if (!is_learned(weights.form)) return;
  const auto query = columns(tape.query, step);
  auto d_query = columns(d_tape.d_query, step);
  for (Index k = 0; k < step.count; ++k) {
    const Columns inputs = memory.of(k);
    const auto keys = columns(memory.keys, inputs);
    auto d_keys = columns(d_tape.d_keys, inputs);
    const auto a = tape.weights.col(step.first + k).head(inputs.count);

    // c = H a
    auto d_e = d_tape.d_scores.head(inputs.count);  // d_a at first
    dot_each(columns(memory.annotations, inputs), d_contexts.col(k).data(), d_e.data());
    const Scalar entropy_weight = entropy_weights[step.first + k];
    if (entropy_weight != 0) add_entropy_backward(entropy_weight, a.data(), a.size(), d_e.data());

    // a = softmax(e)
    softmax_backward(a, d_e, d_e);

    if (weights.form == Attention::additive) {
      additive_score_backward(weights.v, query.col(k).data(), keys, d_e.data(),
                              d_query.col(k).data(), d_keys, d_v);
    } else {  // e = keys' query
      d_e *= dot_scale(weights.form, query.rows());
      d_query.col(k).noalias() = keys * d_e;
      d_keys.noalias() += query.col(k) * d_e.transpose();
    }
  }
  if (weights.form == Attention::bilinear) {
    d_queries += d_query;
  } else {
    add_product(weights.W_a_t, d_query, d_queries);
  }
}

void annotations_backward(const Matrix& d_contexts, std::span<const int> step_starts,
                          const AttentionMemory& memory, const AttentionTape& tape,
                          AttentionBackwardTape& d_tape) {
  const std::size_t max_steps = step_starts.size() - 1;
  grow(d_tape.d_contexts_of_one, d_contexts.rows(), static_cast<Index>(max_steps));
  grow(d_tape.weights_of_one, tape.weights.rows(), static_cast<Index>(max_steps));
  for (Index k = 0; k + 1 < static_cast<Index>(memory.starts.size()); ++k) {
    const Columns inputs = memory.of(k);
    Index steps = 0;
    for (std::size_t t = 0; t < max_steps && step_starts[t] + k < step_starts[t + 1]; ++t) {
      const Index column = step_starts[t] + k;
      d_tape.d_contexts_of_one.col(steps) = d_contexts.col(column);
      d_tape.weights_of_one.col(steps).head(inputs.count) =
          tape.weights.col(column).head(inputs.count);
      ++steps;
    }
    const auto a = d_tape.weights_of_one.topLeftCorner(inputs.count, steps);
    product(d_tape.d_contexts_of_one.leftCols(steps), a.transpose(),
            columns(d_tape.d_annotations, inputs));
  }
}

void attention_weights_backward(const AttentionBackwardWeights& weights, MatrixIn queries,
                                const AttentionMemory& memory, AttentionBackwardTape& d_tape,
                                AttentionWeights& d_weights) {
  if (!is_learned(weights.form)) return;
  const Index N = memory.size();
  const auto d_keys = d_tape.d_keys.leftCols(N);
  if (weights.form != Attention::bilinear) {
    add_product(d_tape.d_query.leftCols(queries.cols()), queries.transpose(), d_weights.W_a);
  }
  add_product(d_keys, memory.annotations.leftCols(N).transpose(), d_weights.U_a);
  add_product(weights.U_a_t, d_keys, d_tape.d_annotations.leftCols(N));
}

}  // namespace attnviz

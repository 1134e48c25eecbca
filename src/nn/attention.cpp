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

/// e_j = v' tanh(query + key_j), or v' tanh(query + key_j + w k_j)
template <bool covered>
void additive_score(const AttentionWeights& weights, const Scalar* query, MatrixIn keys,
                    const Scalar* k, Scalar* e) {
  for (Index j = 0; j < keys.cols(); ++j) {
    const Scalar* key = keys.col(j).data();
    Simd score{};
    for_each_register(weights.v.size(), [&, v = weights.v.data(), w = weights.w.data()](auto at) {
      Simd sum = at(query) + at(key);
      if constexpr (covered) sum += at(w) * k[j];
      score += at(v) * tanh(sum);
    });
    e[j] = reduce_add(score);
  }
}

/// With t_j = tanh(query + key_j + w k_j): d_query = sum_j d_e_j v (1 - t_j^2), to which d_key_j
/// adds its term, and d_v += sum_j d_e_j t_j. With coverage also d_w += sum_j d_e_j v (1 - t_j^2)
/// k_j, and the terms of w' (d_e_j v (1 - t_j^2)) = d_k_j are added to `d_k`, a register's worth
/// for each input. tanh is computed again, which is cheaper than keeping A x S x T of them.
template <bool covered>
void additive_score_backward(const AttentionBackwardWeights& weights, const Scalar* query,
                             MatrixIn keys, const Scalar* k, const Scalar* d_e, Scalar* d_query,
                             MatrixOut d_keys, Scalar* d_k, AttentionWeights& d_weights) {
  // by value: behind references, the compiler would read them again after each store
  const auto key = [first = keys.data(), stride = keys.outerStride()](Index j) {
    return first + j * stride;
  };
  const auto d_key = [first = d_keys.data(), stride = d_keys.outerStride()](Index j) {
    return first + j * stride;
  };
  const Index S = keys.cols();
  for_each_register(weights.v.size(),
                    [=, v = weights.v.data(), w = weights.w.data(), d_v = d_weights.v.data(),
                     d_w = d_weights.w.data()](auto at) {
                      const Simd v_i = at(v);
                      const Simd q = at(query);
                      Simd d_q{};
                      Simd d_v_i{};
                      Simd w_i{};
                      Simd d_w_i{};
                      if constexpr (covered) w_i = at(w);
                      for (Index j = 0; j < S; ++j) {
                        Simd sum = q + at(key(j));
                        if constexpr (covered) sum += w_i * k[j];
                        const Simd t = tanh(sum);
                        const Simd d_sum = unfused(d_e[j] * v_i * (1 - t * t));
                        d_q += d_sum;
                        d_v_i += d_e[j] * t;
                        at[d_key(j)] += d_sum;
                        if constexpr (covered) {
                          d_w_i += d_sum * k[j];
                          Scalar* d_k_j = d_k + j * simd_size;
                          store(load(d_k_j) + w_i * d_sum, d_k_j);
                        }
                      }
                      at[d_query] = d_q;
                      at[d_v] += d_v_i;
                      if constexpr (covered) at[d_w] += d_w_i;
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

/// k_i = k_{i-1} + a_{i-1}, and k_1 = 0
void cover(const AttentionMemory& memory, Columns earlier, Columns step, AttentionTape& tape) {
  for (Index k = 0; k < step.count; ++k) {
    const Index S = memory.of(k).count;
    auto coverage = tape.coverage.col(step.first + k).head(S);
    if (k < earlier.count) {
      coverage = tape.coverage.col(earlier.first + k).head(S) +
                 tape.weights.col(earlier.first + k).head(S);
    } else {
      coverage.setZero();
    }
  }
}

/// What a product of query and key is multiplied by.
Scalar dot_scale(Attention form, Index units) {
  return form == Attention::scaled_dot ? 1 / std::sqrt(static_cast<Scalar>(units)) : 1;
}

/// The scores of one output over the inputs of one example, whose coverage starts at `k` if the
/// form has it.
void score(const AttentionWeights& weights, Eigen::Ref<const Vector> query, MatrixIn keys,
           const Scalar* k, Eigen::Ref<Vector> e) {
  if (weights.covered()) {
    additive_score<true>(weights, query.data(), keys, k, e.data());
  } else if (weights.form == Attention::additive) {
    additive_score<false>(weights, query.data(), keys, nullptr, e.data());
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
  w = weights.w;
}

void AttentionMemory::grow(Index annotation, Index units, Index total) {
  attnviz::grow(annotations, annotation, total);
  attnviz::grow(keys, units, total);
}

void AttentionTape::grow(Index units, Index source_steps, Index total, bool covered) {
  attnviz::grow(query, units, total);
  // Columns that start at a multiple of a packet, whatever the longest source so far: where a sum
  // starts decides its bits, and a run that is resumed has seen fewer sources.
  constexpr Index packet = 16;
  const Index rows = (source_steps + packet - 1) / packet * packet;
  attnviz::grow(weights, rows, total);
  if (covered) attnviz::grow(coverage, rows, total);
}

void AttentionBackwardTape::grow(Index annotation, Index units, Index source_total,
                                 Index source_steps, Index total) {
  attnviz::grow(d_annotations, annotation, source_total);
  attnviz::grow(d_keys, units, source_total);
  attnviz::grow(d_query, units, total);
  attnviz::grow(d_scores, source_steps, 1);
}

void AttentionBackwardTape::start_coverage(Index source_steps, Index batch) {
  attnviz::grow(d_coverage, source_steps, batch);
  attnviz::grow(d_coverage_parts, simd_size, source_steps);
  d_coverage.setZero();
}

void attention_keys(const AttentionWeights& weights, AttentionMemory& memory) {
  if (!is_learned(weights.form)) return;
  const Index N = memory.size();
  product(weights.U_a, memory.annotations.leftCols(N), memory.keys.leftCols(N));
}

void attend(const AttentionWeights& weights, const AttentionMemory& memory, MatrixIn queries,
            Columns earlier, Columns step, AttentionTape& tape, MatrixOut contexts) {
  const bool covered = weights.covered();
  if (covered) cover(memory, earlier, step, tape);
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
    const Scalar* coverage = covered ? tape.coverage.col(step.first + k).data() : nullptr;
    score(weights, projected.col(k), columns(memory.keys, memory.of(k)), coverage, weights_of(k));
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
                     AttentionWeights& d_weights) {
  if (!is_learned(weights.form)) return;
  const bool covered = weights.covered();
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
    // k of all later steps holds a
    if (covered) d_e += d_tape.d_coverage.col(k).head(inputs.count);
    const Scalar entropy_weight = entropy_weights[step.first + k];
    if (entropy_weight != 0) add_entropy_backward(entropy_weight, a.data(), a.size(), d_e.data());

    // a = softmax(e)
    softmax_backward(a, d_e, d_e);

    if (covered) {
      auto d_k = d_tape.d_coverage_parts.leftCols(inputs.count);
      d_k.setZero();
      additive_score_backward<true>(weights, query.col(k).data(), keys,
                                    tape.coverage.col(step.first + k).data(), d_e.data(),
                                    d_query.col(k).data(), d_keys, d_k.data(), d_weights);
      for (Index j = 0; j < inputs.count; ++j) {
        d_tape.d_coverage(j, k) += reduce_add(load(d_k.col(j).data()));
      }
    } else if (weights.form == Attention::additive) {
      additive_score_backward<false>(weights, query.col(k).data(), keys, nullptr, d_e.data(),
                                     d_query.col(k).data(), d_keys, nullptr, d_weights);
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

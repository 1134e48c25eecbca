// Scores of attention: nn/attention.h has the equations.
#include "nn/kernels/declarations.h"
#include "nn/kernels/functions.h"

namespace attnviz::ATTNVIZ_PROCESSOR {
namespace {

/// e_j = v' tanh(query + key_j), or v' tanh(query + key_j + w k_j)
template <bool covered>
void score(const AdditiveScoreTask& task, Scalar* e) {
  for (Index j = 0; j < task.inputs; ++j) {
    const Scalar* key = task.keys(j);
    Simd products = 0;
    for_each_place(task.units, [&](auto at) {
      Simd sum = at(task.query) + at(key);
      if constexpr (covered) sum += at(task.w) * task.k[j];
      products += at(task.v) * tanh(sum);
    });
    e[j] = reduce_add(products);
  }
}

/// With t_j = tanh(query + key_j + w k_j): d_query = sum_j d_e_j v (1 - t_j^2), to which d_key_j
/// adds its term, and d_v += sum_j d_e_j t_j. With coverage also d_w += sum_j d_e_j v (1 - t_j^2)
/// k_j and d_k_j += w' (d_e_j v (1 - t_j^2)). tanh is computed again, which is cheaper than keeping
/// A x S x T of them.
template <bool covered>
void score_backward(const AdditiveScoreTask& task, const AdditiveScoreGradient& d) {
  if constexpr (covered) {
    for (Index j = 0; j < task.inputs; ++j) store(0, d.parts(j));
  }
  // by value: behind references, the compiler would read them again after each store
  for_each_place(task.units, [=](auto at) {
    const Simd v = at(task.v);
    const Simd query = at(task.query);
    Simd w = 0;
    Simd d_query = 0;
    Simd d_v = 0;
    Simd d_w = 0;
    if constexpr (covered) w = at(task.w);
    for (Index j = 0; j < task.inputs; ++j) {
      Simd sum = query + at(task.keys(j));
      if constexpr (covered) sum += w * task.k[j];
      const Simd t = tanh(sum);
      const Simd d_sum = d.d_e[j] * v * (1 - t * t);
      d_query += d_sum;
      d_v += d.d_e[j] * t;
      at[d.d_keys(j)] += d_sum;
      if constexpr (covered) {
        d_w += d_sum * task.k[j];
        store(load(d.parts(j)) + w * d_sum, d.parts(j));
      }
    }
    at[d.d_query] = d_query;
    at[d.d_v] += d_v;
    if constexpr (covered) at[d.d_w] += d_w;
  });
  if constexpr (covered) {
    for (Index j = 0; j < task.inputs; ++j) d.d_k[j] += reduce_add(load(d.parts(j)));
  }
}

}  // namespace

void additive_score(const AdditiveScoreTask& task, Scalar* e) {
  task.w != nullptr ? score<true>(task, e) : score<false>(task, e);
}

void additive_score_backward(const AdditiveScoreTask& task, const AdditiveScoreGradient& d) {
  task.w != nullptr ? score_backward<true>(task, d) : score_backward<false>(task, d);
}

void dot_each(Index rows, Index count, Strided<const Scalar> columns, const Scalar* x,
              Scalar* products) {
  for (Index j = 0; j < count; ++j) {
    const Scalar* column = columns(j);
    Simd sum = 0;
    for_each_place(rows, [&](auto at) { sum += at(column) * at(x); });
    products[j] = reduce_add(sum);
  }
}

}  // namespace attnviz::ATTNVIZ_PROCESSOR

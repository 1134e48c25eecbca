#include "nn/attention.h"

#include <cmath>

#include "nn/processor.h"
#include "nn/product.h"

namespace attnviz {
namespace {

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

/// What kernels need of the additive score of one output over the inputs of one example, whose
/// coverage starts at `k` if the form has it.
template <typename Weights>
AdditiveScoreTask additive_task(const Weights& weights, const Scalar* query, MatrixIn keys,
                                const Scalar* k) {
  return {.units = weights.v.size(),
          .inputs = keys.cols(),
          .v = weights.v.data(),
          .w = weights.covered() ? weights.w.data() : nullptr,
          .query = query,
          .keys = strided(keys),
          .k = k};
}

/// The scores of one output over the inputs of one example.
void score(const AttentionWeights& weights, const Scalar* query, MatrixIn keys, const Scalar* k,
           Eigen::Ref<Vector> e) {
  if (weights.form == Attention::additive) {
    kernels().additive_score(additive_task(weights, query, keys, k), e.data());
  } else if (is_learned(weights.form)) {
    kernels().dot_each(keys.rows(), keys.cols(), strided(keys), query, e.data());
    e *= dot_scale(weights.form, keys.rows());
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
  attnviz::grow(weights, source_steps, total);
  if (covered) attnviz::grow(coverage, source_steps, total);
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
    score(weights, projected.col(k).data(), columns(memory.keys, memory.of(k)), coverage,
          weights_of(k));
  }
  // All softmaxes in a row: each is a chain of dependent steps, and its neighbours fill the gaps.
  for (Index k = 0; k < step.count && weights.form != Attention::none; ++k) {
    auto a = weights_of(k);
    kernels().softmax(a.size(), a.data(), 1, a.data());
  }
  for (Index k = 0; k < step.count && contexts.rows() > 0; ++k) {
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
    kernels().dot_each(d_contexts.rows(), inputs.count,
                       strided(columns(memory.annotations, inputs)), d_contexts.col(k).data(),
                       d_e.data());
    // k of all later steps holds a
    if (covered) d_e += d_tape.d_coverage.col(k).head(inputs.count);
    if (d_tape.d_weights.size() > 0) {
      d_e += d_tape.d_weights.col(step.first + k).head(inputs.count);
    }
    const Scalar entropy_weight = entropy_weights[step.first + k];
    if (entropy_weight !=
        0) {  // d(-sum_j a_j log a_j) / d a = -(log a_j + 1); the 1 vanishes below
      kernels().add_entropy_backward(a.size(), entropy_weight, a.data(), d_e.data());
    }

    // a = softmax(e)
    kernels().softmax_backward(a.size(), a.data(), d_e.data(), d_e.data());
    if (d_contexts.rows() == 0) {  // log a_j = e_j - log sum_k e^e_k
      const auto d_log_a = d_tape.d_log_weights.col(step.first + k).head(inputs.count);
      d_e += d_log_a - d_log_a.sum() * a;
    }

    if (weights.form == Attention::additive) {
      const Scalar* coverage = covered ? tape.coverage.col(step.first + k).data() : nullptr;
      kernels().additive_score_backward(additive_task(weights, query.col(k).data(), keys, coverage),
                                        {.d_e = d_e.data(),
                                         .d_query = d_query.col(k).data(),
                                         .d_keys = strided(d_keys),
                                         .d_v = d_weights.v.data(),
                                         .d_w = d_weights.w.data(),
                                         .d_k = covered ? d_tape.d_coverage.col(k).data() : nullptr,
                                         .parts = strided(d_tape.d_coverage_parts)});
    } else {  // e = keys' query
      d_e *= dot_scale(weights.form, query.rows());
      product(keys, d_e, d_query.col(k));
      add_product(query.col(k), d_e.transpose(), d_keys);
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

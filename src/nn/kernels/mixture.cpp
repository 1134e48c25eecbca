// A mixture of distributions, in logarithms: no probability underflows, however small.
#include "nn/kernels/declarations.h"
#include "nn/kernels/functions.h"

namespace attnviz::ATTNVIZ_PROCESSOR {

void mix(const MixtureTask& task, Scalar* log_sum) {
  for_each_place(task.symbols, [=](auto at) {
    const auto term = [&](Index j) { return at(task.log_p(j)) + task.log_a[j]; };
    Simd highest = term(0);
    for (Index j = 1; j < task.inputs; ++j) highest = max(term(j), highest);
    Simd sum = 0;
    for (Index j = 0; j < task.inputs; ++j) sum += exp(term(j) - highest);
    at[log_sum] = highest + log(sum) + (sum - sum);  // NaN where the sum is, which log() is not
  });
}

void mix_backward(const MixtureTask& task, const Scalar* log_sum, const Scalar* d, Scalar* d_log_a,
                  Strided<Scalar> d_logits) {
  for (Index j = 0; j < task.inputs; ++j) {
    const Scalar* log_p = task.log_p(j);
    Scalar* d_logit = d_logits(j);
    Simd total = 0;
    for_each_place(task.symbols, [&](auto at) {
      const Simd share = exp(at(log_p) + task.log_a[j] - at(log_sum));  // P_j(y)
      const Simd d_log_p = at(d) * share;
      at[d_logit] = d_log_p;
      total += at.masked(d_log_p);
    });
    const Scalar sum = reduce_add(total);
    d_log_a[j] = sum;
    // by value: behind references, the compiler would read it again after each store
    for_each_place(task.symbols,
                   [=](auto at) { at[d_logit] = at(d_logit) - sum * exp(at(log_p)); });
  }
}

}  // namespace attnviz::ATTNVIZ_PROCESSOR

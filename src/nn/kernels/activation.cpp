// tanh, softmax and what comes before and after them.
#include "nn/kernels/declarations.h"
#include "nn/kernels/functions.h"

namespace attnviz::ATTNVIZ_PROCESSOR {
namespace {

/// max_j x_j and sum_j e^(x_j - max); each sixteen of those exponentials go to take(at, e).
template <typename Take>
Normaliser normalise(Index count, const Scalar* x, Take&& take) {
  constexpr Scalar nothing = -__builtin_inff();
  Simd highest = nothing;
  for_each_place(count, [&](auto at) { highest = max(at(x, nothing), highest); });
  const Scalar top = reduce_max(highest);

  Simd sum = 0;
  for_each_place(count, [&](auto at) {
    const Simd e = exp(at(x) - top);
    take(at, e);
    sum += at.masked(e);
  });
  return {top, reduce_add(sum)};
}

}  // namespace

void tanh(Index count, Scalar* x) {
  for_each_place(count, [=](auto at) { at[x] = tanh(at(x)); });
}

Normaliser normaliser(Index count, const Scalar* x) {
  return normalise(count, x, [](auto, const Simd&) {});
}

Normaliser softmax(Index count, const Scalar* x, Scalar scale, Scalar* a) {
  const Normaliser total = normalise(count, x, [=](auto at, const Simd& e) { at[a] = e; });
  const Scalar factor = scale / total.sum;
  for_each_place(count, [=](auto at) { at[a] = factor * at(a); });
  return total;
}

void softmax_backward(Index count, const Scalar* a, const Scalar* d_a, Scalar* d_x) {
  Simd products = 0;
  for_each_place(count, [&](auto at) { products += at(a) * at(d_a); });
  const Scalar mean = reduce_add(products);
  for_each_place(count, [=](auto at) { at[d_x] = at(a) * (at(d_a) - mean); });
}

void add_entropy_backward(Index count, Scalar c, const Scalar* a, Scalar* d_a) {
  constexpr auto least = Scalar(1e-30);
  for_each_place(count, [=](auto at) { at[d_a] = at(d_a) - c * log(max(least, at(a))); });
}

}  // namespace attnviz::ATTNVIZ_PROCESSOR

// How close a training step is to the machine's limits, all measured in the same run:
//
//   roofline = flops / best rate of any product of the step, by any library at hand
//            + transcendentals / their best rate
//            + bytes / copying rate of a buffer of that size
//
// `fraction` is the roofline's time over the step's. `shapes_fraction` takes instead, for each
// product, the best rate at its own shape: what is left then is not due to the products.
#include <algorithm>
#include <vector>

#include "eigen_reference.h"
#include "nn/activation.h"
#include "product_kinds.h"
#include "register.h"
#include "sizes.h"
#include "stopwatch.h"

namespace attnviz::bench {
namespace {

struct Ceiling {
  double peak = 0.0;            // flop/s
  double products_shape = 0.0;  // seconds, each product at the rate of its shape
  double transcendentals = 0.0;
  double memory = 0.0;
};

double seconds_of_a_tanh() {
  Matrix x = Matrix::Random(64, 32);
  Matrix y = x;
  const double ours = best_time([&] { tanh_in_place(y); });
  const double eigen = best_time([&] { eigen_tanh(x.size(), x.data(), y.data()); });
  return std::min(ours, eigen) / static_cast<double>(x.size());
}

/// Reading and writing: a byte copied counts as two. Of the bytes that a step moves, half are there
/// at once, since each is written and read again.
double seconds_of_a_byte(double moved) {
  const auto half = static_cast<std::size_t>(moved / 4.0 / sizeof(Scalar));
  const std::vector<Scalar> from(half);
  std::vector<Scalar> to(half);
  const double copy = best_time([&] {
    std::copy(from.begin(), from.end(), to.begin());
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
  });
  return copy / (2.0 * sizeof(Scalar) * static_cast<double>(half));
}

Ceiling measure_ceiling(const StepWork& work) {
  Ceiling ceiling;
  for (const ProductShape& shape : work.products) {
    const double seconds = ProductCase(shape).best_seconds();
    ceiling.peak = std::max(ceiling.peak, shape.flops() / seconds);
    ceiling.products_shape += shape.calls * seconds;
  }
  ceiling.products_shape += work.attention_flops / ceiling.peak;
  ceiling.transcendentals = work.transcendentals * seconds_of_a_tanh();
  ceiling.memory = work.bytes * seconds_of_a_byte(work.bytes);
  return ceiling;
}

/// Called several times, until there are enough iterations; `known` stays from call to call.
void roofline(benchmark::State& state, const Size& size, Ceiling& known) {
  Recipe recipe;
  recipe.model = config_of(size);
  Trainer trainer(recipe.model, recipe, 1, 1);
  Random random(1, 1);
  const auto pairs = draw_pairs(size.batch, usual_length, usual_length, random);
  const auto examples = pointers(pairs);
  Batch batch;
  pack(examples, batch);
  const StepWork work = count_work(recipe.model, batch);
  if (known.peak == 0.0) known = measure_ceiling(work);
  const Ceiling& ceiling = known;

  const double start = thread_seconds();
  for (auto _ : state) benchmark::DoNotOptimize(trainer.step(examples).loss);
  const double step = (thread_seconds() - start) / static_cast<double>(state.iterations());

  const double rest = ceiling.transcendentals + ceiling.memory;
  const double products = work.flops() / ceiling.peak;
  state.counters["MFLOP"] = 1e-6 * work.flops();
  state.counters["peak_GFLOP/s"] = 1e-9 * ceiling.peak;
  state.counters["step_GFLOP/s"] = 1e-9 * work.flops() / step;
  state.counters["products_ms"] = 1e3 * products;
  state.counters["transcendentals_ms"] = 1e3 * ceiling.transcendentals;
  state.counters["memory_ms"] = 1e3 * ceiling.memory;
  state.counters["roofline_ms"] = 1e3 * (products + rest);
  state.counters["step_ms"] = 1e3 * step;
  state.counters["fraction"] = (products + rest) / step;
  state.counters["shapes_fraction"] = (ceiling.products_shape + rest) / step;
}

}  // namespace

void register_all() {
  for (const Size& size : sizes) {
    add(std::string("roofline/") + size.name, [&size,
                                               known = Ceiling()](benchmark::State& state) mutable {
      roofline(state, size, known);
    })->Unit(benchmark::kMillisecond);
  }
}

}  // namespace attnviz::bench

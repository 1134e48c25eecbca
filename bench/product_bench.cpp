// The products of a training step by several libraries, operands in the cache.
#include "product_kinds.h"
#include "register.h"
#include "sizes.h"

namespace attnviz::bench {
namespace {

void multiply(benchmark::State& state, const ProductShape& shape, const std::string& kind) {
  ProductCase product(shape);
  product.run(kind);  // oneDNN compiles a shape's kernel in the first call
  for (auto _ : state) {
    product.run(kind);
    benchmark::ClobberMemory();
  }
  state.counters["flop/s"] = per_second(shape.flops());
}

std::string describe(const ProductShape& shape) {
  return std::to_string(shape.m) + "x" + std::to_string(shape.k) + "x" + std::to_string(shape.n);
}

}  // namespace

void register_all() {
  for (const Size& size : sizes) {
    Random random(1, 1);
    const auto pairs = draw_pairs(size.batch, usual_length, usual_length, random);
    Batch batch;
    pack(pointers(pairs), batch);
    for (const ProductShape& shape : count_work(config_of(size), batch).products) {
      for (const std::string& kind : ProductCase::kinds()) {
        const std::string way = shape.second_transposed ? ", gradient" : "";
        add(std::string("product/") + size.name + "/" + shape.name + way + "/" + describe(shape) +
                "/" + kind,
            [shape, kind](benchmark::State& state) { multiply(state, shape, kind); });
      }
    }
  }
}

}  // namespace attnviz::bench

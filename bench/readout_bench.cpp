// The readout of a large vocabulary against the best rate of its products at their own shapes, by
// any library at hand: what is left is not due to the products.
#include "model/steps.h"
#include "product_kinds.h"
#include "register.h"
#include "sizes.h"
#include "stopwatch.h"

namespace attnviz::bench {
namespace {

constexpr int words = 5000;

/// A shard of the recipe of pairs, decoded.
struct Decoded {
  ModelConfig config = pair_recipe().model;
  Seq2SeqWeights weights;
  UpdateWeights update;
  Random unused{0};  // of no dropout
  Batch batch;
  Tape tape;

  Decoded() {
    config.source_vocabulary = config.target_vocabulary = Vocabulary::reserved + words;
    Random random(1, 1);
    initialise(config, {}, random, weights);
    const auto pairs = draw_pairs(shard, shortest_pair, longest_pair, random, words);
    pack(pointers(pairs), batch);
    update.resize(config);
    update.gather(weights, 0.0, unused);
    for (const ModelPart part : model_parts) update.prepare(part, weights);
    forward(weights, update.tables, config, batch, tape);
  }

  Columns all() const { return {0, static_cast<Index>(batch.labels.size())}; }

 private:
  static constexpr int shard = 32;  // examples
};

std::vector<ProductShape> products(const Decoded& d) {
  const int R = d.config.readout_units;
  const auto N = static_cast<int>(d.all().count);
  return {{"state", R, d.config.decoder_hidden, N, 1.0, false},
          {"context", R, d.config.annotation(), N, 1.0, false},
          {"words", d.config.target_vocabulary, R, N, 1.0, false}};
}

void measure(benchmark::State& state) {
  Decoded d;
  double limit = 0.0;
  double flops = 0.0;
  for (const ProductShape& shape : products(d)) {
    limit += ProductCase(shape).best_seconds();
    flops += shape.flops();
  }
  for (auto _ : state) {
    readout(d.weights.decoder, d.update.tables.decoder, d.batch.inputs, d.all(), d.tape.decoder);
    benchmark::ClobberMemory();
  }
  const double seconds = best_time([&] {
    readout(d.weights.decoder, d.update.tables.decoder, d.batch.inputs, d.all(), d.tape.decoder);
  });
  state.counters["GFLOP/s"] = 1e-9 * flops / seconds;
  state.counters["limit_GFLOP/s"] = 1e-9 * flops / limit;
}

}  // namespace

void register_all() {
  add("readout/" + std::to_string(words), measure)->Unit(benchmark::kMillisecond);
}

}  // namespace attnviz::bench

#include "work.h"

#include "model/seq2seq.h"

namespace attnviz::bench {
namespace {

/// y = W x with W: out x in, x of `columns` columns, `calls` times a step: the product itself, the
/// gradient of x, and the gradient of W, which waits for all columns.
void add_layer(const char* name, int out, int in, int columns, int calls,
               std::vector<ProductShape>& products) {
  products.push_back({name, out, in, columns, static_cast<double>(calls), false});
  products.push_back({name, in, out, columns, static_cast<double>(calls), false});
  products.push_back({name, out, columns * calls, in, 1.0, true});
}

double attended_pairs(const Batch& batch) {
  double pairs = 0.0;
  for (int t = 0; t < batch.target_steps(); ++t) {
    const auto i = static_cast<std::size_t>(t);
    const int going = batch.target_first[i + 1] - batch.target_first[i];
    for (int k = 0; k < going; ++k) pairs += batch.source_length(k);
  }
  return pairs;
}

}  // namespace

double StepWork::flops() const {
  double sum = attention_flops;
  for (const ProductShape& product : products) sum += product.calls * product.flops();
  return sum;
}

StepWork count_work(const ModelConfig& config, const Batch& batch) {
  const int E = config.embedding;
  const int H = config.hidden;
  const int K = config.annotation();
  const int D = config.decoder_hidden;
  const int A = config.attention_units;
  const int V = config.target_vocabulary;
  const int B = batch.size;
  const int S = batch.source_steps();
  const int T = batch.target_steps();
  const auto N_source = static_cast<int>(batch.source.size());
  const auto N_target = static_cast<int>(batch.labels.size());
  const double pairs = attended_pairs(batch);

  StepWork work;
  auto& products = work.products;
  add_layer("encoder, state", 3 * H, H, B, 2 * S, products);
  add_layer("encoder, tokens", 3 * H, E, V, 2, products);
  add_layer("attention, keys", A, K, N_source, 1, products);
  add_layer("attention, query", A, D, B, T, products);
  add_layer("decoder, first state", D, H, B, 1, products);
  add_layer("decoder, state", 3 * D, D, B, T, products);
  add_layer("decoder, context", 3 * D, K, B, T, products);
  add_layer("decoder, tokens", 3 * D, E, V, 1, products);
  add_layer("readout", V, D + K, N_target, 1, products);
  add_layer("readout, tokens", V, E, V, 1, products);

  // c = H a, d_a = H' d_c, d_H += d_c a'; v' tanh and its two gradients
  work.attention_flops = pairs * (3.0 * 2.0 * K + 3.0 * 2.0 * A);
  work.transcendentals = 6.0 * H * N_source + 3.0 * D * N_target + D * B + pairs * (A + 1.0) +
                         static_cast<double>(V) * N_target;

  // Floats kept for the backward pass: gates, state and recurrent part (5) and the gradients of the
  // gates (4) of each GRU; annotations, keys, contexts, queries, logits and their gradients.
  const double kept = 2.0 * 9.0 * H * N_source + 2.0 * (K + A) * N_source +
                      (9.0 * D + 2.0 * K + 2.0 * A + 2.0 * V) * N_target + pairs;
  // Weights: read forward and backward; gradient written and read; weight and two moments read and
  // written.
  const double parameters = 10.0 * static_cast<double>(count_parameters(config));
  work.bytes = sizeof(float) * (2.0 * kept + parameters);
  return work;
}

}  // namespace attnviz::bench

#include "train/update.h"

#include <algorithm>
#include <cmath>

#include "nn/processor.h"

namespace attnviz {

int shard_count(std::size_t examples) {
  if (examples < 16) return 1;
  return static_cast<int>(std::clamp<std::size_t>(examples / 32, 2, Update::max_shards));
}

Update::Update(const ModelConfig& config, Workers& workers)
    : config_(config), workers_(workers), threads_(static_cast<std::size_t>(workers.count())) {
  weights_.resize(config);
}

Update::Result Update::run(const Seq2SeqWeights& weights, std::span<const EncodedPair* const> pairs,
                           int shards, const UpdateOptions& options) {
  const auto count = static_cast<std::size_t>(shards);
  while (shards_.size() < count) shards_.emplace_back().gradient.resize(config_);
  for (Shard& shard : shards_) shard.pairs.clear();
  for (std::size_t i = 0; i < pairs.size(); ++i) shards_[i % count].pairs.push_back(pairs[i]);
  std::size_t tokens = 0;
  for (const EncodedPair* pair : pairs) tokens += pair->target.size();
  const LossOptions loss{.scale = 1.0 / static_cast<double>(tokens),
                         .entropy_penalty = options.entropy_penalty,
                         .stop = options.stop};

  begin(weights, pairs, options);
  workers_.run(shards, [&](int i, int thread) {
    run_shard(weights, i, loss, options, threads_[static_cast<std::size_t>(thread)]);
  });
  return finish(std::span(shards_).first(count), loss.scale);
}

/// Collects the tokens of the pairs, with START and the padding of targets that have ended;
/// prepares what all shards read.
void Update::begin(const Seq2SeqWeights& weights, std::span<const EncodedPair* const> pairs,
                   const UpdateOptions& options) {
  weights_.source.clear();
  weights_.target.clear();
  constexpr int always[] = {Vocabulary::pad, Vocabulary::start};
  weights_.target.meet(always);
  for (const EncodedPair* pair : pairs) {
    weights_.source.meet(pair->source);
    weights_.target.meet(pair->target);
  }
  Random noise(options.seed, static_cast<std::uint64_t>(Stream::embedding_noise) +
                                 static_cast<std::uint64_t>(options.step));
  weights_.gather(weights, options.dropout, noise);
  options.stop();
  for_each_part(workers_, [&](ModelPart part) { weights_.prepare(part, weights); });
}

void Update::run_shard(const Seq2SeqWeights& weights, int i, const LossOptions& loss,
                       const UpdateOptions& options, Buffers& buffers) {
  Shard& shard = shards_[static_cast<std::size_t>(i)];
  auto& [tape, d_tape] = buffers;
  pack(shard.pairs, shard.batch);
  weights_.source.renumber(shard.batch.source);
  weights_.target.renumber(shard.batch.inputs);
  Random noise(options.seed, static_cast<std::uint64_t>(Stream::noise) +
                                 max_shards * static_cast<std::uint64_t>(options.step) +
                                 static_cast<std::uint64_t>(i));
  tape.encoder.state_dropout.draw(options.state_dropout, shard.batch, noise);
  tape.decoder.dropout.draw(options.dropout, config_.readout_units,
                            static_cast<Index>(shard.batch.inputs.size()), noise);
  shard.gradient.set_zero(weights_);
  shard.loss =
      forward_backward(weights, weights_, config_, shard.batch, loss, tape, d_tape, shard.gradient);
}

/// Sums over the shards and carries the gradient of the token tables to the weights.
Update::Result Update::finish(std::span<Shard> shards, double scale) {
  Gradient& sum = shards.front().gradient;
  for_each_share(workers_, [&](ModelPart part, Share share) {
    for (const Shard& shard : shards.subspan(1)) sum.add(part, share, shard.gradient);
  });
  double squares[std::size(model_parts)] = {};
  for_each_part(workers_, [&](ModelPart part) {
    const auto i = static_cast<std::size_t>(part);
    sum.finish(part, weights_, d_embedding_[i]);
    Seq2SeqWeights::visit_part(
        part,
        [&](std::string_view, const auto& g) {
          squares[i] += static_cast<double>(kernels().squared_norm(g.size(), g.data()));
        },
        sum.weights);
  });
  double loss = 0.0;
  for (const Shard& shard : shards) loss += shard.loss;
  return {sum.weights, std::sqrt(squares[0] + squares[1]), loss * scale};
}

}  // namespace attnviz

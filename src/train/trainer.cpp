#include "train/trainer.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace attnviz {
namespace {

/// Two from 16 examples on, one for every 32 up to four: each has its own gradient to sum up, and
/// narrow products are slow.
constexpr std::size_t most_shards = 4;

std::size_t shard_count(std::size_t examples) {
  return examples < 16 ? 1 : std::clamp<std::size_t>(examples / 32, 2, most_shards);
}

/// Calls job(half) for both. It may capture much: only a reference to it is passed on.
template <typename Job>
void for_halves(Workers& workers, const Job& job) {
  workers.run(static_cast<int>(std::size(halves)),
              [&job](int i, int) { job(halves[static_cast<std::size_t>(i)]); });
}

/// The first tensor that is not finite, "" if all are.
std::string first_not_finite(const std::string& what, const Seq2SeqWeights& tensors) {
  std::string culprit;
  Seq2SeqWeights::visit(
      [&](const TensorName& name, const auto& tensor) {
        if (culprit.empty() && !tensor.allFinite()) culprit = what + name.str();
      },
      tensors);
  return culprit;
}

}  // namespace

Trainer::Trainer(const ModelConfig& config, const Recipe& recipe, std::uint64_t seed, int threads)
    : config_(config),
      recipe_(recipe),
      seed_(seed),
      tapes_(static_cast<std::size_t>(threads)),
      workers_(threads) {
  Random random(seed, static_cast<std::uint64_t>(Stream::initialisation));
  initialise(config_, recipe_.initialisation, random, weights_);
  average_ = weights_;
  adam_.resize(config_);
  step_weights_.resize(config_);
}

void Trainer::restore(TrainerState state) {
  weights_ = std::move(state.weights);
  average_ = std::move(state.average);
  adam_ = std::move(state.adam);
}

std::string Trainer::first_not_finite() const {
  for (const auto& [what, tensors] :
       {std::pair{"", &weights_}, std::pair{"the average of ", &average_},
        std::pair{"Adam's first moment of ", &adam_.m},
        std::pair{"Adam's second moment of ", &adam_.v}}) {
    std::string culprit = attnviz::first_not_finite(what, *tensors);
    if (!culprit.empty()) return culprit;
  }
  return "";
}

void Trainer::deal(std::span<const EncodedPair* const> pairs) {
  const std::size_t count = shard_count(pairs.size());
  while (shards_.size() < count) shards_.emplace_back().gradient.resize(config_);
  for (Shard& shard : shards_) shard.pairs.clear();
  for (std::size_t i = 0; i < pairs.size(); ++i) shards_[i % count].pairs.push_back(pairs[i]);
}

void Trainer::average(Half half) {
  // Young averages forget faster, or they would remember the initial weights.
  const double memory = std::min(recipe_.average, 1.0 - 1.0 / steps_done());
  const auto rate = static_cast<Scalar>(1.0 - memory);
  Seq2SeqWeights::visit_half(
      half, [rate](const TensorName&, auto& mean, const auto& w) { mean += rate * (w - mean); },
      average_, weights_);
}

/// The tokens that the pairs hold, with START and what stands for a target that has ended.
void Trainer::prepare_step(std::span<const EncodedPair* const> pairs) {
  step_weights_.source.clear();
  step_weights_.target.clear();
  constexpr int always[] = {Vocabulary::pad, Vocabulary::start};
  step_weights_.target.meet(always);
  for (const EncodedPair* pair : pairs) {
    step_weights_.source.meet(pair->source);
    step_weights_.target.meet(pair->target);
  }
  Random noise(seed_, static_cast<std::uint64_t>(Stream::embedding_noise) +
                          static_cast<std::uint64_t>(steps_done()));
  gather_tokens(weights_, recipe_.dropout, noise, step_weights_);
  for_halves(workers_, [this](Half half) { prepare(weights_, half, step_weights_); });
}

StepReport Trainer::step(std::span<const EncodedPair* const> pairs, double rate_scale) {
  deal(pairs);
  std::size_t tokens = 0;
  for (const EncodedPair* pair : pairs) tokens += pair->target.size();
  const LossOptions options{.scale = 1.0 / static_cast<double>(tokens),
                            .entropy_penalty = entropy_penalty(recipe_, steps_done())};

  prepare_step(pairs);
  const int count = static_cast<int>(shard_count(pairs.size()));
  workers_.run(count, [this, &options](int i, int thread) {
    Shard& shard = shards_[static_cast<std::size_t>(i)];
    Tape& tape = tapes_[static_cast<std::size_t>(thread)];
    pack(shard.pairs, shard.batch);
    step_weights_.source.renumber(shard.batch.source);
    step_weights_.target.renumber(shard.batch.fed);
    const auto stream = static_cast<std::uint64_t>(Stream::noise) +
                        most_shards * static_cast<std::uint64_t>(steps_done()) +
                        static_cast<std::uint64_t>(i);
    Random noise(seed_, stream);
    tape.encoder.forgetting.draw(forgetting(recipe_, steps_done()), shard.batch, noise);
    tape.decoder.dropout.draw(recipe_.dropout, config_.readout_units,
                              static_cast<Index>(shard.batch.fed.size()), noise);
    shard.gradient.set_zero(step_weights_);
    shard.loss = forward_backward(weights_, step_weights_, config_, shard.batch, options, tape,
                                  shard.gradient);
  });

  const std::span<Shard> shards(shards_.data(), static_cast<std::size_t>(count));
  Gradient& gradient = shards.front().gradient;
  double squares[std::size(halves)] = {};
  for_halves(workers_, [&](Half half) {
    for (const Shard& shard : shards.subspan(1)) add(shard.gradient, half, gradient);
    finish_gradient(step_weights_, half, gradient);
    squares[static_cast<std::size_t>(half)] = squared_norm(gradient.weights, half);
  });
  double loss = 0.0;
  for (const Shard& shard : shards) loss += shard.loss;

  StepReport report{loss * options.scale, std::sqrt(squares[0] + squares[1]), {}};
  if (!std::isfinite(report.loss) || !std::isfinite(report.norm)) {
    report.culprit = attnviz::first_not_finite("the gradient of ", gradient.weights);
    if (report.culprit.empty()) report.culprit = "the loss";
    return report;
  }
  const double rate = rate_scale * learning_rate(recipe_, steps_done());
  ++adam_.updates;
  for_halves(workers_, [&](Half half) {
    adam_update(recipe_.adam, rate, report.norm, half, gradient.weights, adam_, weights_);
    if (recipe_.average > 0.0) average(half);
  });
  return report;
}

}  // namespace attnviz
